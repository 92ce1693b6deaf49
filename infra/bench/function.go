package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"wardroom/functions"
	"wardroom/functions/stream"
	"wardroom/pkg/concurrent"
)

// function is one binary, built as it is deployed but for this machine.
type function struct {
	name, pkg, table string
	binary           string
}

// build uses the flags of the deployment, since they decide size and start.
func (f *function) build(ctx context.Context, root, dir string) error {
	f.binary = filepath.Join(dir, f.name, "bootstrap")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", f.binary, f.pkg)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", f.name, err, out)
	}
	return nil
}

// run starts the binary as Lambda would, and calls use with its Runtime API and process.
// The process is killed when use returns.
func (f *function) run(ctx context.Context, use func(api *runtimeAPI, pid int, began time.Time) error) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	api := newRuntimeAPI()
	defer api.close()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, f.binary)
	cmd.Stderr = &stderr
	cmd.Env = []string{ // the variables of the runtime and of the stack; nothing of this shell's
		"AWS_LAMBDA_RUNTIME_API=" + api.address(),
		"AWS_LAMBDA_FUNCTION_NAME=" + f.name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"AWS_REGION=eu-central-1",
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench",
		"WARDROOM_TABLE=wardroom-bench", "WARDROOM_STAGE=bench", "WARDROOM_ORIGINS=",
		"DYNAMODB_ENDPOINT=" + f.table,
		"PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin", "LANG=en_US.UTF-8", "TZ=:UTC",
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	concurrent.Start(func() error {
		defer api.ended()
		return cmd.Wait() // killed, or ended by itself, which the API's waiters learn
	})
	err := use(api, cmd.Process.Pid, began)
	_ = cmd.Process.Kill()
	<-api.gone
	if err != nil {
		return fmt.Errorf("%w\n%s", err, &stderr)
	}
	return nil
}

// ready is the time from the start of the process until it asks for a request.
func (f *function) ready(ctx context.Context) (took time.Duration, err error) {
	err = f.run(ctx, func(api *runtimeAPI, _ int, began time.Time) error {
		at, err := api.firstNext(ctx)
		took = at.Sub(began)
		return err
	})
	return took, err
}

// peakMemory is the process's peak of resident memory, in bytes, after a hundred
// requests, to each reading operation of its group in turn. They have a key, so that the
// figure includes the table's client and its connection; the table is empty, so the key
// is refused. The stream's function, which has no route, sweeps a hundred times.
func (f *function) peakMemory(ctx context.Context) (peak int64, err error) {
	scheduled, err := json.Marshal(stream.Scheduled())
	if err != nil {
		return 0, err
	}
	paths := readable(f.name)
	err = f.run(ctx, func(api *runtimeAPI, pid int, _ time.Time) error {
		for i := range 100 {
			if f.name == stream.Slug {
				if _, err := api.invoke(ctx, scheduled); err != nil {
					return err
				}
			} else if err := served(api.invoke(ctx, request(paths[i%len(paths)], i))); err != nil {
				return err
			}
		}
		var err error
		peak, err = highWater(pid)
		return err
	})
	return peak, err
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// readable are the paths of a group's GET operations, with 1 for every id, and
// the health check for a function that has none.
func readable(group string) []string {
	var paths []string
	for _, g := range functions.All(nil) {
		for _, op := range g.Ops {
			if g.Slug == group && op.Method == http.MethodGet {
				paths = append(paths, pathParameter.ReplaceAllString(op.Path, "1"))
			}
		}
	}
	if paths == nil {
		paths = []string{"/api/health"}
	}
	return paths
}

// served returns an error unless an invocation has an answer, of any status.
func served(answer []byte, err error) error {
	if err != nil {
		return err
	}
	if bytes.Equal(answer, []byte(`"hello"`)) {
		return nil
	}
	var a struct{ StatusCode int }
	if err := json.Unmarshal(answer, &a); err != nil || a.StatusCode == 0 || a.StatusCode == http.StatusInternalServerError {
		return fmt.Errorf("the function answered %.300s", answer)
	}
	return nil
}

// request is an event as API Gateway makes it.
func request(path string, i int) []byte {
	return fmt.Appendf(nil, `{"resource":%q,"path":%q,"httpMethod":"GET","isBase64Encoded":false,`+
		`"headers":{"Host":"bench","Authorization":"ApiKey benchkey.not-a-real-secret"},`+
		`"multiValueHeaders":{"Host":["bench"],"Authorization":["ApiKey benchkey.not-a-real-secret"]},`+
		`"requestContext":{"requestId":"bench-%d","stage":"bench","httpMethod":"GET","identity":{"sourceIp":"127.0.0.1"}}}`, path, path, i)
}

// highWater is VmHWM, the peak of the resident set.
func highWater(pid int) (int64, error) {
	status, err := os.Open(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, fmt.Errorf("memory is read from /proc, so this needs Linux: %w", err)
	}
	defer status.Close()
	lines := bufio.NewScanner(status)
	for lines.Scan() {
		if kb, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(kb, "kB")), 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("no VmHWM in %s", status.Name())
}

// zipped is the size of the zipped binary, in bytes.
func (f *function) zipped() (int64, error) {
	binary, err := os.Open(f.binary)
	if err != nil {
		return 0, err
	}
	defer binary.Close()
	var size counter
	z := zip.NewWriter(&size)
	w, err := z.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(w, binary); err != nil {
		return 0, err
	}
	err = z.Close()
	return int64(size), err
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// emptyTable is a DynamoDB server that answers at once, as an empty table.
func emptyTable() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(w, "{}")
	}))
}
