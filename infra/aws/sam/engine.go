package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"wardroom/pkg/concurrent"
)

// engineDeadline is for an engine on a busy machine; three seconds are usual.
const engineDeadline = 90 * time.Second

// engineFlags are tried in turn. The second work without the kernel's overlays and
// address translation.
var engineFlags = [][]string{
	nil,
	{"--storage-driver=vfs", "--iptables=false", "--ip6tables=false"},
}

// dockerEngine makes sure that a Docker engine answers. It uses one that runs already,
// which stop leaves alone; otherwise it starts one, installed by apt where necessary,
// and stop ends it.
func dockerEngine(ctx context.Context, dir string) (stop func(), err error) {
	if answers(ctx) == nil {
		return func() {}, nil
	}
	if _, err := exec.LookPath("dockerd"); err != nil {
		if err := install(ctx, "docker.io"); err != nil {
			return nil, fmt.Errorf("no Docker engine answers, and none is installed: %w", err)
		}
	}
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("no Docker engine answers, and starting one takes root: start it (sudo systemctl start docker), or run this as root")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	var tried []error
	for _, flags := range engineFlags {
		stop, err := start(ctx, filepath.Join(dir, "dockerd.log"), flags)
		if err == nil {
			return stop, nil
		}
		tried = append(tried, fmt.Errorf("dockerd %s: %w", strings.Join(flags, " "), err))
	}
	return nil, fmt.Errorf("no Docker engine starts here: %w", errors.Join(tried...))
}

// start runs dockerd in a process group of its own, so that a Ctrl-C ends us
// first and the containers are still there to be stopped.
func start(ctx context.Context, log string, flags []string) (stop func(), err error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command("dockerd", flags...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := concurrent.Start(cmd.Wait)
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended: //nolint:errcheck // however it ended
		case <-time.After(30 * time.Second):
			_ = cmd.Process.Kill()
			for range ended { // it is killed
			}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, engineDeadline)
	defer cancel()
	for answers(ctx) != nil {
		select {
		case <-ended: //nolint:errcheck // however it ended
			return nil, fmt.Errorf("it ended at once:\n%s", last(log))
		case <-ctx.Done():
			stop()
			return nil, fmt.Errorf("it does not answer: %w\n%s", ctx.Err(), last(log))
		case <-time.After(250 * time.Millisecond):
		}
	}
	say("Started a Docker engine; it ends with this command.")
	return stop, nil
}

// answers asks the engine, not only the client, for its version.
func answers(ctx context.Context) error {
	_, err := docker(ctx, "version", "--format", "{{.Server.Version}}")
	return err
}

// docker runs the client and returns what it says, without the line's end.
func docker(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "docker", args...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("docker %s: %w: %s", args[0], err, text)
	}
	return text, nil
}

// install installs a Debian package, where this process may.
func install(ctx context.Context, name string) error {
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 || runtime.GOOS != "linux" {
		return fmt.Errorf("install %s (on Debian: sudo apt-get install %s)", name, name)
	}
	say("Installing " + name + " with apt-get.")
	for _, args := range [][]string{{"update", "-qq"}, {"install", "-y", "-qq", "--no-install-recommends", name}} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, out)
		}
	}
	return nil
}

// last returns the end of a log, which has the reason of a failure.
func last(path string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(raw[max(0, len(raw)-2000):])
}
