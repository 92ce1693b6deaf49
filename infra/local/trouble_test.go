package main_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/table"
)

// process is the local runner, whose DynamoDB is behind a proxy.
type process struct {
	*exec.Cmd
	db    *fixture.Proxy
	base  string
	lines chan string // of its log
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

func start(t *testing.T) *process {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wardroom")
	if out, err := exec.Command("go", "build", "-o", path, "wardroom/infra/local").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := &process{Cmd: exec.Command(path), db: fixture.NewProxy(t, dynamotest.Endpoint(t)), lines: make(chan string, 1000)}
	p.Env = append(os.Environ(), "WARDROOM_ADDR=127.0.0.1:0", "WARDROOM_TABLE=t"+rand.Text(), "DYNAMODB_ENDPOINT="+p.db.Endpoint())
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(log); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	for s := bufio.NewScanner(out); p.base == "" && s.Scan(); {
		p.base = address.FindString(s.Text())
	}
	if p.base == "" {
		t.Fatal("the process didn't say where it serves")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return p
}

// says waits until the log has a line with text.
func (p *process) says(t *testing.T, text string) {
	t.Helper()
	for line := range p.lines {
		if strings.Contains(line, text) {
			return
		}
	}
	t.Fatalf("the process ended without saying %q", text)
}

type answer struct {
	status     int
	retryAfter string
	body       string
	err        error
}

// ask sends a request and gives it as long as Lambda would.
func (p *process) ask(ctx context.Context, method, path string) answer {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, p.base+path, nil)
	if err != nil {
		return answer{err: err}
	}
	r.Header.Set("Authorization", "ApiKey "+demo.ProjectAdmin)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	return answer{got.StatusCode, got.Header.Get("Retry-After"), string(body), err}
}

// A process that is told to end while a request is under way ends the request
// first, with its answer, takes no new one, and then ends in good order.
func TestToldToEnd(t *testing.T) {
	t.Parallel()
	p := start(t)
	// The process reads the table's stream, too: what waits is to be the request.
	prefix, _, _ := strings.Cut(demo.ProjectAdmin, ".")
	reached, release := p.db.Hold(table.Keys.Key(prefix).PK)
	defer release()
	answered := make(chan answer, 1)
	go func() { answered <- p.ask(t.Context(), "DELETE", "/api/project/151/user/16") }()
	select {
	case <-reached:
	case got := <-answered:
		t.Fatalf("answered without its table: %+v", got)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.says(t, "Stopping")
	select {
	case got := <-answered:
		t.Fatalf("answered before its table was: %+v", got)
	default:
	}
	release()
	if got := <-answered; got.status != http.StatusOK {
		t.Errorf("the request under way: %+v", got)
	}
	for range p.lines { // until it has closed its log
	}
	if err := p.Wait(); err != nil {
		t.Errorf("the process: %v", err)
	}
	if got := p.ask(t.Context(), "GET", "/api/health"); got.err == nil {
		t.Errorf("the process has ended and answers: %+v", got)
	}
}

// Without its table the process answers 503 and lives on; with it again it
// serves as before, and so after a time in which the table said nothing.
func TestTableGone(t *testing.T) {
	t.Parallel()
	p := start(t)
	serves := func(when string) {
		t.Helper()
		if got := p.ask(t.Context(), "GET", "/api/project/151"); got.status != http.StatusOK {
			t.Errorf("%s: %+v", when, got)
		}
	}
	refuses := func(when, method, path string) {
		t.Helper()
		if got := p.ask(t.Context(), method, path); got.status != http.StatusServiceUnavailable || got.retryAfter == "" {
			t.Errorf("%s: %s %s: %+v", when, method, path, got)
		}
	}
	serves("at first")
	p.db.Cut()
	refuses("down", "GET", "/api/project/151")
	refuses("down", "DELETE", "/api/project/151/user/16")
	refuses("down", "GET", "/api/workspaces/7")
	if err := p.db.Mend(); err != nil {
		t.Fatal(err)
	}
	serves("up again")
	_, release := p.db.Hold("")
	refuses("silent", "DELETE", "/api/project/151/user/16")
	release()
	serves("and then")
	if got := p.ask(t.Context(), "DELETE", "/api/project/151/user/16"); got.status != http.StatusOK {
		t.Errorf("and then: %+v", got)
	}
}
