package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A figure beyond its limit fails the bench, and the table says which.
func TestNotHeld(t *testing.T) {
	defer func(m []measure) { measures = m }(measures)
	measures = []measure{
		{"good", func(_ context.Context, r *report) error {
			r.add("a", "%d", 1)
			r.hold("b", "%.1f MB", 5, 5)
			return nil
		}},
		{"bad", func(_ context.Context, r *report) error { r.hold("c", "%.1f MB", 5.1, 5); return nil }},
		{"broken", func(context.Context, *report) error { return errors.New("no table") }},
	}
	for _, tt := range []struct {
		names    []string
		rows     int
		notHeld  bool
		complain string
	}{
		{[]string{"good"}, 2, false, ""},
		{[]string{"bad"}, 1, true, "a figure is not held"},
		{[]string{"broken"}, 0, false, "broken: no table"},
		{nil, 3, true, "a figure is not held"},
		{[]string{"good", "none"}, -1, false, `"none"`},
	} {
		var out bytes.Buffer
		err := bench(t.Context(), &out, "", tt.names)
		if (err != nil) != (tt.complain != "") || err != nil && !strings.Contains(err.Error(), tt.complain) {
			t.Errorf("%v: %v", tt.names, err)
		}
		if got := strings.Count(out.String(), "\n") - 1; got != tt.rows || strings.Contains(out.String(), "NOT HELD") != tt.notHeld {
			t.Errorf("%v: %s", tt.names, &out)
		}
	}
}

// The Runtime API serves a real function: it is ready, answers, and its size
// and memory are those of a small Go program.
func TestRealFunction(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	f := function{name: "hello", pkg: filepath.Join(root, "infra/bench/hello")}
	if err := f.build(t.Context(), root, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	took, err := f.ready(t.Context())
	if err != nil || took <= 0 || took > 10*time.Second {
		t.Errorf("ready after %v, %v", took, err)
	}
	if rss, err := f.peakMemory(t.Context()); err != nil || rss < 1<<20 || rss > 100<<20 {
		t.Errorf("%d bytes of memory, %v", rss, err)
	}
	info, err := os.Stat(f.binary)
	if err != nil {
		t.Fatal(err)
	}
	if size, err := f.zipped(); err != nil || size < info.Size()/10 || size >= info.Size() {
		t.Errorf("%d bytes zipped of %d, %v", size, info.Size(), err)
	}
}

// What can't be measured is an error, with what the process said, and no figure.
func TestBrokenFunction(t *testing.T) {
	for name, script := range map[string]string{"ends at once": "#!/bin/sh\necho out of luck >&2; exit 3\n", "is no program": ""} {
		t.Run(name, func(t *testing.T) {
			f := function{name: "broken", binary: filepath.Join(t.TempDir(), "bootstrap")}
			if err := os.WriteFile(f.binary, []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			_, err := f.ready(t.Context())
			if err == nil || script != "" && !strings.Contains(err.Error(), "out of luck") {
				t.Errorf("%v", err)
			}
		})
	}
}

// Both of a function's ways to fail reach whoever waits for it.
func TestFailureIsToldOn(t *testing.T) {
	api := newRuntimeAPI()
	defer api.close()
	post := func(path string) {
		if res, err := http.Post("http://"+api.address()+"/2018-06-01/runtime"+path, "application/json", strings.NewReader("out of luck")); err == nil {
			res.Body.Close()
		}
	}
	go post("/init/error")
	if _, err := api.firstNext(t.Context()); err == nil || !strings.Contains(err.Error(), "could not start: out of luck") {
		t.Errorf("%v", err)
	}
	go func() {
		res, err := http.Get("http://" + api.address() + "/2018-06-01/runtime/invocation/next")
		if err == nil {
			res.Body.Close()
			post("/invocation/bench/error")
		}
	}()
	if _, err := api.invoke(t.Context(), []byte("{}")); err == nil || !strings.Contains(err.Error(), "failed: out of luck") {
		t.Errorf("%v", err)
	}
}

func TestAnswers(t *testing.T) {
	for answer, ok := range map[string]bool{
		`{"statusCode":200,"body":"x"}`: true,
		`{"statusCode":401}`:            true,
		`"hello"`:                       true,
		`{"statusCode":500}`:            false,
		`{}`:                            false,
		``:                              false,
	} {
		if err := served([]byte(answer), nil); (err == nil) != ok {
			t.Errorf("%s: %v", answer, err)
		}
	}
	if err := served(nil, errEnded); !errors.Is(err, errEnded) {
		t.Errorf("%v", err)
	}
}
