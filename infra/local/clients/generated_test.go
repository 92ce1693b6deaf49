package clients_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wardroom/functions"
	"wardroom/infra/local/clients"
	"wardroom/infra/local/scale"
	"wardroom/pkg/api"
)

// Clients that generators make of the document compile, and make the same
// five calls each: they read a project, list projects, make one, edit it under
// its ETag, and read the code of a refusal. make test makes the one in Go alone.
func TestGeneratedClients(t *testing.T) {
	t.Parallel()
	languages := map[string]func(t *testing.T, document, url string){"Go": goClient}
	if scale.Long() {
		languages["Python"], languages["TypeScript"] = pythonClient, typescriptClient
	}
	for language, made := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			made(t, view(t), serve(t))
		})
	}
}

// called are the operations whose client is generated: a client of them all is as
// right as this one and takes minutes to compile.
var called = []string{
	"get-project-details-by-id", "get-all-projects", "create-new-project", "edit-project-by-id", "batch-delete-users", "get-agent-by-alias",
	"list-workspaces", "remove-user-from-workspace", "create-scim-user", "patch-scim-user",
}

// view writes the document as generators are given it: of the operations called,
// and with the refusals of each as its default answer.
func view(t *testing.T) string {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(api.Document(functions.All(nil)...), &d); err != nil {
		t.Fatal(err)
	}
	paths, _ := d["paths"].(map[string]any)
	for path, methods := range paths {
		of, _ := methods.(map[string]any)
		for method, operation := range of {
			o, _ := operation.(map[string]any)
			id, _ := o["operationId"].(string)
			if !slices.Contains(called, id) {
				delete(of, method)
				continue
			}
			gather(o)
		}
		if len(of) == 0 {
			delete(paths, path)
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "openapi.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// gather makes the refusals of an operation one: they are of one shape.
func gather(operation map[string]any) {
	responses, _ := operation["responses"].(map[string]any)
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		if refused := responses[status]; status >= "400" {
			responses["default"] = refused
			delete(responses, status)
		}
	}
}

// workshop is a folder of a language's tools that is kept between runs.
func workshop(t *testing.T, language string) string {
	t.Helper()
	dir := filepath.Join(root(t), ".local", "generated", language)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	return dir
}

// try runs a command in a folder and fails with what it said.
func try(t *testing.T, dir string, environment []string, name string, args ...string) string {
	t.Helper()
	cmd := command(t, 10*time.Minute, name, args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Env, environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// put copies a file of testdata to a folder, under its name without the ending
// .txt, by which it is none of our own code.
func put(t *testing.T, dir, name string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// calls checks what a program of five calls says of each.
func calls(t *testing.T, said string) {
	t.Helper()
	want := "project 151\nprojects 2\nmade Made by a client\nedited 2\nrefused 404 not_found\n"
	if said != want {
		t.Errorf("it said %q, want %q", said, want)
	}
}

func goClient(t *testing.T, document, url string) {
	dir := workshop(t, "go")
	put(t, dir, "main.go")
	put(t, dir, "go.mod")
	if err := os.MkdirAll(filepath.Join(dir, "wardroom"), 0o750); err != nil {
		t.Fatal(err)
	}
	module := []string{"GOFLAGS=-mod=mod", "GOWORK=off"}
	try(t, dir, module, "go", "run", "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2",
		"-generate", "types,client", "-package", "wardroom", "-o", filepath.Join("wardroom", "client.go"), document)
	try(t, dir, module, "go", "build", "-o", "calls", ".")
	calls(t, try(t, dir, nil, filepath.Join(dir, "calls"), url))
}

func pythonClient(t *testing.T, document, url string) {
	python := environment(t, clients.Package{Name: "openapi-python-client", Version: "0.29.1"})()
	dir := workshop(t, "python")
	put(t, dir, "calls.py")
	put(t, dir, "config.yml")
	try(t, dir, nil, filepath.Join(filepath.Dir(python), "openapi-python-client"), "generate", "--path", document, "--overwrite", "--meta", "none", "--config", "config.yml", "--output-path", "wardroom_client", "--fail-on-warning")
	calls(t, try(t, dir, []string{"PYTHONPATH=" + dir}, python, "calls.py", url))
}

func typescriptClient(t *testing.T, document, url string) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Fatal("npm is needed (on Debian: sudo apt-get install npm)")
	}
	dir := workshop(t, "typescript")
	put(t, dir, "package.json")
	put(t, dir, "calls.ts")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".bin", "tsc")); err != nil {
		try(t, dir, nil, "npm", "install", "--silent", "--no-fund", "--no-audit")
	}
	bin := filepath.Join(dir, "node_modules", ".bin")
	try(t, dir, nil, filepath.Join(bin, "openapi-typescript"), document, "--output", "wardroom.d.ts")
	try(t, dir, nil, filepath.Join(bin, "tsc"), "--strict", "--noUncheckedIndexedAccess", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "calls.ts")
	calls(t, try(t, dir, nil, "node", "calls.js", url))
}
