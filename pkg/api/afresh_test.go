package api_test

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"wardroom/pkg/api"
)

// insists is a guard that decides everything three times.
type insists struct{ doorman }

func (g *insists) Admit(r *http.Request, op *api.Op) (api.Visit, error) {
	v, err := g.doorman.Admit(r, op)
	return thrice{v}, err
}

// Hooks are what it asks of inputs.
func (*insists) Hooks() []reflect.Type { return []reflect.Type{reflect.TypeFor[asked]()} }

type asked interface{ Asked(n int) }

type thrice struct{ api.Visit }

func (v thrice) Serve(ctx context.Context, c api.Call, handle api.Handle) (a api.Answer, err error) {
	for n := range 3 {
		try := c.Afresh()
		try.In.(asked).Asked(n)
		a, err = handle(ctx, try)
	}
	return a, err
}

type notes struct {
	seen []int
	what map[string]bool
}

type place struct {
	ThingID int64 `path:"thing_id"`
}

type strangeIn struct {
	place
	notes
	IDs  []int64  `query:"ids"`
	Name *string  `query:"name"`
	Tags []string `query:"tags"`
	Body *struct {
		List []int64 `json:"list,omitempty"`
		Deep []struct {
			Names []string `json:"names"`
		} `json:"deep,omitempty"`
		Title api.Optional[string] `json:"title,omitempty"`
	}
}

// Asked does all that a hook should leave alone.
func (in *strangeIn) Asked(n int) {
	in.seen = append(in.seen, n)
	if in.what == nil {
		in.what = map[string]bool{}
	}
	in.what["asked"] = true
	in.ThingID += int64(n)
	in.IDs[0] += int64(n)
	*in.Name += "!"
	in.Body.List[0]++
	in.Body.Deep[0].Names[0] += "!"
	in.Body.List = append(in.Body.List, 7)
}

func TestTriesStartFromNothing(t *testing.T) {
	t.Parallel()
	var tries []strangeIn
	h := api.Mount(&insists{}, api.Group{Name: "Thing APIs", Slug: "thing", Ops: []api.Op{
		api.POST("/api/thing/{thing_id}", "Do Thing", func(_ context.Context, in *strangeIn) (bool, error) {
			tries = append(tries, *in)
			return true, nil
		}).Anyone(),
	}})
	if w := ask(t, h, http.MethodPost, "/api/thing/5?ids=1,2&name=n&tags=a", `{"list":[1],"deep":[{"names":["x"]}],"title":"T"}`, "Content-Type", "application/json"); w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	for n, in := range tries {
		if !slices.Equal(in.seen, []int{n}) || len(in.what) != 1 || in.ThingID != 5+int64(n) || !slices.Equal(in.IDs, []int64{1 + int64(n), 2}) || *in.Name != "n!" ||
			!slices.Equal(in.Tags, []string{"a"}) || !slices.Equal(in.Body.List, []int64{2, 7}) || in.Body.Deep[0].Names[0] != "x!" || in.Body.Title.Value == nil || *in.Body.Title.Value != "T" {
			t.Errorf("try %d began with what another one had left: %+v, %+v", n, in, *in.Body)
		}
	}
	if len(tries) != 3 {
		t.Errorf("%d tries", len(tries))
	}
}

type otherHook struct{ place }

func (*otherHook) Asked() {}

type byPointer struct{ place }

func (byPointer) Asked(int) {}

type hookOne struct{} //nolint:unused // by reflection

func (hookOne) Asked(int) {} //nolint:unused // by reflection

type hookTwo struct{} //nolint:unused // by reflection

func (hookTwo) Asked(int) {} //nolint:unused // by reflection

type hidden struct {
	place
	hookOne //nolint:unused // by reflection
	hookTwo //nolint:unused // by reflection
}

// A hook that would never be asked stops the program.
func TestHooksThatFit(t *testing.T) {
	t.Parallel()
	mounts := func(op api.Op) (refused any) {
		defer func() { refused = recover() }()
		api.Mount(&insists{}, api.Group{Name: "Thing APIs", Slug: "thing", Ops: []api.Op{op.Anyone()}})
		return nil
	}
	if r := mounts(api.POST("/api/thing/{thing_id}", "Do Thing", func(context.Context, *byPointer) (bool, error) { return true, nil })); r != nil {
		t.Error("one that fits:", r)
	}
	if mounts(api.POST("/api/thing/{thing_id}", "Do Thing", func(context.Context, *otherHook) (bool, error) { return true, nil })) == nil {
		t.Error("one with another signature passes")
	}
	if mounts(api.POST("/api/thing/{thing_id}", "Do Thing", func(context.Context, *hidden) (bool, error) { return true, nil })) == nil {
		t.Error("two that hide each other pass")
	}
}
