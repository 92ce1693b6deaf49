package clients_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/clients"
	"wardroom/infra/local/engine"
	"wardroom/infra/local/scale"
)

// newest is the newest release of agenta's client that Wardroom serves.
const newest = "0.125.1"

// Both released Python clients work unchanged, in every call they have and
// every refusal they can meet (scenario.py). make test runs the newer one alone.
func TestAgenta(t *testing.T) {
	t.Parallel()
	for version, script := range map[string]string{
		"0.36.5": "agenta_0_36_5.py",
		newest:   "agenta_0_125_1.py",
	} {
		if version != newest && !scale.Long() {
			continue
		}
		t.Run(version, func(t *testing.T) {
			python := environment(t, clients.Package{Name: "agenta", Version: version})
			t.Parallel()
			cmd := command(t, 5*time.Minute, python(), script, serve(t))
			// The SDK would fetch a table of model prices from the network as it is imported.
			cmd.Env = append(cmd.Env, "LITELLM_LOCAL_MODEL_COST_MAP=True")
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("%s: %v\n%s\n%s", script, err, out, stderr(err))
			}
			t.Logf("agenta %s: %s", version, lastLine(out))
		})
	}
}

// environment begins to make one at once, so that those of tests which wait for
// their turn are made meanwhile, and returns what waits for its python. It is
// kept under .local, where make clean finds it.
func environment(t *testing.T, p clients.Package) (python func() string) {
	t.Helper()
	type made struct {
		python string
		err    error
	}
	dir, done := venv(t), make(chan made, 1)
	go func() {
		var m made
		m.python, m.err = clients.Environment(t.Context(), dir, p, func(line string) {
			_, _ = os.Stderr.WriteString(line + "\n")
		})
		done <- m
	}()
	return func() string {
		t.Helper()
		m := <-done
		if m.err != nil {
			t.Fatal(m.err)
		}
		return m.python
	}
}

func venv(t *testing.T) string {
	t.Helper()
	return filepath.Join(root(t), ".local", "venv")
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// command is a program that is killed when its time is over.
func command(t *testing.T, limit time.Duration, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "PYTHONPYCACHEPREFIX="+filepath.Join(venv(t), "compiled"))
	return cmd
}

func stderr(err error) string {
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Output returns it bare
		return string(exit.Stderr)
	}
	return ""
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}
