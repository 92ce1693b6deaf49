// Package dynamolocal installs and runs the real DynamoDB Local, so that the
// whole system works on one machine without an AWS account.
//
// Nothing is asked of the user but Java and Maven: the jars come from Maven
// Central once, into a folder of the repository, and every later start is quick.
package dynamolocal

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

// Version is the release of DynamoDB Local that pom.xml names; a test compares.
const Version = "2.6.1"

// compilerVersion is that of the Java compiler beside it, see compile.
const compilerVersion = "3.33.0"

// What lies in a data folder beside the data.
const (
	EndpointFile   = "endpoint"       // where the server over it listens, while it runs
	CheckpointFile = "checkpoint.pem" // the key of the audit log's checkpoints, unless another one is configured
)

// ErrPortBusy is returned by Start when the port that was asked for is taken.
var ErrPortBusy = errors.New("the port is already in use")

const (
	// startDeadline is generous: two seconds are usual, a machine that is also
	// compiling on all its cores has been seen to need fifteen.
	startDeadline = 60 * time.Second
	// stopPatience is how long java may take to close its files before it is killed.
	stopPatience = 5 * time.Second
	// heap keeps the server modest; a full test run stays well under it. collector
	// takes the least work for one of that size.
	heap      = "-Xmx512m"
	collector = "-XX:+UseSerialGC"
)

// Options say what Start runs. The zero value is an in-memory server on a free port.
type Options struct {
	Dir  string       // where the jars are kept; "" is .local/dynamodb under the module's root
	Data string       // folder of the data files; "" keeps everything in memory
	Port int          // 0 takes a free one
	Host string       // address it listens on; "" is 127.0.0.1, and containers need "0.0.0.0"
	Log  func(string) // told, in a sentence, of anything slow or surprising; nil is silence
}

// Server is one running DynamoDB Local. It ends with the process that started it, even when that one is killed.
type Server struct {
	port   int
	cmd    *exec.Cmd
	stderr *tail
	done   chan struct{}  // closed once java has ended
	lock   *filelock.Lock // holds the data folder, nil in memory
}

// Start installs what is missing, starts the server and returns once it answers.
// ErrPortBusy is the one refusal worth telling apart; every other error says in
// words what is missing and what to do.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	if o.Dir == "" {
		root, err := Root()
		if err != nil {
			return nil, err
		}
		o.Dir = filepath.Join(root, ".local", "dynamodb")
	}
	java, err := findJava(ctx, o.Log)
	if err != nil {
		return nil, err
	}
	if err := Install(ctx, o.Dir, o.Log); err != nil {
		return nil, err
	}
	if err := compile(ctx, java, o.Dir); err != nil {
		return nil, err
	}
	if o.Host == "" {
		o.Host = "127.0.0.1"
	}
	if o.Port != 0 {
		return start(ctx, java, o, o.Port)
	}
	// Between choosing a free port and java taking it another process may take
	// it, so a lost port is tried again elsewhere.
	for range 3 {
		var port int
		if port, err = freePort(o.Host); err != nil {
			return nil, err
		}
		var s *Server
		if s, err = start(ctx, java, o, port); !errors.Is(err, ErrPortBusy) {
			return s, err
		}
	}
	return nil, err
}

func start(ctx context.Context, java string, o Options, port int) (*Server, error) {
	if err := portFree(o.Host, port); err != nil {
		return nil, fmt.Errorf("DynamoDB Local can't listen on port %d: %w. Stop what uses it, choose another port, or set DYNAMODB_ENDPOINT to use a DynamoDB Local that already runs", port, ErrPortBusy)
	}
	s := &Server{port: port, stderr: &tail{}, done: make(chan struct{})}
	args := []string{
		heap, collector, "-Djava.library.path=" + o.Dir, "-Dlisten=" + o.Host,
		"-cp", filepath.Join(o.Dir, "*") + string(os.PathListSeparator) + o.Dir, "Listening",
		"-port", strconv.Itoa(port), "-disableTelemetry", "-sharedDb",
	}
	if o.Data == "" {
		args = append(args, "-inMemory")
	} else {
		if err := os.MkdirAll(o.Data, 0o750); err != nil {
			return nil, fmt.Errorf("DynamoDB Local's data folder: %w", err)
		}
		var err error
		if s.lock, err = filelock.Try(filepath.Join(o.Data, ".lock")); err != nil {
			return nil, fmt.Errorf("the data in %s are in use by another DynamoDB Local: %w", o.Data, err)
		}
		args = append(args, "-dbPath", o.Data)
	}
	s.cmd = exec.Command(java, args...)
	s.cmd.Dir = o.Dir // the server drops its own files into the working directory
	s.cmd.Stderr = s.stderr
	if err := spawn(s.cmd, s.done); err != nil {
		s.lock.Release()
		return nil, fmt.Errorf("java did not start: %w", err)
	}
	if err := s.await(ctx); err != nil {
		_ = s.Stop()
		return nil, err
	}
	return s, nil
}

// Port is the port the server listens on.
func (s *Server) Port() int { return s.port }

// Endpoint is what DYNAMODB_ENDPOINT wants, "http://127.0.0.1:…".
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
		return fmt.Errorf("stopping DynamoDB Local: %w", err)
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
		return 0, fmt.Errorf("no free port for DynamoDB Local: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// portFree looks on loopback too, where our own calls go: another program may
// hold just that.
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

// tail keeps the last lines of what java says, for the error message.
type tail struct{ buf bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const most = 8 << 10
	t.buf.Write(p)
	if over := t.buf.Len() - most; over > 0 {
		t.buf.Next(over)
	}
	return len(p), nil
}

// Folder is the data folder of make run: what WARDROOM_DATA says, else .local/data
// in the repository.
func Folder() (string, error) {
	if data := os.Getenv("WARDROOM_DATA"); data != "" {
		return data, nil
	}
	root, err := Root()
	return filepath.Join(root, ".local", "data"), err
}

// Root is the folder of go.mod above the working directory: tests run in the
// folder of their package, commands anywhere in the repository.
func Root() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above %s: run this inside the repository", wd)
		}
	}
}
