// Package events has a sample of each operation: an API Gateway event as the operation's
// function gets it, and the expected answer. They are made from the list of operations,
// stored under events/ and replayed by tests, and make invoke sends one of them to the
// function in SAM's emulator.
package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/infra/local/demo"
	"wardroom/pkg/api"
)

// Sample is one operation's event.
type Sample struct {
	Group     string // slug of the group, which names the function
	Operation string
	Event     Event
	Idle      string // why the sample changes nothing, though its operation writes; "" where it changes something
}

// Event is the part of API Gateway's REST proxy event that a request fills; a
// handler reads it as events.APIGatewayProxyRequest.
type Event struct {
	Resource string              `json:"resource"`
	Path     string              `json:"path"`
	Method   string              `json:"httpMethod"`
	Headers  map[string]string   `json:"headers"`
	Many     map[string][]string `json:"multiValueHeaders"`
	Query    map[string]string   `json:"queryStringParameters"`
	Queries  map[string][]string `json:"multiValueQueryStringParameters"`
	Holes    map[string]string   `json:"pathParameters"`
	Context  eventContext        `json:"requestContext"`
	Body     *string             `json:"body"`
	Base64   bool                `json:"isBase64Encoded"`
}

type eventContext struct {
	ID       string        `json:"requestId"`
	Stage    string        `json:"stage"`
	Resource string        `json:"resourcePath"`
	Path     string        `json:"path"`
	Method   string        `json:"httpMethod"`
	Domain   string        `json:"domainName"`
	Identity eventIdentity `json:"identity"`
}

type eventIdentity struct {
	SourceIP string `json:"sourceIp"`
}

// Of makes the samples of all operations, in the order of the groups. It
// refuses an operation whose path it can't fill.
func Of(groups []api.Group) ([]Sample, error) {
	var out []Sample
	var errs []error
	unused := map[string]bool{}
	for id := range requests {
		unused[id] = true
	}
	for _, g := range groups {
		for _, o := range g.Ops {
			event, err := event(o)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", o.ID(), err))
			}
			delete(unused, o.ID())
			out = append(out, Sample{Group: g.Slug, Operation: o.ID(), Event: event, Idle: requests[o.ID()].idle})
		}
	}
	for id := range unused {
		errs = append(errs, fmt.Errorf("requests.go names %s, which is no operation", id))
	}
	return out, errors.Join(errs...)
}

func event(o api.Op) (Event, error) {
	r := requests[o.ID()]
	holes := map[string]string{}
	segments := strings.Split(o.Path, "/")
	for i, s := range segments {
		if !strings.HasPrefix(s, "{") {
			continue
		}
		name := strings.Trim(s, "{}")
		value, ok := r.ids[name]
		if !ok {
			value, ok = ids[name]
		}
		if !ok {
			return Event{}, fmt.Errorf("no id for {%s}: add one to requests.go", name)
		}
		holes[name], segments[i] = value, value
	}
	path := strings.Join(segments, "/")
	e := Event{
		Resource: o.Path, Path: path, Method: o.Method, Holes: holes,
		Headers: map[string]string{"Accept": "application/json"},
		Query:   map[string]string{}, Queries: r.query,
		Context: eventContext{
			ID: "sample-" + o.ID(), Stage: "dev", Resource: o.Path, Path: "/dev" + path, Method: o.Method,
			Domain: "api.example.com", Identity: eventIdentity{SourceIP: "192.0.2.1"}, // reserved for documentation
		},
	}
	if !o.IsPublic {
		if r.key == "" {
			r.key = demo.ProjectAdmin
		}
		e.Headers["Authorization"] = "ApiKey " + r.key
	}
	if r.body != "" {
		e.Headers["Content-Type"] = "application/json"
		e.Body = &r.body
	}
	e.Many = map[string][]string{}
	for name, value := range e.Headers {
		e.Many[name] = []string{value}
	}
	for name, values := range r.query {
		e.Query[name] = values[len(values)-1]
	}
	return e, nil
}

// Proxy returns the event as a handler's argument.
func (s Sample) Proxy() (e events.APIGatewayProxyRequest, err error) {
	raw, err := json.Marshal(s.Event)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(raw, &e)
}

// Request returns the event as a request to an HTTP server at base,
// "http://127.0.0.1:3000".
func (s Sample) Request(base string) (*http.Request, error) {
	e := s.Event
	var body []byte
	if e.Body != nil {
		body = []byte(*e.Body)
	}
	r, err := http.NewRequest(e.Method, base+e.Path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	query := r.URL.Query()
	for name, values := range e.Queries {
		query[name] = values
	}
	r.URL.RawQuery = query.Encode()
	return r, nil
}

// File returns the path of the sample's event under dir.
func (s Sample) File(dir string) string {
	return filepath.Join(dir, s.Group, s.Operation+".json")
}

// WantFile returns the path of the expected answer under dir.
func (s Sample) WantFile(dir string) string {
	return filepath.Join(dir, s.Group, s.Operation+".want.json")
}

// Want reads the expected answer.
func (s Sample) Want(dir string) (w Want, err error) {
	raw, err := os.ReadFile(s.WantFile(dir))
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal(raw, &w)
}
