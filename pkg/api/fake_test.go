package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/table"
)

// doorman is a guard that knows one key and keeps what it was asked to serve.
// "Authorization: late" is admitted and turns out to be nobody's afterwards.
type doorman struct {
	calls []api.Call
	last  api.Answer
}

type visit struct {
	d    *doorman
	late bool
}

func (d *doorman) Admit(r *http.Request, _ *api.Op) (api.Visit, error) {
	switch r.Header.Get("Authorization") {
	case "key":
		return &visit{d, false}, nil
	case "late":
		return &visit{d, true}, nil
	}
	return nil, fault.Unauthorized()
}

func (d *doorman) Cursors(context.Context) (*table.Cursors, error) {
	return table.NewCursors([]byte("a secret of at least thirty-two bytes")), nil
}

func (v *visit) Confirm(context.Context) error {
	if v.late {
		return fault.Unauthorized()
	}
	return nil
}

func (v *visit) Serve(ctx context.Context, c api.Call, handle api.Handle) (api.Answer, error) {
	if v.late {
		return api.Answer{}, fault.Unauthorized()
	}
	v.d.calls = append(v.d.calls, c)
	a, err := handle(ctx, c.Afresh())
	v.d.last = a
	return a, err
}

// ask sends a request with the good key and returns status, headers and body.
func ask(t *testing.T, h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body == "" {
		r = httptest.NewRequest(method, path, nil)
	}
	r.Header.Set("Authorization", "key")
	if body != "" && !slices.Contains(headers, "Content-Type") {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
			continue
		}
		r.Header.Add(headers[i], headers[i+1])
		if headers[i] == "Authorization" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
		t.Fatalf("not JSON: %s", w.Body)
	}
	return w
}

// fields are the fields that a refusal names.
func fields(t *testing.T, w *httptest.ResponseRecorder) map[string]string {
	t.Helper()
	var e struct {
		Success bool
		Data    any
		Meta    struct {
			Code   string
			Fields map[string]string
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Success || e.Data != nil {
		t.Fatalf("not a refusal: %s", w.Body)
	}
	return e.Meta.Fields
}

// op wraps a handler of the tests: anyone may call it.
func serve(ops ...api.Op) (http.Handler, *doorman) {
	d := &doorman{}
	return api.Mount(d, api.Group{Name: "Thing APIs", Slug: "thing", Ops: ops}), d
}

var onThing = access.Project("thing_id")

// orJSON is a content type, JSON's where none is named.
func orJSON(contentType string) string {
	if contentType == "" {
		return "application/json"
	}
	return contentType
}
