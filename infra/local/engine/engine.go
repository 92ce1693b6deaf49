// Package engine installs and runs a server that speaks DynamoDB, so that the
// whole system works on one machine without an AWS account.
//
// There are two: dynoxide, which is open source, and DynamoDB Local, which is AWS's own.
// The user needs to do nothing: the first available one runs (see choose for the order),
// installed under .local/ if necessary, and every later start is quick.
package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"wardroom/infra/local/filelock"
)

// ErrPortBusy is returned by Start when the port that was asked for is taken.
var ErrPortBusy = errors.New("the port is already in use")

const (
	// startDeadline is generous: two seconds are usual for Java, a machine that is
	// also compiling on all its cores has been seen to need fifteen.
	startDeadline = 60 * time.Second
	// stopPatience is how long a server may take to close its files before it is killed.
	stopPatience = 5 * time.Second
)

// Options say what Start runs. The zero value is an in-memory server on a free port.
type Options struct {
	Name string       // Dynoxide or DynamoDBLocal; "" for that of WARDROOM_ENGINE, else the first available
	Dir  string       // where engines are installed; "" is .local under the module's root
	Data string       // folder of the data files; "" keeps everything in memory
	Port int          // 0 takes a free one
	Host string       // address it listens on; "" is 127.0.0.1, and containers need "0.0.0.0"
	Log  func(string) // gets a sentence about anything slow or surprising; nil drops it
}

// Server is one running engine. It ends with the process that started it, even when that one is killed.
type Server struct {
	kind   kind
	port   int
	cmd    *exec.Cmd
	stderr *tail
	done   chan struct{}  // closed once the server has ended
	lock   *filelock.Lock // on the data folder; nil in memory
}

// Start installs what is missing, starts the server and returns once it answers.
// It returns ErrPortBusy where the port is taken; every other error says in words what
// is missing and what to do.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	if o.Dir == "" {
		root, err := Root()
		if err != nil {
			return nil, err
		}
		o.Dir = filepath.Join(root, ".local")
	}
	if o.Host == "" {
		o.Host = "127.0.0.1"
	}
	k, command, err := choose(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.Port != 0 {
		return start(ctx, k, command, o, o.Port)
	}
	// Between choosing a free port and the server taking it another process may
	// take it, so a lost port is tried again elsewhere.
	for range 3 {
		var port int
		if port, err = freePort(o.Host); err != nil {
			return nil, err
		}
		var s *Server
		if s, err = start(ctx, k, command, o, port); !errors.Is(err, ErrPortBusy) {
			return s, err
		}
	}
	return nil, err
}

func start(ctx context.Context, k kind, command program, o Options, port int) (*Server, error) {
	if err := portFree(o.Host, port); err != nil {
		return nil, fmt.Errorf("%s can't listen on port %d: %w. Stop what uses it, choose another port, or set DYNAMODB_ENDPOINT to use a server that already runs", k.title, port, ErrPortBusy)
	}
	s := &Server{kind: k, port: port, stderr: &tail{}, done: make(chan struct{})}
	if o.Data != "" {
		if err := os.MkdirAll(o.Data, 0o750); err != nil {
			return nil, fmt.Errorf("the data folder: %w", err)
		}
		var err error
		if s.lock, err = filelock.Try(filepath.Join(o.Data, ".lock")); err != nil {
			return nil, fmt.Errorf("the data in %s are in use by another server: %w", o.Data, err)
		}
	}
	s.cmd = command(o, port)
	s.cmd.Stderr = s.stderr
	if err := spawn(s.cmd, s.done); err != nil {
		s.lock.Release()
		return nil, fmt.Errorf("%s did not start: %w", k.title, err)
	}
	if err := s.await(ctx); err != nil {
		_ = s.Stop()
		return nil, err
	}
	return s, nil
}

// Name returns the engine that runs: Dynoxide or DynamoDBLocal.
func (s *Server) Name() string { return s.kind.name }

// Port is the port the server listens on.
func (s *Server) Port() int { return s.port }

// Endpoint returns the value for DYNAMODB_ENDPOINT, "http://127.0.0.1:…".
func (s *Server) Endpoint() string { return fmt.Sprintf("http://127.0.0.1:%d", s.port) }

// Done is closed when the server has ended, by Stop or by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server and waits until it is gone: first politely, so that its
// data files are closed, then by force. Calling it again does nothing.
func (s *Server) Stop() error {
	defer s.lock.Release()
	select {
	case <-s.done:
		return nil
	default:
	}
	if err := terminate(s.cmd.Process, syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping %s: %w", s.kind.title, err)
	}
	select {
	case <-s.done:
	case <-time.After(stopPatience):
		_ = terminate(s.cmd.Process, syscall.SIGKILL)
		<-s.done
	}
	return nil
}

func freePort(host string) (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return 0, fmt.Errorf("no free port for a DynamoDB engine: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// portFree returns an error unless the port is free on host, and on loopback, where our
// own calls go: another program may listen on loopback alone.
func portFree(host string, port int) error {
	for _, host := range []string{host, "127.0.0.1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return err
		}
		_ = l.Close()
	}
	return nil
}

// tail is a Writer that keeps the end of the server's output, for error messages.
type tail struct{ buf bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const most = 8 << 10
	t.buf.Write(p)
	if over := t.buf.Len() - most; over > 0 {
		t.buf.Next(over)
	}
	return len(p), nil
}
