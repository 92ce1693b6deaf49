package gateway

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

const asFunction = "WARDROOM_TEST_AS_FUNCTION"

// The test binary is the function as well, so that a signal meets a real
// process.
func TestMain(m *testing.M) {
	if os.Getenv(asFunction) == "" {
		os.Exit(m.Run())
	}
	signaled := make(chan os.Signal, 1)
	signal.Notify(signaled, syscall.SIGTERM)
	Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			fmt.Println("begun")
			<-signaled
		}
		fmt.Fprint(w, "whole answer")
	}))
}

// function runs the test binary against a Runtime API that hands out one event
// and then none. It returns what the function answered and how it ended.
func function(t *testing.T, path string) (answered []byte, ended error) {
	t.Helper()
	posted := make(chan []byte, 1)
	next := make(chan string, 1)
	next <- fmt.Sprintf(`{"httpMethod":"GET","path":%q}`, path)
	idle := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/next") {
			select {
			case e := <-next:
				w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
				w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
				_, _ = io.WriteString(w, e)
			default:
				close(idle)
				<-r.Context().Done()
			}
			return
		}
		b, _ := io.ReadAll(r.Body)
		posted <- append([]byte(r.URL.Path+" "+r.Header.Get("Content-Type")+" "), b...)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer api.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), asFunction+"=1", "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(api.URL, "http://"))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if path == "/slow" {
		_, _ = out.Read(make([]byte, 5))
	} else {
		answered = <-posted
		<-idle
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended = cmd.Wait()
	if path == "/slow" {
		select {
		case answered = <-posted:
		default:
		}
	}
	return answered, ended
}

// A request under way ends, with its answer delivered, before the process does.
func TestTerminated(t *testing.T) {
	for _, path := range []string{"/idle", "/slow"} {
		t.Run(path, func(t *testing.T) {
			answered, ended := function(t, path)
			want := []byte(`/2018-06-01/runtime/invocation/1/response application/json {"statusCode":200`)
			if !bytes.HasPrefix(answered, want) || !bytes.Contains(answered, []byte("whole answer")) {
				t.Errorf("answered %q", answered)
			}
			if ended != nil {
				t.Errorf("ended %v", ended)
			}
		})
	}
}
