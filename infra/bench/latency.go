package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"wardroom/functions"
	"wardroom/infra/events"
	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/service"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

// The latency of a request over that of its calls to DynamoDB made bare.
const (
	latencyRatio = 1.25 // at p50
	clients      = 16
	rounds       = 45
	warmUp       = 5 // rounds that aren't measured
)

// latency has clients send requests to the local server, over real connections, and
// make the same calls to DynamoDB bare between any two of them, so that other load of
// the machine affects both alike.
func latency(ctx context.Context, r *report) error {
	endpoint, stop, err := database(ctx)
	if err != nil {
		return err
	}
	defer stop()
	d, err := openDoor(ctx, endpoint)
	if err != nil {
		return err
	}
	defer d.close()
	reading := step{"read a project through its team", func(int) ask { return ask{"GET", "/api/project/4", demo.ProjectMember, ""} }}
	removing := step{"remove a user", func(p int) ask {
		return ask{"DELETE", fmt.Sprintf("/api/project/%d/user/15", p), demo.ProjectAdmin, ""}
	}}
	adding := step{"add a user", func(p int) ask {
		return ask{"POST", fmt.Sprintf("/api/project/%d/user", p), demo.ProjectAdmin, `{"user_ids":[15]}`}
	}}
	for _, steps := range [][]step{{reading}, {removing, adding}} {
		took, err := d.race(ctx, steps)
		if err != nil {
			return err
		}
		for i, s := range steps {
			door, bare := median(took[i].door), median(took[i].bare)
			r.add(s.name+": p50 with 16 clients", "%.2f ms (bare %.2f ms)", ms(door), ms(bare))
			r.hold(s.name+": p50, by the bare calls'", "%.2f ×", float64(door)/float64(bare), latencyRatio)
		}
	}
	return nil
}

// step is one request that every client sends each round, on a project of its
// own where it writes.
type step struct {
	name string
	ask  func(project int) ask
}

type ask struct{ method, path, key, body string }

type times struct{ door, bare []time.Duration }

// door is the local server over a table, and a client for bare calls.
type door struct {
	server *httptest.Server
	http   http.Client
	notes  recorder
	bare   *store.Caller
	drop   func()
}

func openDoor(ctx context.Context, endpoint string) (*door, error) {
	name, drop, err := events.Table(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	c := store.Config{Table: name, Endpoint: endpoint, Region: "us-east-1"}
	d := &door{drop: drop, bare: store.NewCaller(c)}
	d.http.Transport = &http.Transport{MaxIdleConnsPerHost: clients}
	d.serve(store.Connect(c, d.notes.option))
	return d, nil
}

func (d *door) serve(st *store.Store) {
	d.server = httptest.NewServer(telemetry.Handler(service.Handler(st, service.Config{}, functions.All(st)...), telemetry.Options{Log: telemetry.Logger(io.Discard, false)}))
}

func (d *door) close() {
	d.server.Close()
	d.drop()
}

// send sends a request to the server and returns the data of its answer.
func (d *door) send(ctx context.Context, a ask) (json.RawMessage, error) {
	r, err := http.NewRequestWithContext(ctx, a.method, d.server.URL+a.path, strings.NewReader(a.body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "ApiKey "+a.key)
	r.Header.Set("Content-Type", "application/json")
	res, err := d.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer struct{ Data json.RawMessage }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s %s: %w", a.method, a.path, err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %d", a.method, a.path, res.StatusCode)
	}
	return answer.Data, nil
}

// project makes a project with user 15 in it and returns its id.
func (d *door) project(ctx context.Context, name string) (int, error) {
	data, err := d.send(ctx, ask{"POST", "/api/project", demo.ProjectAdmin, fmt.Sprintf(`{"project_name":%q,"user_ids":[15]}`, name)})
	if err != nil {
		return 0, err
	}
	var p struct{ ID int }
	return p.ID, json.Unmarshal(data, &p)
}

// rider is one client: its project, and the recorded calls of each step on a project
// like it.
type rider struct {
	project int
	calls   [][][]any
}

// race has every client make the steps, through the server and bare in turn.
func (d *door) race(ctx context.Context, steps []step) ([]times, error) {
	riders := make([]rider, clients)
	for i := range riders {
		var err error
		if riders[i], err = d.rider(ctx, fmt.Sprint(len(steps), " of ", i), steps); err != nil {
			return nil, err
		}
	}
	d.notes.end(true)
	defer d.notes.end(false)
	took := make([][]times, clients)
	g, ctx := concurrent.WithContext(ctx)
	for i, r := range riders {
		took[i] = make([]times, len(steps))
		g.Go(func() error {
			for round := range rounds {
				for j, s := range steps {
					began := time.Now()
					if _, err := d.send(ctx, s.ask(r.project)); err != nil {
						return err
					}
					between := time.Now()
					if err := repeat(ctx, d.bare, r.calls[j]); err != nil {
						return err
					}
					if round >= warmUp {
						took[i][j].door = append(took[i][j].door, between.Sub(began))
						took[i][j].bare = append(took[i][j].bare, time.Since(between))
					}
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	all := make([]times, len(steps))
	for _, one := range took {
		for j, t := range one {
			all[j].door, all[j].bare = slices.Concat(all[j].door, t.door), slices.Concat(all[j].bare, t.bare)
		}
	}
	return all, nil
}

func (d *door) rider(ctx context.Context, name string, steps []step) (r rider, err error) {
	if r.project, err = d.project(ctx, name); err != nil {
		return r, err
	}
	double, err := d.project(ctx, name+", bare")
	if err != nil {
		return r, err
	}
	for _, s := range steps {
		d.notes.trips()
		if _, err := d.send(ctx, s.ask(double)); err != nil {
			return r, err
		}
		r.calls = append(r.calls, unconditional(d.notes.trips()))
	}
	return r, nil
}

// unconditional makes transactions repeatable: it drops their conditions, which hold
// only once. It keeps checks of rows that don't change. This favours the bare calls.
func unconditional(trips [][]any) [][]any {
	for _, trip := range trips {
		for _, in := range trip {
			if t, ok := in.(*dynamodb.TransactWriteItemsInput); ok {
				for i, item := range t.TransactItems {
					t.TransactItems[i] = fixture.Unconditioned(item)
				}
			}
		}
	}
	return trips
}
