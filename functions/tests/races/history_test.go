package races_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/infra/local/seed"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/telemetry"
)

// deed is one request of a history.
type deed struct {
	what string // add, remove, leave or look
	user int64
}

// membership is whether one user is in the project, as any sequence of requests
// would have it: a look shows what the last change before it left, and a change
// that was answered 503 may have been made or not.
var membership = porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byUser := map[int64][]porcupine.Operation{}
		for _, o := range history {
			user := o.Input.(deed).user
			byUser[user] = append(byUser[user], o)
		}
		var parts [][]porcupine.Operation
		for _, part := range byUser {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() []any { return []any{false} },
	Step: func(state, input, output any) []any {
		in, status := state.(bool), output.(int)
		what := input.(deed).what
		switch {
		case status == http.StatusServiceUnavailable && what == "look":
			return []any{in}
		case status == http.StatusServiceUnavailable:
			return []any{in, what == "add"}
		case what == "add" && status == http.StatusOK:
			return []any{true}
		case what == "look" && status == http.StatusOK && in:
			return []any{true}
		case (what == "remove" || what == "leave") && status == http.StatusOK && in:
			return []any{false}
		case what != "add" && status == http.StatusNotFound && !in:
			return []any{false}
		}
		return nil
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprint(input, " ", output) },
}

// The people whose membership changes; 301 is the project's admin.
var subjects = []int64{302, 303}

// request is what is sent for a deed.
func (d deed) request(project int64) fixture.Request {
	path := fmt.Sprintf("/api/project/%d", project)
	switch d.what {
	case "add":
		return fixture.PostTo(seed.KeyOf(301), path+"/user", fmt.Sprintf(`{"user_ids":[%d]}`, d.user))
	case "remove":
		return fixture.DeleteAt(demo.GlobalAdmin, fmt.Sprintf("%s/user/%d", path, d.user))
	case "leave":
		return fixture.DeleteAt(seed.KeyOf(d.user), fmt.Sprintf("%s/user/%d", path, d.user))
	}
	return fixture.Request{Method: "GET", Path: path, Key: seed.KeyOf(d.user)}
}

// history lets clients do what they like on one project at the same time, and
// returns what they were answered, and when. A share of their requests meets
// trouble.
func history(ctx context.Context, s *fixture.System, project int64, trouble float64) []porcupine.Operation {
	const clients, deeds = 4, 5
	start := time.Now()
	out := make([][]porcupine.Operation, clients)
	var wg sync.WaitGroup
	for client := range clients {
		random := rand.New(rand.NewPCG(uint64(project), uint64(client)))
		wg.Go(func() {
			for range deeds {
				d := deed{[]string{"add", "remove", "look", "look", "leave"}[random.IntN(5)], subjects[random.IntN(len(subjects))]}
				if client == 0 && d.what != "remove" {
					d.what = "add" // or there is little to take out
				}
				each := ctx
				if random.Float64() < trouble {
					faults := slices.Concat(fixture.Once(), fixture.Lasting(), fixture.Endings())
					f := &fixture.Faults{Call: 1 + random.IntN(5), Fault: faults[random.IntN(len(faults))]}
					in, cancel := context.WithTimeout(ctx, time.Second)
					defer cancel()
					each = f.In(in)
				}
				call := time.Since(start)
				got := s.Do(each, d.request(project))
				out[client] = append(out[client], porcupine.Operation{ClientId: client, Input: d, Call: int64(call), Output: got.Status, Return: int64(time.Since(start))})
			}
		})
	}
	wg.Wait()
	return slices.Concat(out...)
}

// Whatever members are added, taken out, leave and look at the same time: there
// is an order in which all answers are right, each at a moment between its
// question and its answer. So after a removal has answered, no request of the
// removed user is allowed.
func TestHistoriesAtScale(t *testing.T) {
	t.Parallel()
	histories := int64(scale.Of(220))
	s := racing(t)
	var seeds []seed.Seed
	for n := range histories {
		seeds = append(seeds, seed.Project(2000+n, 0, seed.Roles{301: "admin"}))
	}
	seed.Commit(t.Context(), t, s, seeds...)
	model := membership.ToModel()
	var allowed, removed, unknown atomic.Int64
	g := concurrent.NewGroup()
	g.SetLimit(2)
	for n := range histories {
		g.Go(func() error {
			trouble := 0.0
			if n%2 == 1 {
				trouble = 0.3
			}
			h := history(t.Context(), s, 2000+n, trouble)
			for _, o := range h {
				switch d := o.Input.(deed); {
				case o.Output == http.StatusServiceUnavailable && trouble > 0:
					unknown.Add(1)
				case o.Output == http.StatusOK && d.what == "look":
					allowed.Add(1)
				case o.Output == http.StatusOK && d.what != "add":
					removed.Add(1)
				}
			}
			if result := porcupine.CheckOperationsTimeout(model, h, 10*time.Second); result != porcupine.Ok {
				return fmt.Errorf("history %d is %s: %v", n, result, tell(h))
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	fixture.Check(t, s)
	t.Logf("%d looks allowed, %d removals, %d answers lost", allowed.Load(), removed.Load(), unknown.Load())
	if min(allowed.Load(), removed.Load(), unknown.Load()) < histories/4 {
		t.Error("too little happened")
	}
}

// A guard that remembers what it read is found out, even by one client who asks
// one thing after the other.
func TestHistoriesFindAMemory(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"as it is": true, "with a memory": false} {
		options := []func(*dynamodb.Options){}
		if !want {
			options = append(options, remembers)
		}
		s := fixture.New(t, options...)
		seed.Commit(t.Context(), t, s, append(seed.People(301, 302), seed.Project(2000, 0, seed.Roles{301: "admin"}))...)
		var h []porcupine.Operation
		for n, what := range []string{"add", "look", "remove", "look"} {
			d := deed{what, 302}
			h = append(h, porcupine.Operation{Input: d, Call: int64(2 * n), Output: s.Do(t.Context(), d.request(2000)).Status, Return: int64(2*n + 1)})
		}
		if porcupine.CheckOperations(membership.ToModel(), h) != want {
			t.Errorf("%s: %v", name, tell(h))
		}
	}
}

// tell is a history in words, by the time of its answers.
func tell(h []porcupine.Operation) (lines []string) {
	slices.SortFunc(h, func(a, b porcupine.Operation) int { return int(a.Return - b.Return) })
	for _, o := range h {
		lines = append(lines, fmt.Sprintf("\n%d–%d µs client %d: %v %v", o.Call/1000, o.Return/1000, o.ClientId, o.Input, o.Output))
	}
	return lines
}

// remembers answers a look at a project with the rows that the first one found:
// a guard with a cache.
func remembers(o *dynamodb.Options) {
	var memory sync.Map
	o.APIOptions = append(slices.Clip(o.APIOptions), func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Memory", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			batch, ok := in.Parameters.(*dynamodb.BatchGetItemInput)
			if !ok || telemetry.From(ctx).Operation() != "get-project-details-by-id" {
				return next.HandleInitialize(ctx, in)
			}
			asked := ""
			for _, of := range batch.RequestItems {
				for _, key := range of.Keys {
					asked += fmt.Sprint(fixture.Plain(key))
				}
			}
			if old, ok := memory.Load(asked); ok {
				return old.(middleware.InitializeOutput), middleware.Metadata{}, nil
			}
			out, meta, err := next.HandleInitialize(ctx, in)
			if err == nil {
				memory.Store(asked, out)
			}
			return out, meta, err
		}), middleware.After)
	})
}
