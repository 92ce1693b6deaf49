package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"wardroom/infra/local/filelock"
)

// Releases of dynoxide: the crate's number differs from its program's, which is the npm
// package's.
const (
	dynoxideCrate   = "3.2.0"
	dynoxideProgram = "1.5.0"
)

// dynoxideFile is its data file in a data folder.
const dynoxideFile = "dynoxide.db"

// dynoxide is an open-source engine (MIT or Apache-2.0) in one binary, over SQLite.
var dynoxide = kind{name: Dynoxide, title: "dynoxide", data: dynoxideFile, find: findDynoxide}

// findDynoxide looks in .local/bin, then on the path, then in npm's package. There it
// takes the program itself, since the launcher's child would outlive it.
func findDynoxide(_ context.Context, o Options) program {
	if path, err := exec.LookPath(filepath.Join(o.Dir, "bin", "dynoxide")); err == nil {
		return runDynoxide(path)
	}
	if path, err := exec.LookPath("dynoxide"); err == nil {
		return runDynoxide(path)
	}
	for _, below := range []string{"", "bin"} {
		found, _ := filepath.Glob(filepath.Join(npmFolder(o), "node_modules", "@dynoxide", "*", below, "dynoxide"))
		for _, path := range found {
			if _, err := exec.LookPath(path); err == nil {
				return runDynoxide(path)
			}
		}
	}
	return nil
}

func runDynoxide(path string) program {
	return func(o Options, port int) *exec.Cmd {
		args := []string{"--host", o.Host, "--port", strconv.Itoa(port), "--log", "quiet"}
		if o.Data != "" {
			args = append(args, "--db-path", filepath.Join(o.Data, dynoxideFile))
		}
		return exec.Command(path, args...)
	}
}

func npmFolder(o Options) string { return filepath.Join(o.Dir, "dynoxide") }

func byNPM(ctx context.Context, o Options) (program, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, errors.New("dynoxide comes as a binary from npm, and there is no npm on this machine")
	}
	o.Log("Looking for dynoxide at npm.")
	return installDynoxide(ctx, o, npm, "install", "--silent", "--no-fund", "--no-audit", "--prefix", npmFolder(o), "dynoxide@"+dynoxideProgram)
}

// Cargo compiles dynoxide into .local/bin, unless it is there, which takes some minutes,
// and logs that.
func Cargo(ctx context.Context, log func(string)) error {
	root, err := Root()
	if err != nil {
		return err
	}
	o := Options{Dir: filepath.Join(root, ".local"), Log: log}
	if findDynoxide(ctx, o) != nil {
		return nil
	}
	_, err = byCargo(ctx, o)
	return err
}

func byCargo(ctx context.Context, o Options) (program, error) {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		// Debian's plain cargo is older than what dynoxide is written in.
		command, err := provide(ctx, o.Log, "there is no cargo on this machine", "cargo-web", "cargo")
		if err != nil {
			return nil, fmt.Errorf("dynoxide is compiled by cargo, and there is none on this machine. Install it with:\n  %s\n(%w)", strings.ReplaceAll(command, "cargo-web", "cargo"), err)
		}
		if cargo, err = exec.LookPath("cargo"); err != nil {
			return nil, err
		}
	}
	o.Log("Compiling dynoxide by cargo (some minutes, once).")
	return installDynoxide(ctx, o, cargo, "install", "dynoxide-rs", "--version", dynoxideCrate, "--locked", "--quiet", "--root", o.Dir,
		"--no-default-features", "--features", "native-sqlite,http-server,cli")
}

// installDynoxide runs a command that installs it, one process at a time.
func installDynoxide(ctx context.Context, o Options, command string, args ...string) (program, error) {
	lock, err := filelock.Wait(ctx, npmFolder(o)+".lock", func() { o.Log("Waiting for another process that installs dynoxide.") })
	if err != nil {
		return nil, fmt.Errorf("installing dynoxide: %w", err)
	}
	defer lock.Release()
	if p := findDynoxide(ctx, o); p != nil { // by the process that had the lock
		return p, nil
	}
	cmd := exec.CommandContext(ctx, command, args...)
	// What the whole program gains by being optimized at its end isn't worth its minutes.
	cmd.Env = append(os.Environ(), "CARGO_PROFILE_RELEASE_LTO=false", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS=4")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s could not install dynoxide: %w\n%s", filepath.Base(command), err, lastLines(out))
	}
	if p := findDynoxide(ctx, o); p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%s ended well but did not bring dynoxide", filepath.Base(command))
}
