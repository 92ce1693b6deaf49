package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"wardroom/functions"
	"wardroom/infra/events"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/service"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

// rehearsal is an operation's request that can be repeated, and its calls to DynamoDB,
// which can be made bare, without the handler's code.
type rehearsal struct {
	handler http.Handler
	sample  events.Sample
	bare    *store.Caller
	trips   [][]any // the calls' inputs, by trip; the calls of a trip are concurrent
}

// rehearse plays the operation's sample once on the DynamoDB at endpoint, with the demo
// data, and returns a rehearsal over a tape of that.
func rehearse(ctx context.Context, endpoint, operation string) (*rehearsal, error) {
	samples, err := events.Of(functions.All(nil))
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(samples, func(s events.Sample) bool { return s.Operation == operation })
	if at < 0 {
		return nil, fmt.Errorf("no operation is called %s", operation)
	}
	name, drop, err := events.Table(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	defer drop()
	c := store.Config{Table: name, Endpoint: endpoint, Region: "us-east-1"}
	r := &rehearsal{sample: samples[at]}
	t := newTape(http.DefaultClient)
	canned := func(o *dynamodb.Options) { o.HTTPClient = t }
	var notes recorder
	r.open(store.Connect(c, canned, notes.option, fixture.Away))
	if err := r.ask(ctx).refused(); err != nil {
		return nil, fmt.Errorf("%s: %w", operation, err)
	}
	r.trips = notes.trips()
	t.rewind()
	r.open(store.Connect(c, canned)) // its client records nothing
	r.bare = store.NewCaller(c, canned)
	return r, nil
}

// open puts the handler over a store.
func (r *rehearsal) open(st *store.Store) {
	r.handler = telemetry.Handler(service.Handler(st, service.Config{}, functions.All(st)...), telemetry.Options{Log: telemetry.Logger(io.Discard, true)})
}

// ask sends the sample to the handler.
func (r *rehearsal) ask(ctx context.Context) *sink {
	w := &sink{header: http.Header{}}
	r.handler.ServeHTTP(w, r.request(ctx))
	return w
}

func (r *rehearsal) request(ctx context.Context) *http.Request {
	e := r.sample.Event
	target := e.Path
	if query := url.Values(e.Queries); len(query) > 0 {
		target += "?" + query.Encode()
	}
	var body io.Reader
	if e.Body != nil {
		body = strings.NewReader(*e.Body)
	}
	req := httptest.NewRequestWithContext(ctx, e.Method, target, body)
	for name, value := range e.Headers {
		req.Header.Set(name, value)
	}
	return req
}

// call makes the operation's calls bare, by the same client, and concurrently where the
// handler does.
func (r *rehearsal) call(ctx context.Context) error { return repeat(ctx, r.bare, r.trips) }

// sink is a ResponseWriter that stores the status alone.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
