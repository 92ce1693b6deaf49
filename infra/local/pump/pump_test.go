package pump

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/functions"
	"wardroom/infra/local/demo"
	"wardroom/infra/local/engine"
	"wardroom/pkg/model"
	"wardroom/pkg/service"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// streamed is a table with a stream, on an engine of its own: the shared
// one would keep the stream of every table that any test ever made.
func streamed(t *testing.T) (store.Config, *store.Store) {
	t.Helper()
	server, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	c := store.Config{Table: "streamed", Endpoint: server.Endpoint(), Region: "us-east-1"}
	if _, err := demo.CreateTable(t.Context(), store.Client(c), c.Table); err != nil {
		t.Fatal(err)
	}
	return c, store.Connect(c)
}

func (w *world) pump(c store.Config) *Pump {
	client := store.Client(c)
	return &Pump{Rule: w.rule(), DB: client, Streams: ClientOf(client), Table: c.Table, Idle: 10 * time.Millisecond}
}

// drain pumps until nothing new comes.
func drain(t *testing.T, p *Pump, at map[string]*cursor) {
	t.Helper()
	for quiet := 0; quiet < 2; {
		moved, err := p.Round(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if quiet++; moved {
			quiet = 0
		}
	}
}

// The property of TestRandomBatchesAtScale, with the real streams: rows are written
// among others, some fail, and a pump that starts anew delivers all again.
func TestRandomRowsOfTheRealStream(t *testing.T) {
	c, s := streamed(t)
	r := rand.New(rand.NewPCG(7, 7))
	w := &world{keyOf: map[string]string{}, order: map[string]int{}, marked: map[string]bool{}, fails: map[string]int{}, after: map[string]bool{}, dead: map[string]bool{}}
	at, pump := Cursors(), w.pump(c)
	for i := range 200 {
		id := "row" + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		organization := int64(1 + r.IntN(4))
		w.keyOf[id], w.order[id] = string(rune('0'+organization)), i
		for _, name := range []string{"tell", "clean", "seal"} {
			switch r.IntN(12) {
			case 0:
				w.fails[name+"/"+id] = 1
			case 1:
				w.after[name+"/"+id] = true
			case 2:
				if r.IntN(8) == 0 {
					w.fails[name+"/"+id] = forever
				}
			}
		}
		var tx table.Tx
		s.RecordAudit(&tx, model.Audit{
			OrganizationID: organization, ID: id, TS: model.At(time.Unix(1_800_000_000, int64(i)*1000)), Actor: "user:1", Action: "x", Resource: "project:1",
			Before: map[string]any{"admins": []any{int64(1), "two"}, "none": nil}, Outcome: "success",
		})
		table.Counters.Put(&tx, model.Counter{Sequence: "noise", Last: int64(i)})
		if err := s.Commit(t.Context(), &tx); err != nil {
			t.Fatal(err)
		}
		if r.IntN(40) == 0 {
			drain(t, pump, at)
		}
	}
	drain(t, pump, at)
	if faults := w.faults(); len(faults) > 0 {
		t.Fatal(strings.Join(faults, "\n"))
	}
	if len(w.dead) == 0 || len(w.effects) < 500 {
		t.Errorf("%d dead and %d effects: the run proves little", len(w.dead), len(w.effects))
	}
	before := len(w.effects)
	drain(t, w.pump(c), Cursors())
	if len(w.effects) != before {
		t.Errorf("a new pump has effects again: %d, then %d", before, len(w.effects))
	}
	w.forgets = true // and the test would have seen it
	drain(t, w.pump(c), Cursors())
	if len(w.effects) == before {
		t.Error("a new pump delivered nothing")
	}
}

// What is written through the door comes to the works, with what it says, while
// the pump runs; and an end of its context ends the pump.
func TestDoorToWork(t *testing.T) {
	c, s := streamed(t)
	if err := demo.Load(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	door := service.Handler(s, service.Config{}, functions.All(s)...)
	var mu sync.Mutex
	var seen []string
	got := make(chan struct{}, 10)
	w := &world{}
	p := w.pump(c)
	p.Invoke = func(_ context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range e.Records {
			if demo.IsAudit(r.Change.NewImage["audit_id"].String()) {
				continue // what the data begin with
			}
			seen = append(seen, r.Change.NewImage["action"].String()+" "+r.Change.NewImage["resource"].String())
			got <- struct{}{}
		}
		return events.DynamoDBEventResponse{}, nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	for _, path := range []string{"/api/project/151/user/16", "/api/project/151/user/15"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "ApiKey "+demo.ProjectAdmin)
		door.ServeHTTP(discard{}, r)
	}
	for range 2 {
		<-got
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	want := []string{"remove-user-from-project project:151/user:16", "remove-user-from-project project:151/user:15"}
	if !slices.Equal(seen, want) {
		t.Errorf("%v, want %v", seen, want)
	}
}

// discard is a response nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return io.Discard.Write(b) }
func (discard) WriteHeader(int)             {}
