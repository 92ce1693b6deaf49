package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
)

type nothing struct{}

// echoIn is an operation with everything a form can get wrong.
type echoIn struct {
	ThingID int64 `path:"thing_id"`
	Limit   int   `query:"limit"`
	Body    struct {
		Name string `json:"name"`
	}
}

// numbered is an answer with a version.
type numbered struct{}

func (numbered) RowVersion() int64 { return 3 }

func echo(context.Context, *echoIn) (nothing, error) { return nothing{}, nil }

// endless is a body that must not be read to its end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	if e.read > 8<<20 {
		return 0, errors.New("read on and on")
	}
	return copy(p, bytes.Repeat([]byte(" "), len(p))), nil
}

func TestOrderOfChecks(t *testing.T) {
	h, _ := serve(
		api.PUT("/api/thing/{thing_id}", "Echo", echo).Says("Echoed.").Anyone(),
		api.POST("/api/thing/{thing_id}", "Refuse", func(context.Context, *echoIn) (nothing, error) { return nothing{}, fault.NotFound() }).Says("No.").Anyone().Fails(404),
	)
	const good = `{"name":"a"}`
	for _, tt := range []struct {
		name, method, path, body, auth, contentType string
		status                                      int
	}{
		{"404 before 401", "PUT", "/api/other/1", good, "", "", 404},
		{"405 before 401", "PATCH", "/api/thing/1", good, "", "", 405},
		{"401 before 415", "PUT", "/api/thing/1", good, "none", "text/plain", 401},
		{"401 before 413", "PUT", "/api/thing/1", strings.Repeat(" ", 2<<20), "none", "", 401},
		{"401 before 400", "PUT", "/api/thing/x", "{", "none", "", 401},
		{"401 before 400, known late", "PUT", "/api/thing/x", good, "late", "", 401},
		{"401 before 413, known late", "PUT", "/api/thing/1", strings.Repeat(" ", 2<<20), "late", "", 401},
		{"401 before 415, known late", "PUT", "/api/thing/1", good, "late", "text/plain", 401},
		{"401 though the form is right", "PUT", "/api/thing/1", good, "late", "", 401},
		{"413 before 415", "PUT", "/api/thing/1", strings.Repeat(" ", 2<<20), "key", "text/plain", 413},
		{"413 before 400", "PUT", "/api/thing/x", strings.Repeat(" ", 2<<20), "key", "", 413},
		{"415 before 400", "PUT", "/api/thing/x", "{", "key", "text/plain", 415},
		{"400 before 404", "POST", "/api/thing/x", good, "key", "", 400},
		{"404 at last", "POST", "/api/thing/1", good, "key", "", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(t, h, tt.method, tt.path, tt.body, "Authorization", tt.auth, "Content-Type", orJSON(tt.contentType))
			if w.Code != tt.status {
				t.Errorf("got %d, want %d: %s", w.Code, tt.status, w.Body)
			}
		})
	}
}

func TestContentTypes(t *testing.T) {
	h, _ := serve(api.PUT("/api/thing/{thing_id}", "Echo", echo).Says("Echoed.").Anyone())
	for contentType, status := range map[string]int{
		"application/json":                    200,
		"Application/JSON":                    200,
		"application/json; charset=utf-8":     200,
		"application/json;charset=\"UTF-8\"":  200,
		"application/merge-patch+json":        200,
		"application/json; charset=utf8":      200,
		"application/json; charset=\"UTF8\"":  200,
		"":                                    415,
		"application/json; charset=latin1":    415,
		"text/json":                           415,
		"text/plain":                          415,
		"application/x-www-form-urlencoded":   415,
		"multipart/form-data; boundary=x":     415,
		"application/jsonp":                   415,
		"text/x+json":                         415,
		"application/json, text/plain":        415,
		"application/json; charset=utf-8; x=": 415,
		"*/*":                                 415,
		";":                                   415,
	} {
		w := ask(t, h, "PUT", "/api/thing/1", `{"name":"a"}`, "Content-Type", contentType)
		if w.Code != status {
			t.Errorf("%q answers %d, want %d", contentType, w.Code, status)
		}
		if status == 415 && !strings.Contains(fields(t, w)["header.Content-Type"], "Content-Type: application/json") {
			t.Errorf("%q isn't told which header would do: %s", contentType, w.Body)
		}
	}
	if w := ask(t, h, "PUT", "/api/thing/1", `{"name":"a"}`, "Content-Encoding", "gzip"); w.Code != 415 {
		t.Errorf("a compressed body answers %d", w.Code)
	}
	if w := ask(t, h, "PUT", "/api/thing/1", ``, "Content-Type", "text/plain"); w.Code != 400 {
		t.Errorf("an empty body answers %d, whatever it is called", w.Code)
	}
}

func TestALargeBodyIsNotBuffered(t *testing.T) {
	h, _ := serve(api.PUT("/api/thing/{thing_id}", "Echo", echo).Says("Echoed.").Anyone())
	for _, length := range []int64{-1, 10 << 20} {
		body := &endless{}
		r := httptest.NewRequest("PUT", "/api/thing/1", io.LimitReader(body, 10<<20))
		r.ContentLength = length
		r.Header.Set("Authorization", "key")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 413 {
			t.Errorf("length %d: status %d", length, w.Code)
		}
		if body.read > 4<<20 || length > 0 && body.read > 0 {
			t.Errorf("length %d: %d bytes were read", length, body.read)
		}
	}
	exactly := `{"name":"` + strings.Repeat("a", 1<<20-11) + `"}`
	if w := ask(t, h, "PUT", "/api/thing/1", exactly); w.Code != 200 {
		t.Errorf("a body of exactly 1 MiB answers %d", w.Code)
	}
	if w := ask(t, h, "PUT", "/api/thing/1", exactly+" "); w.Code != 413 {
		t.Errorf("one byte more answers %d", w.Code)
	}
}

type idIn struct {
	ThingID int64 `path:"thing_id"`
}

// Where an operation takes no body, one is no mistake; but a POST or PUT may
// send the stamps, and nothing else.
func TestOperationsWithoutABody(t *testing.T) {
	none := func(context.Context, *idIn) (nothing, error) { return nothing{}, nil }
	h, d := serve(
		api.GET("/api/thing/{thing_id}", "Read", none).Says("Read.").Anyone(),
		api.DELETE("/api/thing/{thing_id}", "Delete", none).Says("Deleted.").Anyone(),
		api.POST("/api/thing/{thing_id}", "Touch", none).Says("Touched.").Anyone(),
	)
	for _, tt := range []struct {
		name, method, body, contentType string
		status                          int
	}{
		{"a GET's body is ignored", "GET", "{", "text/plain", 200},
		{"a DELETE's body is ignored", "DELETE", "{", "text/plain", 200},
		{"a large one, too", "DELETE", strings.Repeat("x", 2<<20), "", 200},
		{"a POST without one", "POST", "", "", 200},
		{"a POST with an empty object", "POST", "{}", "", 200},
		{"a POST with the stamps", "POST", `{"created_by":"a","modified_by":null}`, "", 200},
		{"a POST with more", "POST", `{"x":1}`, "", 400},
		{"a POST with a broken one", "POST", `{`, "", 400},
		{"a POST with a list", "POST", `[]`, "", 400},
		{"a POST of another type", "POST", `{}`, "text/plain", 415},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if w := ask(t, h, tt.method, "/api/thing/1", tt.body, "Content-Type", orJSON(tt.contentType)); w.Code != tt.status {
				t.Errorf("got %d, want %d: %s", w.Code, tt.status, w.Body)
			}
		})
	}
	ask(t, h, "DELETE", "/api/thing/1", "a", "Idempotency-Key", "k")
	one := d.calls[len(d.calls)-1].Fingerprint
	ask(t, h, "DELETE", "/api/thing/1", "b", "Idempotency-Key", "k")
	if two := d.calls[len(d.calls)-1].Fingerprint; one == two || len(one) != 64 {
		t.Errorf("fingerprints %q and %q: a body is part of the request, ignored or not", one, two)
	}
	if w := ask(t, h, "DELETE", "/api/thing/1", strings.Repeat("x", 2<<20), "Idempotency-Key", "k"); w.Code != 413 {
		t.Errorf("a large body with a key answers %d", w.Code)
	}
}

type eitherIn struct {
	Body *struct {
		IDs  []int64 `json:"user_ids" query:"user_ids" minItems:"1" maxItems:"3"`
		Note string  `json:"note,omitempty"`
	}
}

func TestBodyOrQuery(t *testing.T) {
	var got []int64
	h, d := serve(api.DELETE("/api/thing", "Delete Things", func(_ context.Context, in *eitherIn) (nothing, error) {
		got = in.Body.IDs
		return nothing{}, nil
	}).Says("Deleted.").Anyone().Users("user_ids"))
	for _, tt := range []struct {
		name, query, body string
		want              []int64
		field             string
	}{
		{"in the body", "", `{"user_ids":[1,2]}`, []int64{1, 2}, ""},
		{"in the query, as a list", "?user_ids=1,2", "", []int64{1, 2}, ""},
		{"in the query, repeated", "?user_ids=1&user_ids=2", "", []int64{1, 2}, ""},
		{"in the query, the rest in the body", "?user_ids=1", `{"note":"a","created_by":"b"}`, []int64{1}, ""},
		{"in both", "?user_ids=1", `{"user_ids":[1]}`, nil, "query.user_ids"},
		{"in neither", "", "", nil, "body.user_ids"},
		{"in neither, with a body", "", "{}", nil, "body.user_ids"},
		{"bad in the query", "?user_ids=1,0", "", nil, "query.user_ids[1]"},
		{"too many in the query", "?user_ids=1,2,3,4", "", nil, "query.user_ids"},
		{"empty in the query", "?user_ids=", "", nil, "query.user_ids[0]"},
		{"unknown beside it", "?user_ids=1&x=1", "", nil, "query.x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got = nil
			w := ask(t, h, "DELETE", "/api/thing"+tt.query, tt.body)
			if tt.field != "" {
				if f := fields(t, w); w.Code != 400 || len(f) != 1 || f[tt.field] == "" {
					t.Errorf("%d %v, want 400 naming %s", w.Code, f, tt.field)
				}
				return
			}
			if w.Code != 200 || cmp.Diff(got, tt.want) != "" || cmp.Diff(d.calls[len(d.calls)-1].IDs("user_ids"), tt.want) != "" {
				t.Errorf("%d, got %v, want %v: %s", w.Code, got, tt.want, w.Body)
			}
		})
	}
}

func TestWhatTheGuardIsTold(t *testing.T) {
	h, d := serve(
		api.PUT("/api/thing/{thing_id}", "Echo", func(context.Context, *echoIn) (numbered, error) { return numbered{}, nil }).Says("Echoed.").Anyone(),
		api.DELETE("/api/thing/{thing_id}/part", "Part", func(context.Context, *struct {
			ThingID int64 `path:"thing_id"`
		}) (nothing, error) {
			return nothing{}, nil
		}).Says("Taken.").Anyone(),
		api.POST("/api/thing/{thing_id}", "Post", echo).Says("Posted.").Anyone(),
		api.POST("/api/thing/{thing_id}/search", "Search", echo).Says("Found.").Anyone().Reads(),
	)
	last := func() api.Call { return d.calls[len(d.calls)-1] }
	ask(t, h, "PUT", "/api/thing/7", `{"name":"a"}`, "If-Match", `"3", W/"4"`, "Idempotency-Key", "k")
	if c := last(); c.Op.ID() != "echo" || c.Op.Group != "thing" || c.In.(*echoIn).ThingID != 7 || cmp.Diff(c.IfMatch, []string{"3"}) != "" || c.IdempotencyKey != "" || c.Fingerprint != "" {
		t.Errorf("%+v", c)
	}
	ask(t, h, "DELETE", "/api/thing/7/part", "", "If-Match", `"3"`)
	if c := last(); c.Op.ID() != "part" || c.IfMatch != nil {
		t.Errorf("what has no version was bound to one: %+v", c)
	}
	ask(t, h, "POST", "/api/thing/7?limit=1", `{"name":"a"}`, "If-Match", `"3"`, "Idempotency-Key", "k k")
	one := last()
	if one.IfMatch != nil || one.IdempotencyKey != "k k" || len(one.Fingerprint) != 64 {
		t.Errorf("%+v", one)
	}
	for name, same := range map[string]func(){
		"one slash more":    func() { ask(t, h, "POST", "/api/thing/7/?limit=1", `{"name":"a"}`, "Idempotency-Key", "k") },
		"another path":      func() { ask(t, h, "POST", "/api/thing/8?limit=1", `{"name":"a"}`, "Idempotency-Key", "k") },
		"another query":     func() { ask(t, h, "POST", "/api/thing/7?limit=2", `{"name":"a"}`, "Idempotency-Key", "k") },
		"another body":      func() { ask(t, h, "POST", "/api/thing/7?limit=1", `{"name":"b"}`, "Idempotency-Key", "k") },
		"query to the body": func() { ask(t, h, "POST", "/api/thing/7", `{"name":"a"}`, "Idempotency-Key", "k") },
	} {
		same()
		if equal := last().Fingerprint == one.Fingerprint; equal != (name == "one slash more") {
			t.Errorf("%s: same fingerprint: %t", name, equal)
		}
	}
	ask(t, h, "POST", "/api/thing/7/search", `{"name":"a"}`, "Idempotency-Key", strings.Repeat("é", 300))
	if c := last(); c.IdempotencyKey != "" || !c.Op.IsRead {
		t.Errorf("a search has no idempotency: %+v", c)
	}
	if w := ask(t, h, "PUT", "/api/thing/7", `{"name":"a"}`, "If-Match", "3"); w.Code != http.StatusBadRequest || fields(t, w)["header.If-Match"] == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(t, h, "POST", "/api/thing/7", `{"name":"a"}`, "Idempotency-Key", "a", "Idempotency-Key", "a"); w.Code != http.StatusBadRequest || fields(t, w)["header.Idempotency-Key"] == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
