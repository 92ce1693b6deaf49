package clients_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wardroom/infra/local/clients"
)

// fakePython puts a python3 on the path whose environments hold a python that
// runs body as pip.
func fakePython(t *testing.T, body string) {
	t.Helper()
	bin := t.TempDir()
	script := `#!/bin/sh
[ "$2" = venv ] || exit 9
mkdir -p "$3/bin"
cat > "$3/bin/python" <<'END'
#!/bin/sh
` + body + `
END
chmod +x "$3/bin/python"
`
	if err := os.WriteFile(filepath.Join(bin, "python3"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

var something = clients.Package{Name: "something", Version: "1.2.3"}

func TestAnEnvironmentIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	fakePython(t, `echo "$@" >> `+dir+`/calls; sleep 0.2`)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			python, err := clients.Environment(t.Context(), dir, something, quiet)
			if err != nil || python != filepath.Join(dir, "something-1.2.3", "bin", "python") {
				t.Error(python, err)
			}
		})
	}
	all.Wait()
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(calls), "something==1.2.3"); n != 1 {
		t.Errorf("pip ran %d times", n)
	}
}

func TestABrokenInstallationIsSaidAndDoneAgain(t *testing.T) {
	dir := t.TempDir()
	fakePython(t, `echo 'No matching distribution found'; exit 1`)
	_, err := clients.Environment(t.Context(), dir, something, quiet)
	for _, phrase := range []string{"pip could not install something==1.2.3", "try again", "No matching distribution"} {
		if err == nil || !strings.Contains(err.Error(), phrase) {
			t.Errorf("the message lacks %q: %v", phrase, err)
		}
	}
	fakePython(t, `exit 0`)
	if _, err := clients.Environment(t.Context(), dir, something, quiet); err != nil {
		t.Error(err)
	}
}

func TestNoPython(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := clients.Environment(t.Context(), t.TempDir(), something, quiet)
	if err == nil || !strings.Contains(err.Error(), "apt-get install python3-venv") {
		t.Errorf("err = %v, want one that says what to install", err)
	}
}

func quiet(string) {}
