package api_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"wardroom/pkg/api"
)

// spelled is what a list says it was asked.
type spelled struct {
	IDs []int64 `json:"ids"`
	On  bool    `json:"on"`
	N   int64   `json:"n"`
}

type spelledIn struct {
	IDs []int64 `query:"ids" maxItems:"5"`
	On  bool    `query:"on"`
	N   int64   `query:"n"`
}

type namedIn struct {
	Body struct {
		Name string `json:"name"`
	}
}

type manyIn struct {
	Body *struct {
		IDs []int64 `json:"ids" query:"ids" minItems:"1" maxItems:"5"`
	}
}

func TestSpellings(t *testing.T) {
	h, d := serve(
		api.GET("/api/spelled", "Spelled", func(_ context.Context, in *spelledIn) (spelled, error) {
			return spelled{in.IDs, in.On, in.N}, nil
		}).Says("Found.").Anyone(),
		api.POST("/api/spelled", "Named", func(_ context.Context, in *namedIn) (spelled, error) {
			return spelled{N: int64(len(in.Body.Name))}, nil
		}).Says("Found.").Anyone(),
		api.DELETE("/api/spelled", "Many", func(_ context.Context, in *manyIn) (spelled, error) {
			return spelled{IDs: in.Body.IDs}, nil
		}).Says("Gone.").Anyone(),
	)
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		want                     string // in the answer
	}{
		{"Python's True", "GET", "/api/spelled?on=True", "", 200, `"on":true`},
		{"R's TRUE", "GET", "/api/spelled?on=TRUE", "", 200, `"on":true`},
		{"False", "GET", "/api/spelled?on=False", "", 200, `"on":false`},
		{"a number is no truth", "GET", "/api/spelled?on=1", "", 400, `"query.on"`},
		{"nor is a mixture", "GET", "/api/spelled?on=tRue", "", 400, `"query.on"`},
		{"nor a look-alike", "GET", "/api/spelled?on=fal%C5%BFe", "", 400, `"query.on"`},
		{"a space after a comma", "GET", "/api/spelled?ids=1,%202,+3", "", 200, `"ids":[1,2,3]`},
		{"a space inside", "GET", "/api/spelled?ids=1%202", "", 400, `"query.ids[0]"`},
		{"a space about a single number", "GET", "/api/spelled?n=%201", "", 400, `"query.n"`},
		{"brackets", "GET", "/api/spelled?ids[]=1&ids[]=2", "", 200, `"ids":[1,2]`},
		{"encoded brackets", "GET", "/api/spelled?ids%5B%5D=1&ids%5b%5d=2,3", "", 200, `"ids":[1,2,3]`},
		{"both spellings are one list", "GET", "/api/spelled?ids[]=2&ids=1", "", 200, `"ids":[1,2]`},
		{"too many in both", "GET", "/api/spelled?ids[]=1,2,3&ids=4,5,6", "", 400, `"query.ids"`},
		{"brackets of what is no list", "GET", "/api/spelled?n[]=1", "", 400, `"query.n[]"`},
		{"brackets of what is unknown", "GET", "/api/spelled?x[]=1", "", 400, `"query.x[]"`},
		{"brackets twice", "GET", "/api/spelled?ids[][]=1", "", 400, `"query.ids[][]"`},
		{"brackets where the body may give it", "DELETE", "/api/spelled?ids[]=1&ids[]=2", "", 200, `"ids":[1,2]`},
		{"in both places", "DELETE", "/api/spelled?ids[]=1", `{"ids":[2]}`, 400, `"query.ids"`},
		{"a caller's own parameter", "GET", "/api/spelled?_=1764281948&n=2", "", 200, `"n":2`},
		{"a named one", "GET", "/api/spelled?_ts=1&_ts=2", "", 200, `"n":0`},
		{"another unknown one", "GET", "/api/spelled?x_=1", "", 400, `"query.x_"`},
		{"a byte order mark", "POST", "/api/spelled", "\ufeff" + `{"name":"abc"}`, 200, `"n":3`},
		{"two of them", "POST", "/api/spelled", "\ufeff\ufeff" + `{"name":"abc"}`, 400, `"body"`},
		{"nothing else", "POST", "/api/spelled", "\ufeff", 400, `"body":"is required"`},
		{"one inside is text", "POST", "/api/spelled", `{"name":"` + "\ufeff" + `"}`, 200, `"n":3`},
	} {
		if w := ask(t, h, tt.method, tt.path, tt.body); w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: %d %s, want %d with %s", tt.name, w.Code, w.Body, tt.status, tt.want)
		}
	}
	ask(t, h, "DELETE", "/api/spelled?ids=1,2&_=1", "", "Idempotency-Key", "k")
	one := d.calls[len(d.calls)-1].Fingerprint
	ask(t, h, "DELETE", "/api/spelled?_=2&ids=1,2", "", "Idempotency-Key", "k")
	if one == "" || one != d.calls[len(d.calls)-1].Fingerprint {
		t.Error("what means nothing makes it another request")
	}
}

// A link leads through the door by which the request came, and nothing that
// somebody wrote is taken for one.
func TestLinks(t *testing.T) {
	type member struct {
		Ref string `json:"$ref"`
	}
	type answer struct {
		Note    string   `json:"note"`
		Members []member `json:"members"`
		Meta    struct {
			Location string `json:"location"`
		} `json:"meta"`
	}
	note := `"location":"/scim/v2/Users/1"`
	h, _ := serve(api.POST("/scim/v2/Users", "Make", func(context.Context, *struct{}) (answer, error) {
		a := answer{Note: note, Members: []member{{"/scim/v2/Users/3"}}}
		a.Meta.Location = "/scim/v2/Users/2"
		return a, nil
	}).SCIM().Anyone().Creates())
	for prefix, path := range map[string]string{"": "/scim/v2/Users", "/dev": "/dev/scim/v2/Users"} {
		w := ask(t, api.StripPrefix(prefix, h), "POST", path, "")
		want := prefix + "/scim/v2/Users/2"
		if got := w.Header().Get("Location"); w.Code != http.StatusCreated || got != want {
			t.Errorf("%d, Location %q, want %q", w.Code, got, want)
		}
		for _, text := range []string{`"location":"` + want + `"`, `"$ref":"` + prefix + `/scim/v2/Users/3"`, `"note":"\"location\":\"/scim/v2/Users/1\""`} {
			if !bytes.Contains(w.Body.Bytes(), []byte(text)) {
				t.Errorf("no %s in %s", text, w.Body)
			}
		}
	}
}
