package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/table"
)

type row struct {
	ID    int64             `json:"id"`
	Name  string            `json:"name"`
	Tags  []string          `json:"tags"`
	Sub   *row              `json:"sub"`
	Words map[string]string `json:"words"`
}

func (row) RowVersion() int64 { return 12 }

type facts struct {
	Count   int      `json:"count"`
	Missing []string `json:"missing"`
}

type secretRow struct {
	ID     int64  `json:"id"`
	Secret string `json:"secret,omitempty"`
}

func (s secretRow) Redacted() any { s.Secret = ""; return s }

type secretFacts struct {
	URL string `json:"url,omitempty"`
}

func (secretFacts) Redacted() any { return secretFacts{} }

type pageIn struct {
	api.Paging
	Colour string `query:"colour"`
}

// answers serves one operation whose handler returns v.
func answers[O any](v O, err error) (http.Handler, *doorman) {
	return serve(api.POST("/api/thing", "Answer", func(context.Context, *pageIn) (O, error) { return v, err }).Says(`Says "<so>".`).Anyone().Creates())
}

func TestEnvelope(t *testing.T) {
	plain := func(h http.Handler, _ *doorman) http.Handler { return h }
	for _, tt := range []struct {
		name string
		h    http.Handler
		want string
	}{
		{"an object", plain(answers(nothing{}, nil)), `"data":{}}`},
		{"no nil list inside", plain(answers(row{ID: 1, Name: "a&b"}, nil)), `"data":{"id":1,"name":"a&b","tags":[],"sub":null,"words":{}}}`},
		{"a list", plain(answers([]secretRow{{ID: 1}}, nil)), `"data":[{"id":1}]}`},
		{"no rows", plain(answers([]row(nil), nil)), `"data":[]}`},
		{"a pointer", plain(answers(&secretRow{ID: 1}, nil)), `"data":{"id":1}}`},
		{"a truth", plain(answers(true, nil)), `"data":true}`},
		{"facts beside it", plain(answers(api.Noted[bool, facts]{true, facts{Count: 1}}, nil)), `"data":true,"meta":{"count":1,"missing":[]}}`},
		{"facts by pointer", plain(answers(api.Noted[[]row, *facts]{nil, &facts{Count: 1}}, nil)), `"data":[],"meta":{"count":1,"missing":[]}}`},
		{"no facts", plain(answers(api.Noted[[]row, *facts]{}, nil)), `"data":[]}`},
		{"a last page", plain(answers(api.Page[row]{}, nil)), `"data":[]}`},
		{"a page with facts", plain(answers(api.Noted[api.Page[secretRow], facts]{api.Page[secretRow]{Items: []secretRow{{ID: 1}}}, facts{}}, nil)), `"data":[{"id":1}],"meta":{"count":0,"missing":[]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(t, tt.h, "POST", "/api/thing", "")
			want := `{"success":true,"message":"Says \"<so>\".",` + tt.want
			if w.Code != 201 || w.Body.String() != want {
				t.Errorf("%d\n got %s\nwant %s", w.Code, w.Body, want)
			}
		})
	}
}

func TestVerbatim(t *testing.T) {
	h, _ := answers(api.Verbatim(`{"openapi":"3.1.0"}`), nil)
	if w := ask(t, h, "POST", "/api/thing", ""); w.Body.String() != `{"openapi":"3.1.0"}` {
		t.Error(w.Body)
	}
}

func TestBareOutsideAPI(t *testing.T) {
	h, _ := serve(api.POST("/api/chat", "Run Chat", func(context.Context, *struct{}) ([]int, error) { return nil, nil }).Says("Answered.").Anyone().Also("/chat"))
	if w := ask(t, h, "POST", "/chat", ""); w.Body.String() != `[]` {
		t.Error(w.Body)
	}
	if w := ask(t, h, "POST", "/api/chat", ""); w.Body.String() != `{"success":true,"message":"Answered.","data":[]}` {
		t.Error(w.Body)
	}
}

func TestETag(t *testing.T) {
	for name, h := range map[string]http.Handler{
		"a row":        first(answers(row{}, nil)),
		"by pointer":   first(answers(&row{}, nil)),
		"with facts":   first(answers(api.Noted[row, facts]{}, nil)),
		"a list":       first(answers([]row{}, nil)),
		"unversioned":  first(answers(nothing{}, nil)),
		"a page of it": first(answers(api.Page[row]{}, nil)),
	} {
		want := ""
		if name == "a row" || name == "by pointer" || name == "with facts" {
			want = `"12"`
		}
		if got := ask(t, h, "POST", "/api/thing", "").Header().Get("ETag"); got != want {
			t.Errorf("%s: ETag %s, want %s", name, got, want)
		}
	}
}

func first(h http.Handler, _ *doorman) http.Handler { return h }

func TestSecretsAreNotKept(t *testing.T) {
	const head = `{"success":true,"message":"Says \"<so>\".",`
	for _, tt := range []struct {
		name       string
		serve      func() (http.Handler, *doorman)
		sent, kept string
	}{
		{"in data", func() (http.Handler, *doorman) { return answers(secretRow{1, "hunter2"}, nil) },
			head + `"data":{"id":1,"secret":"hunter2"}}`, head + `"data":{"id":1},"meta":{"replayed":true}}`},
		{"in meta", func() (http.Handler, *doorman) {
			return answers(api.Noted[bool, secretFacts]{true, secretFacts{"https://hunter2"}}, nil)
		},
			head + `"data":true,"meta":{"url":"https://hunter2"}}`, head + `"data":true,"meta":{"replayed":true}}`},
		{"in both", func() (http.Handler, *doorman) {
			return answers(api.Noted[secretRow, *secretFacts]{secretRow{1, "hunter2"}, &secretFacts{"https://hunter2"}}, nil)
		},
			head + `"data":{"id":1,"secret":"hunter2"},"meta":{"url":"https://hunter2"}}`, head + `"data":{"id":1},"meta":{"replayed":true}}`},
		{"nowhere", func() (http.Handler, *doorman) { return answers(nothing{}, nil) }, head + `"data":{}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, d := tt.serve()
			w := ask(t, h, "POST", "/api/thing", "")
			if w.Body.String() != tt.sent || string(d.last.Body) != tt.sent || string(d.last.Kept) != tt.kept {
				t.Errorf("sent %s\nkept %s", w.Body, d.last.Kept)
			}
		})
	}
}

func TestLargeAnswers(t *testing.T) {
	h, d := answers(strings.Repeat("a", 5<<20), nil)
	w := ask(t, h, "POST", "/api/thing", "")
	if w.Code != 413 || d.last.Body != nil {
		t.Errorf("%d, %d bytes were handed on to be committed", w.Code, len(d.last.Body))
	}
	h, _ = answers(strings.Repeat("a", 5<<20-100), nil)
	if w := ask(t, h, "POST", "/api/thing", ""); w.Code != 201 {
		t.Errorf("just below the limit: %d", w.Code)
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name       string
		err        error
		status     int
		want       string
		retryAfter string
	}{
		{"not found", fault.NotFound(), 404, `"message":"Record Not Found","data":null,"meta":{"code":"not_found","request_id":""}}`, ""},
		{"wrapped", fmt.Errorf("store: %w", fault.Forbidden()), 403, `"message":"You do not have permission to perform this action.","data":null,"meta":{"code":"forbidden","reason":"role","request_id":""}}`, ""},
		{"a conflict", fault.New(fault.KindLastProjectAdmin, "The last admin of a project can't be removed."), 409,
			`"message":"The last admin of a project can't be removed.","data":null,"meta":{"code":"last_project_admin","request_id":""}}`, ""},
		{"more facts", &fault.Fault{Kind: fault.KindLimit, Message: "Too many.", Meta: map[string]any{"limit": 45, "code": "no"}}, 409,
			`"message":"Too many.","data":null,"meta":{"code":"limit","limit":45,"request_id":""}}`, ""},
		{"a field", fault.Invalid("body.user_ids", "must not hold the owner"), 400,
			`"message":"Invalid request: body.user_ids must not hold the owner","data":null,"meta":{"code":"invalid","fields":{"body.user_ids":"must not hold the owner"},"request_id":""}}`, ""},
		{"unavailable", fault.Unavailable(errors.New("hunter2")), 503, `"message":"Temporarily unavailable. Try again.","data":null,"meta":{"code":"unavailable","request_id":""}}`, "1"},
		{"out of time", context.DeadlineExceeded, 503, `"message":"Temporarily unavailable. Try again.","data":null,"meta":{"code":"unavailable","request_id":""}}`, "1"},
		{"throttled", &fault.Fault{Kind: fault.KindRateLimited, Message: "Slower.", RetryAfter: 1500 * time.Millisecond}, 429,
			`"message":"Slower.","data":null,"meta":{"code":"rate_limited","request_id":""}}`, "2"},
		{"throttled, nobody knows how long", fault.New(fault.KindBudgetExceeded, "Spent."), 429, `"message":"Spent.","data":null,"meta":{"code":"budget_exceeded","request_id":""}}`, "1"},
		{"anything else is mute", errors.New("hunter2"), 500, `"message":"Internal error","data":null,"meta":{"code":"internal","request_id":""}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, _ := answers(nothing{}, tt.err)
			w := ask(t, h, "POST", "/api/thing", "")
			if want := `{"success":false,` + tt.want; w.Code != tt.status || w.Body.String() != want || w.Header().Get("Retry-After") != tt.retryAfter {
				t.Errorf("%d %v\n got %s\nwant %s", w.Code, w.Header(), w.Body, want)
			}
		})
	}
	h, _ := answers(func() {}, nil)
	if w := ask(t, h, "POST", "/api/thing", ""); w.Code != 500 || strings.Contains(w.Body.String(), "func") {
		t.Errorf("what can't be written: %d %s", w.Code, w.Body)
	}
}

func TestPaging(t *testing.T) {
	var in *pageIn
	list := func(_ context.Context, i *pageIn) (api.Page[int], error) {
		in = i
		return api.Page[int]{Items: []int{1}, Next: "pos 7/ü"}, nil
	}
	h, _ := serve(
		api.GET("/api/thing", "List Things", list).Says("Found.").Anyone(),
		api.GET("/api/other", "List Others", list).Says("Found.").Anyone(),
	)
	next := func(path string) string {
		body := ask(t, h, "GET", path, "").Body.String()
		_, cursor, ok := strings.Cut(body, `"data":[1],"meta":{"next_cursor":"`)
		if !ok {
			t.Fatalf("no cursor: %s", body)
		}
		return strings.TrimSuffix(cursor, `"}}`)
	}
	cursor := next("/api/thing?colour=red&limit=3")
	if in.Limit != 3 || in.After() != "" {
		t.Errorf("%+v", in)
	}
	for _, tt := range []struct {
		name, path string
		status     int
		limit      int
		after      string
	}{
		{"the next page", "/api/thing?limit=5&cursor=" + cursor + "&colour=red", 200, 5, "pos 7/ü"},
		{"with a slash", "/api/thing/?colour=red&cursor=" + cursor, 200, 200, "pos 7/ü"},
		{"no cursor", "/api/thing", 200, 200, ""},
		{"other filters", "/api/thing?colour=blue&cursor=" + cursor, 400, 0, ""},
		{"no filters", "/api/thing?cursor=" + cursor, 400, 0, ""},
		{"another list", "/api/other?colour=red&cursor=" + cursor, 400, 0, ""},
		{"changed", "/api/thing?colour=red&cursor=" + strings.ToUpper(cursor), 400, 0, ""},
		{"cut", "/api/thing?colour=red&cursor=" + cursor[:4], 400, 0, ""},
		{"made up", "/api/thing?colour=red&cursor=" + table.NewCursors(make([]byte, 32)).Make("x", "pos 7"), 400, 0, ""},
		{"no text at all", "/api/thing?colour=red&cursor=%ff", 400, 0, ""},
		{"empty", "/api/thing?colour=red&cursor=", 400, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in = nil
			w := ask(t, h, "GET", tt.path, "")
			if w.Code != tt.status || tt.status == 200 && (in.Limit != tt.limit || in.After() != tt.after) {
				t.Errorf("%d %+v: %s", w.Code, in, w.Body)
			}
			if tt.status == 400 && fields(t, w)["query.cursor"] == "" {
				t.Errorf("query.cursor isn't named: %s", w.Body)
			}
		})
	}
	for _, limit := range []string{"0", "201", "-1", "1.0", "x"} {
		if w := ask(t, h, "GET", "/api/thing?limit="+limit, ""); w.Code != 400 || fields(t, w)["query.limit"] == "" {
			t.Errorf("limit=%s: %d", limit, w.Code)
		}
	}
}

type tenIn struct {
	api.Paging `limit:"10"`
}

func TestALimitOfItsOwn(t *testing.T) {
	var in *tenIn
	h, _ := serve(api.GET("/api/thing", "List Things", func(_ context.Context, i *tenIn) (api.Page[int], error) { in = i; return api.Page[int]{}, nil }).Says("Found.").Anyone())
	if ask(t, h, "GET", "/api/thing", ""); in.Limit != 10 {
		t.Errorf("%+v", in)
	}
}
