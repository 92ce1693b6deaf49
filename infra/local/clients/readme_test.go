package clients_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wardroom/infra/local/clients"
	"wardroom/infra/local/scale"
)

// The examples of README.md work as they stand there, from top to bottom: the
// curl lines, then Python, then Go, over the same data; and so do those of docs/scim.md.
// make test leaves out the Python one, whose client TestAgenta runs.
func TestReadmeExamples(t *testing.T) {
	t.Parallel()
	python := environment(t, clients.Package{Name: "agenta", Version: "0.125.1"})
	text, err := os.ReadFile(filepath.Join(root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(serve(t))
	if err != nil {
		t.Fatal(err)
	}
	scim, err := os.ReadFile(filepath.Join(root(t), "docs", "scim.md"))
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.NewReplacer("localhost:8080", address.Host, "127.0.0.1:8080", address.Host)
	here := moved.Replace(string(text))
	block := func(language string) string {
		found := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindStringSubmatch(here)
		if found == nil {
			t.Fatalf("README.md has no example in %s", language)
		}
		return found[1]
	}
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	curl := regexp.MustCompile(`(?m)^curl .*$`).FindString(block("sh"))
	if said := try(t, dir, nil, "sh", "-c", strings.Replace(curl, "curl ", "curl -sS ", 1)); !strings.Contains(said, `"Users removed from project successfully."`) {
		t.Errorf("%s: %s", curl, said)
	}
	for page, want := range map[string]string{here: `"meta":{"key":"`, moved.Replace(string(scim)): `"totalResults":1`} {
		piped := regexp.MustCompile("(?s)```sh\n(\\s*[a-z]+=\\$\\(curl .*?)```").FindStringSubmatch(page)
		if piped == nil {
			t.Fatalf("no calls one after the other: %.80s", page)
		}
		if said := try(t, dir, nil, "sh", "-c", strings.ReplaceAll(piped[1], "curl -", "curl -sS -")); !strings.Contains(said, want) {
			t.Errorf("%s: %s, want %s", piped[1], said, want)
		}
	}
	if scale.Long() {
		said := try(t, dir, []string{"LITELLM_LOCAL_MODEL_COST_MAP=True"}, python(), write("example.py", block("python")))
		if !strings.Contains(said, "Core") {
			t.Errorf("the Python example prints %q", said)
		}
	}
	write("go.mod", "module example\n\ngo 1.26\n")
	write("main.go", block("go"))
	if said := try(t, dir, []string{"GOWORK=off"}, "go", "run", "."); !strings.HasPrefix(said, "200 OK ") {
		t.Errorf("the Go example: %s", said)
	}
}
