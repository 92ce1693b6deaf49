package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/audit"
)

// A log that was exported holds, until somebody touches the file.
func TestExportAndVerify(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.NewLog())
	t.Setenv("DYNAMODB_ENDPOINT", dynamotest.Endpoint(t))
	t.Setenv("WARDROOM_TABLE", s.Table)
	for _, body := range []string{`{"description":"A"}`, `{"description":"B"}`} {
		if got := s.Do(t.Context(), fixture.Request{Method: "PUT", Path: "/api/project/151", Key: demo.ProjectAdmin, Body: body}); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	rows := fixture.Audits(s.Rows(t.Context(), t))
	if done, err := audit.Seal(t.Context(), s.Store, rows); done != 2 || err != nil {
		t.Fatal(done, err)
	}
	dir := t.TempDir()
	log, kept := filepath.Join(dir, "log.jsonl"), filepath.Join(dir, "kept.json")
	point := s.Do(t.Context(), fixture.Request{Method: "GET", Path: "/api/audit/checkpoint", Key: demo.GlobalAdmin})
	if err := os.WriteFile(kept, []byte(point.Body), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	admin := func(args ...string) error { return run(t.Context(), args, &out) }
	if err := admin("-stage", "dev", "export-audit", "--organization", "1", "--out", log); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{log}, {log, "--checkpoint", kept}, {"--checkpoint", kept, log}} {
		if err := admin(append([]string{"verify-audit"}, args...)...); err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(out.String(), "2 rows hold, 1 checkpoints are on the chain (1 signatures checked)") {
		t.Error(out.String())
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.LastIndex(string(text), "user:7")
	text[at+5] = '1'
	if err := os.WriteFile(log, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := admin("verify-audit", log); err == nil || !strings.Contains(err.Error(), "first bad row is 2") {
		t.Errorf("%v", err)
	}
	for _, args := range [][]string{{"verify-audit"}, {"verify-audit", log, "more"}, {"verify-audit", filepath.Join(dir, "none")}, {"export-audit", "--out", log}, {"export-audit", "--organization", "1"}} {
		if err := admin(args...); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
