package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/telemetry"
)

const (
	// margin is how long the handler's deadline is before Lambda's, so that a
	// slow table makes a 503 with an envelope and not a cut connection.
	margin = 300 * time.Millisecond
	// grace is the part of the margin in which a handler whose context has
	// ended may still answer for itself. The rest is for sending the answer.
	grace = 150 * time.Millisecond
)

// deadline answers in time, whatever the handler does.
//
// The handler's context ends 300 ms before Lambda's deadline. A handler that
// heeds it has 150 ms to answer, which it does better than the gateway could:
// in its own dialect, and knowing whether its transaction was committed. After
// that the gateway answers 503 in its place.
//
// Such a handler is left running, since Go can't stop it: Lambda freezes the
// process, and it goes on beside the next request. It can do that one no harm:
// its context has ended, so its calls to the table fail; its Record is its
// own; and its ResponseWriter belongs to it alone, is read by nobody, and accepts
// no more.
type deadline struct {
	next   http.Handler
	refuse func(http.ResponseWriter, *http.Request, error)
}

var (
	errNoTime   = errors.New("gateway: the request came with no time left")
	errOutlived = errors.New("gateway: the handler outlived its deadline")
)

func (d *deadline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var late <-chan time.Time
	if end, has := r.Context().Deadline(); has {
		left := time.Until(end) - margin
		if left <= 0 {
			d.fail(w, r, fault.Unavailable(errNoTime))
			return
		}
		ctx, cancel := context.WithDeadline(r.Context(), end.Add(-margin))
		defer cancel()
		r = r.WithContext(ctx)
		timer := time.NewTimer(left + grace)
		defer timer.Stop()
		late = timer.C
	}

	answer := newResponse()
	// The handler has a request of its own: it may change its URL or headers
	// while the gateway, tired of waiting, reads them to refuse.
	own := r.Clone(r.Context())
	done := concurrent.Start(func() error { // a goroutine, since it is the one thing that can be left behind
		d.next.ServeHTTP(answer, own)
		return nil
	})
	select {
	case err := <-done:
		if err != nil { // not wrapped: a panic with the context's error is a panic all the same
			d.fail(w, r, errors.New("gateway: panic: "+err.Error()))
			return
		}
		answer.copyTo(w)
	case <-late:
		answer.abandoned.Store(true)
		d.fail(w, r, fault.Unavailable(errOutlived))
	}
}

func (d *deadline) fail(w http.ResponseWriter, r *http.Request, err error) {
	telemetry.From(r.Context()).SetErr(err)
	d.refuse(w, r, err)
}

// envelope writes the refusals of a door without the option Refuse.
func envelope(w http.ResponseWriter, r *http.Request, err error) {
	f := fault.Of(err)
	type meta struct {
		Code      fault.Kind `json:"code"`
		RequestID string     `json:"request_id"`
	}
	body, _ := json.Marshal(struct { // strings always marshal
		Success bool   `json:"success"`
		Message string `json:"message"`
		Data    *int   `json:"data"`
		Meta    meta   `json:"meta"`
	}{Message: f.Message, Meta: meta{f.Kind, telemetry.From(r.Context()).ID()}})
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Kind.Status())
	_, _ = w.Write(body)
}
