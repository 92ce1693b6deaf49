package events_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/functions"
	"wardroom/infra/events"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/engine"
	"wardroom/pkg/api"
)

// TestSamplesAreAnsweredAsWanted replays every operation's event by its
// function's own door, and compares what it makes with events/, both ways.
func TestSamplesAreAnsweredAsWanted(t *testing.T) {
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	want, audited, err := events.Files(t.Context(), dynamotest.Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	samples, err := events.Of(functions.All(nil))
	if err != nil {
		t.Fatal(err)
	}
	idle := map[string]string{}
	for _, s := range samples {
		idle[s.Operation] = s.Idle
	}
	t.Run("what writes leaves an audit row, or says why not", func(t *testing.T) {
		for _, g := range functions.All(nil) {
			for _, o := range g.Ops {
				if wants := !o.IsRead && o.NoAudit == "" && idle[o.ID()] == ""; audited[o.ID()] != wants {
					t.Errorf("%s leaves a row: %v, and declares: %v", o.ID(), audited[o.ID()], wants)
				}
			}
		}
	})
	got := map[string]string{}
	dir := os.DirFS(filepath.Join(root, "events"))
	if err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(dir, path)
		got[path] = string(raw)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); d != "" {
		t.Errorf("files made (-), files in events/ (+); go run ./infra/events/record writes them:\n%s", d)
	}
	for path, content := range want {
		if d := cmp.Diff(got[path], string(content)); d != "" {
			t.Errorf("%s: kept (-), made (+); go run ./infra/events/record writes it:\n%s", path, d)
		}
	}
}

// A sample shows the operation at work, so none is a refusal.
func TestEverySampleSucceeds(t *testing.T) {
	root, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	all := functions.All(nil)
	samples, err := events.Of(all)
	if err != nil {
		t.Fatal(err)
	}
	status := map[string]int{}
	for _, g := range all {
		for _, o := range g.Ops {
			status[o.ID()] = o.Status
		}
	}
	if len(samples) != len(status) {
		t.Errorf("%d samples of %d operations", len(samples), len(status))
	}
	for _, s := range samples {
		want, err := s.Want(filepath.Join(root, "events"))
		if err != nil {
			t.Fatal(err)
		}
		if want.Status != status[s.Operation] {
			t.Errorf("%s answers %d, and succeeds with %d", s.Operation, want.Status, status[s.Operation])
		}
	}
}

func TestAPathThatCantBeFilledIsNamed(t *testing.T) {
	type in struct {
		ID int64 `path:"submarine_id"`
	}
	_, err := events.Of([]api.Group{{Name: "N", Slug: "n", Ops: []api.Op{api.GET[in, string]("/api/submarine/{submarine_id}", "Get Submarine", nil)}}})
	if err == nil {
		t.Error("a sample was made without an id")
	}
}

func TestWhatDiffersFromRunToRunIsSettled(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, tt := range map[string]struct{ body, want string }{
		"a time of this run":      {`{"modified_on":"2026-01-02T03:04:05.000001Z"}`, `{"modified_on":"<now>"}`},
		"a time of the demo data": {`{"created_on":"2024-01-20T01:32:56.659642Z"}`, `{"created_on":"2024-01-20T01:32:56.659642Z"}`},
		"a minted id":             {`{"data":[{"id":1001,"project_id":1002}]}`, `{"data":[{"id":"<id>","project_id":"<id>"}]}`},
		"a minted id as text":     {`[{"id":"1001","name":"1001"}]`, `[{"id":"<id>","name":"1001"}]`},
		"an id of the demo data":  {`{"id":148}`, `{"id":148}`},
		"a count":                 {`{"total":1001}`, `{"total":1001}`},
		"a request's id":          {`{"meta":{"request_id":"x"}}`, `{"meta":{"request_id":"<request id>"}}`},
		"nothing at all":          {`null`, `null`},
	} {
		want, err := events.Answer(200, []byte(tt.want), began)
		if err != nil {
			t.Fatal(err)
		}
		got, err := events.Answer(200, []byte(tt.body), began)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if _, err := events.Answer(200, []byte("<html>"), began); err == nil {
		t.Error("a body that is no JSON was taken")
	}
}
