package telemetry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
)

// Options say where the lines go. The zero value logs through slog.Default
// and writes no metrics.
type Options struct {
	Log     *slog.Logger
	Metrics io.Writer     // embedded metric format, a line a request; nil writes none
	Stage   string        // dimension of the metrics, for example "prod"
	NewID   func() string // request ids where no door gave one; random by default
}

// Handler writes one line for each request that next serves, and its metrics.
//
// A record that is already in the context is used, so the Lambda door's
// request id holds. A Handler inside another is transparent: one request is
// one line, however the handlers were composed.
//
// A panic that reaches it is logged with its stack and answered with a bare
// 500 if nothing was written yet; http.ErrAbortHandler goes on, because it is
// how a handler asks net/http to cut the connection.
func Handler(next http.Handler, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.NewID == nil {
		o.NewID = rand.Text
	}
	return &observer{next: next, o: o}
}

type observer struct {
	next http.Handler
	o    Options
	mu   sync.Mutex // lines of concurrent requests must not mix
}

func (h *observer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec, begun := r.Context().Value(recordKey{}).(*Record)
	if !begun {
		ip, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			ip = r.RemoteAddr
		}
		var ctx context.Context
		ctx, rec = Begin(r.Context(), h.o.NewID(), ip)
		r = r.WithContext(ctx)
	}
	if !rec.observe() {
		h.next.ServeHTTP(w, r)
		return
	}
	seen := &response{ResponseWriter: w}
	defer func() {
		cause := recover()
		err, _ := cause.(error)
		abort := errors.Is(err, http.ErrAbortHandler)
		var stack []byte
		if cause != nil {
			stack = debug.Stack()
			rec.SetErr(fmt.Errorf("panic: %v", cause))
			if seen.status == 0 && !abort {
				seen.WriteHeader(http.StatusInternalServerError)
			}
			seen.status = http.StatusInternalServerError // whatever was sent, this request failed
		}
		h.write(r.Context(), rec.finish(seen.outcome()), stack)
		if abort {
			panic(cause)
		}
	}()
	h.next.ServeHTTP(seen, r)
}

// response remembers the status that was sent.
type response struct {
	http.ResponseWriter
	status int
}

func (w *response) WriteHeader(code int) {
	if w.status == 0 && (code >= 200 || code == http.StatusSwitchingProtocols) { // others are informational
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Flush keeps streaming possible for handlers that look for http.Flusher.
func (w *response) Flush() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a door that buffers has nothing to flush
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// outcome is the status of a finished response; an untouched one is 200.
func (w *response) outcome() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
