package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/engine"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/audit"
)

// onThisMachine says that make run's own key is exported where none is configured,
// and that the check tells when it has none.
func onThisMachine(t *testing.T, dir string, admin func(...string) error, out *strings.Builder, told string) {
	t.Helper()
	key, err := os.ReadFile(os.Getenv("WARDROOM_CHECKPOINT_FILE"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("WARDROOM_CHECKPOINT_FILE", "")
	t.Setenv("WARDROOM_DATA", dir)
	both := func(name, want string) {
		t.Helper()
		out.Reset()
		log := filepath.Join(dir, name)
		err := admin("-stage", "local", "export-audit", "--organization", "1", "--out", log)
		if err == nil {
			err = admin("verify-audit", log)
		}
		if err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%v: %s, want %s", err, out.String(), want)
		}
	}
	both("keyless.jsonl", "1 checkpoint is on the chain (0 signatures checked, 1 NOT checked: the log has no key for it; name one by --key)")
	if err := os.WriteFile(filepath.Join(dir, engine.CheckpointFile), key, 0o600); err != nil {
		t.Fatal(err)
	}
	both("keyed.jsonl", told)
}

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
	const told = "Organization 1: 2 rows hold, 1 checkpoint is on the chain (1 signature checked), 0 rows aren't sealed yet.\n"
	if n := strings.Count(out.String(), told); n != 3 {
		t.Errorf("%d of 3 times: %s", n, out.String())
	}
	onThisMachine(t, dir, admin, &out, told)
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
