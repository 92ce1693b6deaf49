package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"wardroom/infra/local/engine"
	"wardroom/infra/local/scale"
)

// each runs a test on every engine that this machine has, in make test on the one
// that is taken first: one of the two is enough to work with, and a test shouldn't
// fetch or compile the other.
func each(t *testing.T, test func(t *testing.T, name string)) {
	t.Helper()
	names := engine.Installed(t)
	if len(names) == 0 {
		names = []string{""} // Start installs one
	}
	if !scale.Long() {
		names = names[:1]
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

func TestStartsAnswersAndStops(t *testing.T) {
	each(t, func(t *testing.T, name string) {
		for kept, data := range map[string]string{"in memory": "", "on disk": t.TempDir()} {
			t.Run(kept, func(t *testing.T) {
				s := start(t, engine.Options{Name: name, Data: data})
				if s.Name() != name && name != "" {
					t.Errorf("%s runs", s.Name())
				}
				if !engine.Answers(t.Context(), s.Endpoint()) {
					t.Fatal("Start returned before the server answered")
				}
				for range 2 { // the second time it is long gone
					if err := s.Stop(); err != nil {
						t.Fatal(err)
					}
				}
				select {
				case <-s.Done():
				default:
					t.Error("Stop returned before the server had ended")
				}
				if engine.Answers(t.Context(), s.Endpoint()) {
					t.Error("something still answers after Stop")
				}
			})
		}
	})
}

func TestABusyPortIsNamed(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		_, err = engine.Start(t.Context(), engine.Options{Port: port})
		if !errors.Is(err, engine.ErrPortBusy) {
			t.Fatalf("err = %v, want ErrPortBusy", err)
		}
		says(t, err, strconv.Itoa(port), "already in use", "DYNAMODB_ENDPOINT")
	}
}

func TestAnInstallationThatCantBePreparedIsNamed(t *testing.T) {
	dir := installedDir(t) // whose jars are empty
	_, err := engine.Start(t.Context(), engine.Options{Name: engine.DynamoDBLocal, Dir: dir})
	says(t, err, "preparing DynamoDB Local in "+filepath.Join(dir, "dynamodb"), "delete that folder")
}

func TestDataInUseAreNotOpenedTwice(t *testing.T) {
	each(t, func(t *testing.T, name string) {
		data := t.TempDir()
		s := start(t, engine.Options{Name: name, Data: data})
		_, err := engine.Start(t.Context(), engine.Options{Name: name, Data: data})
		says(t, err, data, "in use")
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		start(t, engine.Options{Name: name, Data: data})
	})
}

func TestNoJavaAnywhere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	_, err := engine.Start(t.Context(), engine.Options{Name: engine.DynamoDBLocal})
	says(t, err, "needs Java 17", "none on this machine", "Install it with:\n", "install")
}

func TestJavaTooOld(t *testing.T) {
	home := t.TempDir()
	script(t, filepath.Join(home, "bin", "java"), `echo 'openjdk version "11.0.2" 2019-01-15' >&2`)
	t.Setenv("PATH", t.TempDir())
	t.Setenv("JAVA_HOME", home)
	_, err := engine.Start(t.Context(), engine.Options{Name: engine.DynamoDBLocal})
	says(t, err, "needs Java 17", "is version 11", "Install it with:\n")
}

func TestJavaThatDiesAtOnceIsQuoted(t *testing.T) {
	bin := t.TempDir()
	script(t, filepath.Join(bin, "java"), `
if [ "$1" = -version ]; then echo 'openjdk version "17.0.1"' >&2; exit 0; fi
case "$*" in *batch.Main*) exit 0;; esac
echo 'Error: Could not find or load main class' >&2; exit 1`)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("JAVA_HOME", "")
	_, err := engine.Start(t.Context(), engine.Options{Name: engine.DynamoDBLocal, Dir: installedDir(t)})
	says(t, err, "ended at once", "exit status 1", "Could not find or load main class")
}

func TestJavaThatStaysMuteIsGivenUp(t *testing.T) {
	bin := t.TempDir()
	script(t, filepath.Join(bin, "java"), `
if [ "$1" = -version ]; then echo 'openjdk version "21"' >&2; exit 0; fi
case "$*" in *batch.Main*) exit 0;; esac
echo 'thinking' >&2; exec sleep 60`)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("JAVA_HOME", "")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := engine.Start(ctx, engine.Options{Name: engine.DynamoDBLocal, Dir: installedDir(t)})
	says(t, err, "did not answer", "deadline exceeded", "thinking")
}

// The server of a process that was killed must not stay behind: this test runs
// itself as a child, kills it without warning and looks for its server.
func TestNothingOutlivesAKilledParent(t *testing.T) {
	if name, child := os.LookupEnv("ENGINE_CHILD"); child {
		s := start(t, engine.Options{Name: name})
		fmt.Println("endpoint", s.Endpoint())
		select {} // until killed
	}
	each(t, func(t *testing.T, name string) {
		child := exec.Command(os.Args[0], "-test.run=^TestNothingOutlivesAKilledParent$")
		child.Env = append(os.Environ(), "ENGINE_CHILD="+name)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		var endpoint string
		for lines := bufio.NewScanner(out); endpoint == "" && lines.Scan(); {
			endpoint, _ = strings.CutPrefix(lines.Text(), "endpoint ")
			if !strings.HasPrefix(endpoint, "http") {
				endpoint = ""
			}
		}
		if !engine.Answers(t.Context(), endpoint) {
			t.Fatal("the child's server does not answer")
		}
		if err := child.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		for deadline := time.Now().Add(10 * time.Second); engine.Answers(t.Context(), endpoint); {
			if time.Now().After(deadline) {
				t.Fatal("the server outlived its killed parent")
			}
		}
	})
}

func start(t *testing.T, o engine.Options) *engine.Server {
	t.Helper()
	o.Log = func(line string) { t.Log(line) }
	s, err := engine.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

// says fails unless the error is there and holds all the phrases.
func says(t *testing.T, err error, phrases ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, phrase := range phrases {
		if !strings.Contains(err.Error(), phrase) {
			t.Errorf("the message lacks %q:\n%v", phrase, err)
		}
	}
}

// script writes an executable that stands in for one of the tools.
func script(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// installedDir looks like a finished installation, for tests in which java is a stand-in.
func installedDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "dynamodb"), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{jar, "ecj-" + engine.CompilerVersion + ".jar"} {
		if err := os.WriteFile(filepath.Join(dir, "dynamodb", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
