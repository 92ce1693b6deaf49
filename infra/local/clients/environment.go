// Package clients runs programs that other people wrote against Wardroom: the
// two agenta releases it promises to serve, schemathesis, and scim2-tester.
//
// They are Python programs whose dependencies contradict one another, so each
// has a virtual environment of its own, made when a test first wants it.
package clients

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"wardroom/infra/local/filelock"
)

// Package is one exact release on PyPI. With are further requirements that pip wouldn't
// choose by itself: "scim2-models==0.12.3".
type Package struct {
	Name, Version string
	With          []string
}

// Environment returns the python of a virtual environment under dir that has the
// package, and makes the environment unless it is complete. A marker, written last, says
// that it is: one that broke off is made anew. Processes that need the same one at the
// same time wait for each other. The error says what to do, with the end of pip's output.
func Environment(ctx context.Context, dir string, p Package, log func(string)) (python string, err error) {
	home := filepath.Join(dir, p.Name+"-"+p.Version)
	python = filepath.Join(home, "bin", "python")
	marker := filepath.Join(home, ".complete")
	if exists(marker) {
		return python, nil
	}
	lock, err := filelock.Wait(ctx, home+".lock", func() { log("Waiting for another process that is installing " + p.Name + " " + p.Version + ".") })
	if err != nil {
		return "", err
	}
	defer lock.Release()
	if exists(marker) {
		return python, nil
	}
	if err := os.RemoveAll(home); err != nil {
		return "", err
	}
	log("Installing " + p.Name + " " + p.Version + " into a virtual environment (once).")
	if out, err := exec.CommandContext(ctx, "python3", "-m", "venv", home).CombinedOutput(); err != nil {
		return "", fmt.Errorf("no virtual environment for %s %s: it needs python3 with its venv module (on Debian: sudo apt-get install python3-venv): %w\n%s", p.Name, p.Version, err, tail(out))
	}
	// Most of what is installed is never imported: python compiles the rest.
	args := append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", p.Name + "==" + p.Version}, p.With...)
	install := exec.CommandContext(ctx, python, args...)
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("pip could not install %s==%s; check the network and try again: %w\n%s", p.Name, p.Version, err, tail(out))
	}
	return python, os.WriteFile(marker, nil, 0o600)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func tail(out []byte) []byte {
	const most = 4 << 10
	return out[max(0, len(out)-most):]
}
