package seed

import (
	"net/url"
	"testing"

	"wardroom/functions"
	"wardroom/infra/events"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/api"
)

// Operation is one of the list, with a valid request to it.
type Operation struct {
	api.Op
	Name   string // its id
	Sample fixture.Request
}

// Operations lists all there are. Their requests are those of events/.
func Operations(t testing.TB) []Operation {
	t.Helper()
	samples, err := events.Of(functions.All(nil))
	if err != nil {
		t.Fatal(err)
	}
	requests := map[string]fixture.Request{}
	for _, s := range samples {
		r := fixture.Request{Method: s.Event.Method, Path: s.Event.Path}
		if query := url.Values(s.Event.Queries); len(query) > 0 {
			r.Path += "?" + query.Encode()
		}
		if s.Event.Body != nil {
			r.Body = *s.Event.Body
		}
		requests[s.Operation] = r
	}
	var out []Operation
	for _, g := range functions.All(nil) {
		for _, o := range g.Ops {
			o.Group = g.Slug
			out = append(out, Operation{o, o.ID(), requests[o.ID()]})
		}
	}
	return out
}
