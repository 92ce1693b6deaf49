package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// runtimeAPI is Lambda's Runtime API on loopback, for one process: it sends events one
// at a time and receives their answers.
type runtimeAPI struct {
	server *httptest.Server
	events chan []byte
	result chan result
	gone   chan struct{} // closed when the process has ended

	once  sync.Once
	asked chan time.Time // holds the time of the first request for an event
}

type result struct {
	body []byte
	err  error
}

var errEnded = errors.New("the process ended")

func newRuntimeAPI() *runtimeAPI {
	a := &runtimeAPI{events: make(chan []byte), result: make(chan result), gone: make(chan struct{}), asked: make(chan time.Time, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) { a.take(w, r, nil) })
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) {
		a.take(w, r, errors.New("the function failed"))
	})
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", func(w http.ResponseWriter, r *http.Request) {
		a.take(w, r, errors.New("the function could not start"))
	})
	a.server = httptest.NewServer(mux)
	return a
}

func (a *runtimeAPI) address() string { return strings.TrimPrefix(a.server.URL, "http://") }

func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	a.once.Do(func() { a.asked <- time.Now() })
	select {
	case e := <-a.events:
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "bench")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(10*time.Second).UnixMilli()))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:000000000000:function:bench")
		_, _ = w.Write(e) // a process that is gone is noticed by its end
	case <-r.Context().Done():
	}
}

func (a *runtimeAPI) take(w http.ResponseWriter, r *http.Request, failure error) {
	body, err := io.ReadAll(r.Body)
	if failure != nil {
		err = fmt.Errorf("%w: %s", failure, body)
	}
	w.WriteHeader(http.StatusAccepted)
	select {
	case a.result <- result{body, err}:
	case <-r.Context().Done():
	}
}

// firstNext returns the time at which the process first asked for an event, or an error
// if it ends before.
func (a *runtimeAPI) firstNext(ctx context.Context) (time.Time, error) {
	select {
	case at := <-a.asked:
		return at, nil
	case r := <-a.result: // init/error comes without an event
		return time.Time{}, r.err
	case <-a.gone:
		return time.Time{}, errEnded
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
}

// invoke sends the process one event and returns its answer, or an error if the function
// fails or the process ends.
func (a *runtimeAPI) invoke(ctx context.Context, event []byte) ([]byte, error) {
	select {
	case a.events <- event:
	case r := <-a.result:
		return nil, r.err
	case <-a.gone:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case r := <-a.result:
		return r.body, r.err
	case <-a.gone:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// ended reports to the API that the process has ended. It is called once.
func (a *runtimeAPI) ended() { close(a.gone) }

// close ends the API. The process must have ended, since its open connections would
// block it.
func (a *runtimeAPI) close() {
	a.server.CloseClientConnections()
	a.server.Close()
}
