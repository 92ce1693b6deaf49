package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// serve sends one request through Handler and returns what it wrote.
func serve(t *testing.T, r *http.Request, h http.HandlerFunc) (*httptest.ResponseRecorder, map[string]any, map[string]any) {
	t.Helper()
	var log, metrics bytes.Buffer
	w := httptest.NewRecorder()
	Handler(h, Options{Log: Logger(&log, true), Metrics: &metrics, Stage: "dev", NewID: func() string { return "made" }}).ServeHTTP(w, r)
	return w, line(t, &log), line(t, &metrics)
}

// line parses exactly one line of JSON.
func line(t *testing.T, b *bytes.Buffer) map[string]any {
	t.Helper()
	if n := bytes.Count(b.Bytes(), []byte("\n")); n != 1 {
		t.Fatalf("%d lines, want 1: %s", n, b)
	}
	var m map[string]any
	if err := json.Unmarshal(b.Bytes(), &m); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return m
}

func TestOneLineTellsTheRequest(t *testing.T) {
	r := httptest.NewRequest(http.MethodDelete, "/api/project/151/user/16?token=secret", strings.NewReader("password"))
	r.Header.Set("Authorization", "ApiKey abc.def")
	_, log, metrics := serve(t, r, func(w http.ResponseWriter, r *http.Request) {
		rec := From(r.Context())
		rec.SetOperation("remove-user-from-project")
		rec.SetOrganization(1)
		rec.SetPrincipal("user:7")
		rec.AddCall()
		rec.AddUnits(1.5, 0)
		rec.AddCall()
		rec.AddUnits(0, 4)
		rec.SetErr(errors.New("not worth a line"))
		if rec.SourceIP() != "192.0.2.1" {
			t.Errorf("source ip %q", rec.SourceIP())
		}
		w.WriteHeader(http.StatusNotFound)
	})
	for key, want := range map[string]any{
		"request_id": "made", "operation": "remove-user-from-project", "organization": 1.0, "principal": "user:7",
		"status": 404.0, "calls": 2.0, "read_units": 1.5, "write_units": 4.0, "level": "INFO",
	} {
		if log[key] != want {
			t.Errorf("log %s = %v, want %v", key, log[key], want)
		}
	}
	if log["err"] != nil {
		t.Errorf("err is logged below 500: %v", log["err"])
	}
	all, _ := json.Marshal([]any{log, metrics})
	for _, secret := range []string{"secret", "password", "abc.def"} {
		if bytes.Contains(all, []byte(secret)) {
			t.Errorf("%q is in the lines: %s", secret, all)
		}
	}
}

// The metrics are what CloudWatch's specification of the embedded format asks:
// every metric and dimension that is named has a member of the right type.
func TestMetricsAreWellFormed(t *testing.T) {
	before := time.Now().UnixMilli()
	_, _, m := serve(t, httptest.NewRequest(http.MethodGet, "/", nil), func(w http.ResponseWriter, r *http.Request) {
		From(r.Context()).SetOperation("get-project")
		From(r.Context()).AddUnits(2, 0.5)
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	aws := m["_aws"].(map[string]any)
	if ts := int64(aws["Timestamp"].(float64)); ts < before || ts > time.Now().UnixMilli() {
		t.Errorf("timestamp %d is not now", ts)
	}
	directive := aws["CloudWatchMetrics"].([]any)[0].(map[string]any)
	if directive["Namespace"] != "Wardroom" {
		t.Errorf("namespace %v", directive["Namespace"])
	}
	for _, set := range directive["Dimensions"].([]any) {
		for _, d := range set.([]any) {
			if s, ok := m[d.(string)].(string); !ok || s == "" {
				t.Errorf("dimension %v = %v", d, m[d.(string)])
			}
		}
	}
	var names []string
	for _, metric := range directive["Metrics"].([]any) {
		name := metric.(map[string]any)["Name"].(string)
		names = append(names, name)
		if _, ok := m[name].(float64); !ok {
			t.Errorf("metric %s = %v", name, m[name])
		}
	}
	if want := []string{"requests", "errors", "latency", "read_units", "write_units"}; !slices.Equal(names, want) {
		t.Errorf("metrics %v, want %v", names, want)
	}
	if m["requests"] != 1.0 || m["errors"] != 1.0 || m["read_units"] != 2.0 || m["write_units"] != 0.5 || m["stage"] != "dev" {
		t.Errorf("values %v", m)
	}
}

func TestStatuses(t *testing.T) {
	for _, tt := range []struct {
		name           string
		h              http.HandlerFunc
		status, errors float64
		err            string
	}{
		{"untouched is 200", func(http.ResponseWriter, *http.Request) {}, 200, 0, ""},
		{"written is 200", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") }, 200, 0, ""},
		{"first status counts", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusCreated)
			w.WriteHeader(http.StatusInternalServerError)
		}, 201, 0, ""},
		{"early hints are not the status", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusNotFound)
		}, 404, 0, ""},
		{"flushed is 200", func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			w.WriteHeader(http.StatusInternalServerError)
		}, 200, 0, ""},
		{"499 is no error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(499) }, 499, 0, ""},
		{"500 tells its first cause", func(w http.ResponseWriter, r *http.Request) {
			From(r.Context()).SetErr(nil)
			From(r.Context()).SetErr(errors.New("table is gone"))
			From(r.Context()).SetErr(errors.New("later"))
			w.WriteHeader(http.StatusInternalServerError)
		}, 500, 1, "table is gone"},
		{"panic is 500", func(http.ResponseWriter, *http.Request) { panic("boom") }, 500, 1, "panic: boom"},
		{"panic after the answer is an error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK); panic("boom") }, 500, 1, "panic: boom"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, log, m := serve(t, httptest.NewRequest(http.MethodGet, "/", nil), tt.h)
			got, _ := log["err"].(string)
			if log["status"] != tt.status || m["errors"] != tt.errors || got != tt.err {
				t.Errorf("status %v errors %v err %q", log["status"], m["errors"], got)
			}
			if strings.HasPrefix(tt.err, "panic") && !strings.Contains(log["stack"].(string), "TestStatuses") {
				t.Errorf("the stack does not lead to the panic: %v", log["stack"])
			}
			if m["operation"] != "none" {
				t.Errorf("operation %v", m["operation"])
			}
		})
	}
}

func TestPanicIsAnswered(t *testing.T) {
	w, _, _ := serve(t, httptest.NewRequest(http.MethodGet, "/", nil), func(http.ResponseWriter, *http.Request) { panic("boom") })
	if w.Code != 500 || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAbortGoesOn(t *testing.T) {
	var log bytes.Buffer
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v", err)
		}
		line(t, &log)
	}()
	Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		Options{Log: Logger(&log, true)}).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
}

// The door's request id holds, and two Handlers are still one line.
func TestOneRequestIsOneLine(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	ctx, _ := Begin(r.Context(), "from-the-door", "203.0.113.9")
	inner := Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		From(r.Context()).SetOperation("inner")
		w.WriteHeader(http.StatusCreated)
	}), Options{Log: slog.New(slog.DiscardHandler), Metrics: failing{t}})
	_, log, _ := serve(t, r.WithContext(ctx), inner.ServeHTTP)
	if log["request_id"] != "from-the-door" || log["operation"] != "inner" || log["status"] != 201.0 {
		t.Errorf("%v", log)
	}
}

type failing struct{ t *testing.T }

func (f failing) Write(b []byte) (int, error) {
	f.t.Errorf("the inner Handler wrote %s", b)
	return len(b), nil
}

func TestMadeIDsDiffer(t *testing.T) {
	seen := map[string]bool{}
	h := Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen[From(r.Context()).ID()] = true }),
		Options{Log: slog.New(slog.DiscardHandler)})
	for range 100 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
	if len(seen) != 100 || seen[""] {
		t.Errorf("%d ids of 100", len(seen))
	}
}

func TestFromOutsideARequest(t *testing.T) {
	From(context.Background()).AddUnits(1, 1) // must not panic
	if read, _ := From(context.Background()).Units(); read != 0 {
		t.Error("records outside a request are shared")
	}
}

// Lines of concurrent requests stay whole, and one record takes concurrent calls.
func TestConcurrent(t *testing.T) {
	var metrics bytes.Buffer // unguarded on purpose: Handler must serialise its writes
	h := Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { From(r.Context()).AddCall(); From(r.Context()).AddUnits(1, 2) })
		}
		wg.Wait()
	}), Options{Log: slog.New(slog.DiscardHandler), Metrics: &metrics})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)) })
	}
	wg.Wait()
	lines := bytes.Split(bytes.TrimSpace(metrics.Bytes()), []byte("\n"))
	if len(lines) != 50 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		var m map[string]any
		if err := json.Unmarshal(l, &m); err != nil || m["read_units"] != 4.0 || m["write_units"] != 8.0 {
			t.Fatalf("%v %s", err, l)
		}
	}
}

func FuzzMetricsAreJSON(f *testing.F) {
	f.Add("a\"b\\c\n\u2028", "\xff", 1.5)
	f.Add("", "", math.NaN())
	f.Fuzz(func(t *testing.T, operation, id string, units float64) {
		b := appendMetrics(nil, facts{operation: operation, id: id, read: units}, "dev", time.UnixMilli(1))
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		if utf8.ValidString(operation) && operation != "" && m["operation"] != operation {
			t.Fatalf("operation %q became %q", operation, m["operation"])
		}
	})
}

// One request may cost a handful of allocations and no more: they are part of
// every handler's budget.
func BenchmarkHandler(b *testing.B) {
	h := Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }),
		Options{Log: Logger(io.Discard, true), Metrics: io.Discard, Stage: "dev"})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}
