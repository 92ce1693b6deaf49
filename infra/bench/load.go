package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"wardroom/infra/events"
	"wardroom/infra/local/demo"
	"wardroom/pkg/concurrent"
)

// loadFor is how long each request is sent again and again.
const loadFor = 3 * time.Second

// load has clients send one request again and again to the server of make run, over real
// connections. The number of answers is no promise: it compares two changes on one
// machine within an hour. It includes the engine's time, which is the greater part where
// the server does little; the row has the server's own processor time too.
func load(ctx context.Context, r *report) error {
	endpoint, stop, err := database(ctx)
	if err != nil {
		return err
	}
	defer stop()
	table, drop, err := events.Table(ctx, endpoint)
	if err != nil {
		return err
	}
	defer drop()
	s, err := runServer(ctx, endpoint, table)
	if err != nil {
		return err
	}
	defer s.end()
	r.add("the engine", "%s", engineName())
	for _, of := range []struct{ what, path string }{
		{"Get Team", "/api/team/7"},
		{"Get Project Details", "/api/project/151"},
		{"List Projects", "/api/project"},
	} {
		if _, err := s.rate(ctx, of.path, loadFor/10); err != nil { // a warm-up
			return err
		}
		began, err := s.processorTime()
		if err != nil {
			return err
		}
		answered, err := s.rate(ctx, of.path, loadFor)
		if err != nil {
			return err
		}
		ended, err := s.processorTime()
		if err != nil {
			return err
		}
		each := (ended - began) / time.Duration(answered)
		r.add(of.what+": a second through make run, by 16 clients", "%.0f (%.2f ms of the server's processor time each)", float64(answered)/loadFor.Seconds(), ms(each))
	}
	return nil
}

// server is a process of the server that make run starts.
type server struct {
	address string
	cmd     *exec.Cmd
	ended   <-chan error
	dir     string
}

// runServer builds the local server and starts it over a table with the demo data.
func runServer(ctx context.Context, endpoint, table string) (*server, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	s := &server{}
	if s.dir, err = os.MkdirTemp("", "wardroom-load-"); err != nil {
		return nil, err
	}
	if err := s.start(ctx, root, endpoint, table); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

func (s *server) start(ctx context.Context, root, endpoint, table string) error {
	binary := filepath.Join(s.dir, "wardroom")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./infra/local")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the local server: %w\n%s", err, out)
	}
	free, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.address = free.Addr().String()
	if err := free.Close(); err != nil {
		return err
	}
	s.cmd = exec.CommandContext(ctx, binary)
	s.cmd.Dir = root
	s.cmd.Env = append(os.Environ(), "GOGC=", "WARDROOM_ADDR="+s.address, "WARDROOM_DATA="+s.dir, "WARDROOM_TABLE="+table, "DYNAMODB_ENDPOINT="+endpoint)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.ended = concurrent.Start(s.cmd.Wait)
	return s.await(ctx)
}

// await returns once the server answers.
func (s *server) await(ctx context.Context) error {
	for range 200 {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", s.address)
		if err == nil {
			return conn.Close()
		}
		select {
		case err := <-s.ended:
			return fmt.Errorf("the local server has ended: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("the local server doesn't answer on %s", s.address)
}

// end ends the server and deletes its files.
func (s *server) end() {
	if s.ended != nil {
		_ = s.cmd.Process.Kill()
		for range s.ended { // until it is gone
		}
	}
	_ = os.RemoveAll(s.dir)
}

// tick is the unit of processor time in /proc.
const tick = 10 * time.Millisecond

// processorTime returns the server's processor time so far, of all processors.
func (s *server) processorTime() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("processor time is read from /proc, so this needs Linux: %w", err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var sum time.Duration
	for _, field := range fields[11:13] { // in the user's code, and in the kernel
		ticks, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ticks) * tick
	}
	return sum, nil
}

// rate is the number of answers that the clients get within a time.
func (s *server) rate(ctx context.Context, path string, within time.Duration) (int64, error) {
	var answered atomic.Int64
	end := time.Now().Add(within)
	g, ctx := concurrent.WithContext(ctx)
	for range clients {
		g.Go(func() error { return s.repeat(ctx, path, end, &answered) })
	}
	err := g.Wait()
	return answered.Load(), err
}

// repeat sends a request again and again over a connection of its own. It speaks to
// the wire itself: a whole HTTP client would take as long as the server.
func (s *server) repeat(ctx context.Context, path string, end time.Time, answered *atomic.Int64) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + s.address + "\r\nAuthorization: ApiKey " + demo.ProjectMember + "\r\n\r\n")
	answers := bufio.NewReader(conn)
	for time.Now().Before(end) && ctx.Err() == nil {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		res, err := http.ReadResponse(answers, nil)
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("GET %s: %d", path, res.StatusCode)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
		answered.Add(1)
	}
	return ctx.Err()
}
