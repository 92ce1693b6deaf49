package seed

import (
	"net/url"
	"slices"
	"sync"
	"testing"

	"wardroom/functions"
	"wardroom/infra/events"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/api"
)

// Operation is an operation of the API, with a valid request to it.
type Operation struct {
	api.Op
	Name   string // its id
	Sample fixture.Request
}

// Operations lists all operations, with the requests of events/.
func Operations(t testing.TB) []Operation {
	t.Helper()
	all, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(all)
}

// operations are computed once: declaring all takes as long as some requests.
var operations = sync.OnceValues(func() ([]Operation, error) {
	groups := functions.All(nil)
	samples, err := events.Of(groups)
	if err != nil {
		return nil, err
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
	for _, g := range groups {
		for _, o := range g.Ops {
			o.Group = g.Slug
			out = append(out, Operation{o, o.ID(), requests[o.ID()]})
		}
	}
	return out, nil
})
