package clients_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/clients"
	"wardroom/infra/local/scale"
)

const (
	seed       = 20240130
	fewest     = 2000 // cases of make test-long, or the run proves too little
	perOp      = 10   // made up for each operation, beside those for its boundaries
	globalKey  = "ApiKey demoglob.local-only-global-admin"
	schemaFile = "docs/openapi.json"
)

// Whatever an honest reader of docs/openapi.json may send is answered as that
// document says: no 5xx, no answer against its schema, no refusal of good data
// (but those that schemathesis.toml names, with their reasons), no acceptance of
// bad data, and every operation succeeds at least once. make test sends the calls
// written by hand and one made up for each operation; make test-long also those for
// the boundaries of each parameter, and calls that follow from one another.
func TestSchemathesis(t *testing.T) {
	python := environment(t, clients.Package{Name: "schemathesis", Version: "4.32.5"})
	t.Parallel()
	url, document := serve(t), filepath.Join(root(t), schemaFile)
	events := filepath.Join(t.TempDir(), "events.ndjson")

	arguments := []string{
		"-m", "schemathesis.cli", "--config-file", "schemathesis.toml",
		"run", document, "--url", url, "--header", "Authorization: " + globalKey,
		"--checks", "all", "--continue-on-failure", "--no-shrink", "--generation-database", "none",
		// One worker: with more, the order of calls is no longer the seed's, and
		// Hypothesis has been seen to trip over itself.
		"--seed", strconv.Itoa(seed), "--max-examples", strconv.Itoa(scale.Of(perOp)), "--workers", "1",
		"--report", "ndjson", "--report-ndjson-path", events,
	}
	if !scale.Long() {
		arguments = append(arguments, "--phases", "examples,fuzzing")
	}
	cmd := command(t, 18*time.Minute, python(), arguments...)
	cmd.Dir = "schemathesis"
	cmd.Env = append(cmd.Env, "PYTHONPATH=.", "WARDROOM_URL="+url, "NO_COLOR=1", "HYPOTHESIS_STORAGE_DIRECTORY="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("schemathesis: %v\n%s", err, out)
	}

	f, err := os.Open(events)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen, err := read(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cases", seen.cases)
	if least := scale.Of(fewest); seen.cases < least {
		t.Errorf("only %d cases, want %d", seen.cases, least)
	}
	if seen.end != "completed" {
		t.Errorf("the run ended as %q, want completed", seen.end)
	}
	for _, trouble := range seen.troubles {
		t.Error(trouble)
	}
	for _, op := range operations(t, document) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(seen.statuses[op])), func(s int) bool { return s/100 == 2 }) {
			t.Errorf("%s never succeeded: %v", op, seen.statuses[op])
		}
	}
}

// report is what the events of a run say, read independently of schemathesis's
// own verdict.
type report struct {
	cases    int
	statuses map[string]map[int]int // operation → status → how often
	troubles []string
	end      string
}

func read(r io.Reader) (report, error) {
	out := report{statuses: map[string]map[int]int{}}
	for d := json.NewDecoder(bufio.NewReader(r)); ; {
		var event struct {
			ScenarioFinished struct {
				Recorder struct {
					Cases map[string]struct {
						Value struct{ Method, Path string }
					}
					Checks       map[string][]struct{ Name, Status string }
					Interactions map[string]struct {
						Request  struct{ Method, URI string }
						Response struct {
							StatusCode int `json:"status_code"`
						}
					}
				}
			}
			NonFatalError  struct{ Label, Value json.RawMessage }
			FatalError     json.RawMessage
			EngineFinished struct {
				StopReason string `json:"stop_reason"`
			}
		}
		if err := d.Decode(&event); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return out, err
		}
		if event.NonFatalError.Value != nil {
			out.troubles = append(out.troubles, "error: "+string(event.NonFatalError.Label)+" "+string(event.NonFatalError.Value))
		}
		if event.FatalError != nil {
			out.troubles = append(out.troubles, "error: "+string(event.FatalError))
		}
		if event.EngineFinished.StopReason != "" {
			out.end = event.EngineFinished.StopReason
		}
		played := event.ScenarioFinished.Recorder
		for id, sent := range played.Interactions {
			status := sent.Response.StatusCode
			op := played.Cases[id].Value.Method + " " + played.Cases[id].Value.Path
			if out.statuses[op] == nil {
				out.statuses[op] = map[int]int{}
			}
			out.cases++
			out.statuses[op][status]++
			if status >= 500 || status == 0 {
				out.troubles = append(out.troubles, strconv.Itoa(status)+": "+sent.Request.Method+" "+sent.Request.URI)
			}
			for _, check := range played.Checks[id] {
				if check.Status != "success" {
					out.troubles = append(out.troubles, check.Name+": "+sent.Request.Method+" "+sent.Request.URI+" answered "+strconv.Itoa(status))
				}
			}
		}
	}
}

// operations lists the document's, as "GET /api/health".
func operations(t *testing.T, file string) (ops []string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	for path, item := range document.Paths {
		for method := range item {
			if slices.Contains([]string{"get", "post", "put", "delete", "patch"}, method) {
				ops = append(ops, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(ops)
	if len(ops) == 0 {
		t.Fatal("the document has no operations")
	}
	return ops
}
