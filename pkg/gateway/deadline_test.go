package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wardroom/pkg/fault"
	"wardroom/pkg/telemetry"
)

const lambdaTime = 3 * time.Second

// within gives a context as Lambda does, and says how long fn took.
func within(t *testing.T, d time.Duration, fn func(context.Context)) time.Duration {
	t.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	fn(ctx)
	return time.Since(began)
}

const unavailable = `{"success":false,"message":"Temporarily unavailable. Try again.","data":null,"meta":{"code":"unavailable","request_id":"req-1"}}`

func TestDeadlineIsAheadOfLambdas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, lambdaTime, func(ctx context.Context) {
			h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if end, has := r.Context().Deadline(); !has || time.Until(end) != lambdaTime-300*time.Millisecond {
					t.Errorf("the handler has %v", time.Until(end))
				}
			})
			if res, err := Invoke(h)(ctx, event(t, get)); err != nil || res.StatusCode != http.StatusOK {
				t.Errorf("%d %v", res.StatusCode, err)
			}
		})
	})
}

// A handler that heeds its context answers for itself, in its own words.
func TestHeedingHandlerAnswersItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			time.Sleep(100 * time.Millisecond) // rolling back takes a moment
			http.Error(w, "own words", http.StatusServiceUnavailable)
		})
		took := within(t, lambdaTime, func(ctx context.Context) {
			res, err := Invoke(h)(ctx, event(t, get))
			if err != nil || res.StatusCode != http.StatusServiceUnavailable || res.Body != "own words\n" {
				t.Errorf("%d %q %v", res.StatusCode, res.Body, err)
			}
		})
		if took != lambdaTime-200*time.Millisecond {
			t.Errorf("took %v", took)
		}
	})
}

// A handler that ignores its context is answered for, in time, and what it
// does afterwards touches neither its own answer nor the next request's.
func TestOutlivingHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, ended := make(chan struct{}), make(chan error, 1)
		var log bytes.Buffer
		invoke := Invoke(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			telemetry.From(r.Context()).SetOperation("slow")
			if r.Method == http.MethodPut {
				fmt.Fprint(w, "second")
				return
			}
			w.Header().Set("X-Half", "1")
			fmt.Fprint(w, "half an answer")
			<-release
			r.URL.Path, r.Host = "/changed", "changed"
			r.Header.Set("X", "changed")
			w.Header().Set("X-Late", "1")
			w.WriteHeader(http.StatusCreated)
			telemetry.From(r.Context()).AddCall()
			_, err := fmt.Fprint(w, "late")
			ended <- err
		}), Observe(telemetry.Options{Log: telemetry.Logger(&log, true)}), Refuse(func(w http.ResponseWriter, r *http.Request, err error) {
			go close(release) // the handler wakes while the refusal is written
			if r.URL.Path != "/" || r.Host != "api.example.com" || r.Header.Get("X") != "" {
				t.Errorf("the refusal sees the handler's changes: %v %v", r.URL, r.Header)
			}
			envelope(w, r, err)
		}))
		took := within(t, lambdaTime, func(ctx context.Context) {
			res, err := invoke(ctx, event(t, get))
			if err != nil || res.StatusCode != http.StatusServiceUnavailable || res.Body != unavailable || res.MultiValueHeaders["Retry-After"][0] != "1" {
				t.Errorf("%d %q %v %v", res.StatusCode, res.Body, res.MultiValueHeaders, err)
			}
			if len(res.MultiValueHeaders["X-Half"])+len(res.MultiValueHeaders["X-Late"]) != 0 {
				t.Errorf("headers of the abandoned answer: %v", res.MultiValueHeaders)
			}
		})
		if took != lambdaTime-150*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), `"status":503`) || !strings.Contains(log.String(), "outlived") {
			t.Errorf("log: %s", &log)
		}
		within(t, lambdaTime, func(ctx context.Context) {
			if res, err := invoke(ctx, event(t, call{method: "PUT", target: "/"})); err != nil || res.StatusCode != http.StatusOK || res.Body != "second" {
				t.Errorf("the next request: %d %q %v", res.StatusCode, res.Body, err)
			}
		})
		if err := <-ended; !errors.Is(err, http.ErrHandlerTimeout) {
			t.Errorf("the late write: %v", err)
		}
	})
}

// A handler that writes for ever is told to stop, so it can't fill the memory.
func TestEndlessWriterStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stopped atomic.Bool
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := io.WriteString(w, "x"); err != nil {
					stopped.Store(true)
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		within(t, lambdaTime, func(ctx context.Context) {
			if res, err := Invoke(h)(ctx, event(t, get)); err != nil || res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%d %v", res.StatusCode, err)
			}
		})
		time.Sleep(time.Second)
		if !stopped.Load() {
			t.Error("it still writes")
		}
	})
}

func TestNoTimeLeft(t *testing.T) {
	for _, left := range []time.Duration{0, 299 * time.Millisecond, 300 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was called") })
			var cause error
			took := within(t, left, func(ctx context.Context) {
				res, err := Invoke(h, Refuse(func(w http.ResponseWriter, r *http.Request, err error) { cause = err; envelope(w, r, err) }))(ctx, event(t, get))
				if err != nil || res.StatusCode != http.StatusServiceUnavailable || res.Body != unavailable {
					t.Errorf("%d %q %v", res.StatusCode, res.Body, err)
				}
			})
			if took != 0 || !fault.Is(cause, fault.KindUnavailable) {
				t.Errorf("took %v, cause %v", took, cause)
			}
		})
	}
}

// A panic after the deadline, in a handler that nobody waits for any more.
func TestLatePanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(lambdaTime); panic("late") })
		within(t, lambdaTime, func(ctx context.Context) {
			if res, err := Invoke(h)(ctx, event(t, get)); err != nil || res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%d %v", res.StatusCode, err)
			}
		})
		time.Sleep(time.Second)
		synctest.Wait()
	})
}
