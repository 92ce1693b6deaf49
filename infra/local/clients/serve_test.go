package clients_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wardroom/infra/local/dynamotest"
)

// built is the folder of program, "" until a test has asked for it.
var built string

// program is the local runner, built once for all tests.
var program = sync.OnceValues(func() (path string, err error) {
	if built, err = os.MkdirTemp("", "wardroom-*"); err != nil {
		return "", err
	}
	path = filepath.Join(built, "wardroom")
	if out, err := exec.Command("go", "build", "-o", path, "wardroom/infra/local").CombinedOutput(); err != nil {
		return string(out), err
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// serve starts what make run starts, over a table of its own with fresh demo
// data, and returns its address. WARDROOM_TEST_URL names one that runs already.
func serve(t *testing.T) string {
	t.Helper()
	if given := os.Getenv("WARDROOM_TEST_URL"); given != "" {
		return given
	}
	path, err := program()
	if err != nil {
		t.Fatalf("building the local runner: %v\n%s", err, path)
	}
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), "WARDROOM_ADDR=127.0.0.1:0", "DYNAMODB_ENDPOINT="+dynamotest.Endpoint(t),
		"WARDROOM_TABLE=clients-"+strconv.FormatInt(time.Now().UnixNano(), 36))
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Logf("the system ended with: %v\n%s", err, troubles(&log))
		}
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found := address.FindString(lines.Text()); found != "" {
			return found
		}
	}
	t.Fatal("the system did not say where it serves")
	return ""
}

// troubles leaves the requests that went as they should out of the log.
func troubles(log *bytes.Buffer) string {
	var out strings.Builder
	for line := range strings.Lines(log.String()) {
		if !strings.Contains(line, "level=INFO") {
			out.WriteString(line)
		}
	}
	return out.String()
}
