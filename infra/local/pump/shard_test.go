package pump

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/infra/local/scale"
	"wardroom/pkg/followup"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// world is what works have an effect on: a marker and an effect are written
// together, or neither is.
type world struct {
	keyOf   map[string]string // of a row
	order   map[string]int    // in which rows were written
	marked  map[string]bool
	effects []effect
	fails   map[string]int  // how often a work fails at a row before it succeeds
	after   map[string]bool // it fails once more, when its effect is there
	panics  bool
	forgets bool // mutant: no markers
	dead    map[string]bool
	calls   int
}

type effect struct{ work, row string }

var errRow = errors.New("this row fails")

// forever is more often than anybody tries.
const forever = 1 << 30

// work has its effect on each row once.
func (w *world) work(name string) followup.Work {
	return func(_ context.Context, rows []model.Audit) (int, error) {
		for i, r := range rows {
			id := name + "/" + r.ID
			if w.fails[id] > 0 {
				w.fails[id]--
				if w.panics && w.fails[id]%2 == 0 {
					panic("at a row")
				}
				return i, errRow
			}
			if !w.marked[id] || w.forgets {
				w.marked[id] = true
				w.effects = append(w.effects, effect{name, r.ID})
			}
			if w.after[id] {
				w.after[id] = false
				return i, errRow
			}
		}
		return len(rows), nil
	}
}

func (w *world) handler() followup.Stream {
	return followup.Stream{
		Work:      followup.InOrder(w.work("tell"), w.work("clean"), w.work("seal")),
		Telemetry: telemetry.Options{Log: telemetry.Logger(io.Discard, false)},
	}
}

// rule is Lambda's, over the handler.
func (w *world) rule() Rule {
	return Rule{Batch: 10, Tries: 6, Dead: func(r events.DynamoDBEventRecord) { w.dead[idOf(r)] = true }, Invoke: func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		w.calls++
		return w.handler().Handle(ctx, e)
	}}
}

func idOf(r events.DynamoDBEventRecord) string { return r.Change.NewImage["audit_id"].String() }

// shard makes random records, of which some fail: sometimes, for ever, or with
// their effect there.
func shard(t *testing.T, r *rand.Rand, w *world) (records []events.DynamoDBEventRecord) {
	t.Helper()
	w.keyOf, w.order, w.marked, w.fails, w.after, w.dead = map[string]string{}, map[string]int{}, map[string]bool{}, map[string]int{}, map[string]bool{}, map[string]bool{}
	for i := range 1 + r.IntN(25) {
		record := events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{SequenceNumber: fmt.Sprint(1000 + 3*i)}}
		id := fmt.Sprint("row", i)
		if r.IntN(5) == 0 { // something else
			record.Change.NewImage = map[string]events.DynamoDBAttributeValue{table.KindAttr: events.NewStringAttribute("Project")}
			if r.IntN(2) == 0 {
				record.EventName = "REMOVE"
			}
			records = append(records, record)
			continue
		}
		record.Change.NewImage = map[string]events.DynamoDBAttributeValue{
			table.KindAttr: events.NewStringAttribute("Audit"), "audit_id": events.NewStringAttribute(id),
			"organization_id": events.NewNumberAttribute("1"), "ts": events.NewStringAttribute("2026-01-01T00:00:00.000000Z"),
			"after": events.NewMapAttribute(map[string]events.DynamoDBAttributeValue{"removal_id": events.NewNumberAttribute("7")}),
		}
		w.keyOf[id], w.order[id] = fmt.Sprint("key", r.IntN(4)), i
		for _, name := range []string{"tell", "clean", "seal"} {
			switch r.IntN(12) {
			case 0, 1:
				w.fails[name+"/"+id] = 1 // few enough for all three works together
			case 2:
				w.after[name+"/"+id] = true
			case 3:
				if r.IntN(6) == 0 {
					w.fails[name+"/"+id] = forever
				}
			}
		}
		records = append(records, record)
	}
	w.panics = r.IntN(2) == 0
	return records
}

// faults tells what went wrong: something lost, had twice, or out of its key's
// order; a row given up that would have succeeded, or the other way round.
func (w *world) faults() (out []string) {
	count := map[effect]int{}
	last := map[effect]int{}
	for _, e := range w.effects {
		count[e]++
		key := effect{e.work, w.keyOf[e.row]}
		if at := w.order[e.row]; at < last[key] {
			out = append(out, fmt.Sprintf("%s of %s after that of a later row of its key", e.work, e.row))
		} else {
			last[key] = at
		}
	}
	for id := range w.keyOf {
		for _, name := range []string{"tell", "clean", "seal"} {
			n := count[effect{name, id}]
			if n > 1 {
				out = append(out, fmt.Sprintf("%s of %s %d times", name, id, n))
			}
			if n == 0 && !w.dead[id] {
				out = append(out, fmt.Sprintf("%s of %s is lost", name, id))
			}
		}
		poison := false
		for _, name := range []string{"tell", "clean", "seal"} {
			poison = poison || w.fails[name+"/"+id] > 0
		}
		if poison != w.dead[id] {
			out = append(out, fmt.Sprintf("%s fails for ever: %v, given up: %v", id, poison, w.dead[id]))
		}
		if w.dead[id] && count[effect{"seal", id}] > 0 {
			out = append(out, id+" is sealed and was given up")
		}
	}
	return out
}

// Nothing is lost, effects are there once, the order of a key holds, and what
// fails for ever, and that alone, ends in the dead letters after finite tries.
func TestRandomBatchesAtScale(t *testing.T) {
	for seed := range uint64(scale.Of(10_000)) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := &world{}
		records := shard(t, r, w)
		if err := w.rule().Feed(t.Context(), records); err != nil {
			t.Fatal(err)
		}
		if faults := w.faults(); len(faults) > 0 {
			t.Fatalf("seed %d: %s", seed, strings.Join(faults, "\n"))
		}
		if most := len(records) * 20; w.calls > most {
			t.Fatalf("seed %d: %d calls for %d records", seed, w.calls, len(records))
		}
		// Twice, late, and by itself again: the stream may do all of it.
		before := len(w.effects)
		again := records[r.IntN(len(records)):]
		if err := w.rule().Feed(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		if len(w.effects) != before {
			t.Fatalf("seed %d: delivered again, it has an effect again", seed)
		}
	}
}

// Across keys there is no order, as several shards have none: rows of each key
// in order are enough.
func TestOutOfOrderAcrossKeys(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		w := &world{}
		records := shard(t, r, w)
		of := map[string][]events.DynamoDBEventRecord{}
		for _, record := range records {
			if followup.Passes(record) {
				of[w.keyOf[idOf(record)]] = append(of[w.keyOf[idOf(record)]], record)
			}
		}
		for _, shard := range of { // in any order
			if err := w.rule().Feed(t.Context(), shard); err != nil {
				t.Fatal(err)
			}
		}
		if faults := w.faults(); len(faults) > 0 {
			t.Fatalf("seed %d: %s", seed, strings.Join(faults, "\n"))
		}
	}
}

// The property can fail: works without markers, an answer that names the record
// behind the failed one, and one that says nothing, are each found out.
func TestMutantsAreFound(t *testing.T) {
	behind := func(answer events.DynamoDBEventResponse, e events.DynamoDBEvent) events.DynamoDBEventResponse {
		for i, r := range e.Records {
			if len(answer.BatchItemFailures) > 0 && r.Change.SequenceNumber == answer.BatchItemFailures[0].ItemIdentifier {
				answer.BatchItemFailures = nil
				if i+1 < len(e.Records) {
					answer.BatchItemFailures = []events.DynamoDBBatchItemFailure{{ItemIdentifier: e.Records[i+1].Change.SequenceNumber}}
				}
				break
			}
		}
		return answer
	}
	for name, mutate := range map[string]func(*world, *Rule){
		"no markers": func(w *world, _ *Rule) { w.forgets = true },
		"goes on behind the failed record": func(_ *world, r *Rule) {
			honest := r.Invoke
			r.Invoke = func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
				answer, err := honest(ctx, e)
				return behind(answer, e), err
			}
		},
		"says that all is done": func(_ *world, r *Rule) {
			honest := r.Invoke
			r.Invoke = func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
				_, _ = honest(ctx, e)
				return events.DynamoDBEventResponse{}, nil
			}
		},
		"too few tries": func(_ *world, r *Rule) { r.Tries = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(1000) {
				w := &world{}
				records := shard(t, rand.New(rand.NewPCG(seed, 3)), w)
				rule := w.rule()
				mutate(w, &rule)
				if err := rule.Feed(t.Context(), records); err != nil {
					t.Fatal(err)
				}
				if len(w.faults()) > 0 {
					return
				}
			}
			t.Error("the property holds for it, too")
		})
	}
}

// An end of the process stops the feeding without giving anything up.
func TestFeedingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &world{}
	records := shard(t, rand.New(rand.NewPCG(5, 5)), w)
	rule := w.rule()
	rule.Invoke = func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		cancel()
		return events.DynamoDBEventResponse{}, context.Canceled
	}
	if err := rule.Feed(ctx, records); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if len(w.dead) > 0 {
		t.Errorf("%d records were given up", len(w.dead))
	}
}
