package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// resource is one resource of a synthesised template.
type resource struct {
	Type           string
	Properties     map[string]any
	DeletionPolicy string
	Metadata       map[string]any
}

type template struct {
	Resources map[string]resource
	Outputs   map[string]any
}

var (
	synthesised = map[string]template{}
	synthesis   sync.Mutex
)

// synth synthesises the declared system under the given context, once for each.
// The binaries are stand-ins; TestBinariesAreReproducible builds a real one.
func synth(t *testing.T, pairs ...string) template {
	t.Helper()
	synthesis.Lock()
	defer synthesis.Unlock()
	id := filepath.Join(pairs...)
	if got, ok := synthesised[id]; ok {
		return got
	}
	sys, err := declared()
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	for _, pair := range pairs {
		args = append(args, "-c", pair)
	}
	given, err := parse(args)
	if err != nil {
		t.Fatal(err)
	}
	s, err := read(func(key string) any { return given.context[key] })
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	app := newApp(given.context, out)
	newStack(app, sys, s, standIns(t, sys))
	app.Synth(nil)
	raw, err := os.ReadFile(filepath.Join(out, "wardroom-"+s.name+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got template
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	synthesised[id] = got
	return got
}

func standIns(t *testing.T, sys system) map[string]string {
	code := map[string]string{}
	for _, f := range sys.functions {
		dir := filepath.Join(t.TempDir(), f.slug)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "bootstrap"), []byte(f.slug), 0o700); err != nil {
			t.Fatal(err)
		}
		code[f.slug] = dir
	}
	return code
}

// of returns the resources of a type, by logical id.
func (t template) of(kind string) map[string]resource {
	out := map[string]resource{}
	for id, r := range t.Resources {
		if r.Type == kind {
			out[id] = r
		}
	}
	return out
}

// only returns the one resource of a type.
func (t template) only(tb testing.TB, kind string) resource {
	tb.Helper()
	all := t.of(kind)
	if len(all) != 1 {
		tb.Fatalf("%d resources of type %s, want one", len(all), kind)
	}
	return all[slices.Collect(maps.Keys(all))[0]]
}

// at walks into a value of a template: at(v, "Fn::GetAtt", 0).
func at(v any, path ...any) any {
	for _, step := range path {
		switch k := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}
