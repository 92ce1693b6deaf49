package list_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/api"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// numbers are the ids from first to last.
func numbers(first, last int64) (ids []int64) {
	for id := first; id <= last; id++ {
		ids = append(ids, id)
	}
	return ids
}

// shown is a list that shows all ids but some, and counts how often it is asked.
func shown(find list.Finder, asked *int, fill bool, hidden ...int64) list.Of[int64] {
	return list.Of[int64]{
		Find: func(ctx context.Context, after string, n int) ([]store.Ref, error) {
			*asked++
			return find(ctx, after, n)
		},
		Show: func(_ *request.Request, at store.Ref) (int64, bool) { return at.ID, !slices.Contains(hidden, at.ID) },
		Fill: fill,
	}
}

func TestPages(t *testing.T) {
	c := request.New(request.NewFetch(nil, 1, 0, nil), model.Time{})
	for says, tt := range map[string]struct {
		ids    []int64
		hidden []int64
		fill   bool
		want   []int64
		next   string
		asked  int
	}{
		"all there are": {ids: numbers(1, 5), want: numbers(1, 5), asked: 1},
		"as many as asked for, and where it goes on": {ids: numbers(1, 6), want: numbers(1, 5), next: "5", asked: 1},
		"nothing":                                            {want: []int64{}, asked: 1},
		"short by what is hidden":                            {ids: numbers(1, 8), hidden: []int64{2, 5}, want: []int64{1, 3, 4}, next: "5", asked: 1},
		"filled by what follows":                             {ids: numbers(1, 8), hidden: []int64{2, 5}, fill: true, want: []int64{1, 3, 4, 6, 7}, next: "7", asked: 2},
		"a hidden one that follows is not told of":           {ids: numbers(1, 6), hidden: []int64{6}, fill: true, want: numbers(1, 5), asked: 2},
		"nor are many":                                       {ids: numbers(1, 30), hidden: numbers(6, 30), fill: true, want: numbers(1, 5), asked: 6},
		"the last one of all is found":                       {ids: numbers(1, 30), hidden: numbers(1, 29), fill: true, want: []int64{30}, asked: 6},
		"it looks for so long, and goes on where it gave up": {ids: numbers(1, 100), hidden: numbers(1, 99), fill: true, want: []int64{}, next: "66", asked: 11},
	} {
		t.Run(says, func(t *testing.T) {
			asked := 0
			l := shown(list.FoundIDs(tt.ids...), &asked, tt.fill, tt.hidden...)
			page, err := l.Answer(t.Context(), c, api.Paging{Limit: 5})
			if err != nil || !slices.Equal(page.Items, tt.want) || page.Next != tt.next || asked != tt.asked {
				t.Errorf("%v, next %q, %v, asked %d times; want %v, %q, %d", page.Items, page.Next, err, asked, tt.want, tt.next, tt.asked)
			}
		})
	}
}

func TestPageOfSeveralQuestions(t *testing.T) {
	c := request.New(request.NewFetch(nil, 1, 0, nil), model.Time{})
	refs := func(ids ...int64) (out []store.Ref) {
		for _, id := range ids {
			out = append(out, store.Ref{ID: id})
		}
		return out
	}
	asked := 0
	l := shown(nil, &asked, false).Where(func(id int64) bool { return id != 2 })
	page, err := l.Page(t.Context(), c, api.Paging{Limit: 3}, refs(2, 5, 9), refs(1, 5), nil)
	if err != nil || !slices.Equal(page.Items, []int64{1, 5}) || page.Next != "5" {
		t.Errorf("%v, next %q, %v", page.Items, page.Next, err)
	}
}

func TestFinders(t *testing.T) {
	of := func(ctx context.Context, team, from int64, n int) ([]int64, error) {
		found, err := list.FoundIDs(team, team+10, team+20)(ctx, api.NextID(from), n)
		ids := make([]int64, len(found))
		for i, at := range found {
			ids[i] = at.ID
		}
		return ids, err
	}
	each := list.Each([]int64{3, 1, 2}, func(team int64) list.Finder { return list.IDs(of, team) })
	failing := func(context.Context, string, int) ([]store.Ref, error) { return nil, errors.New("down") }
	for says, tt := range map[string]struct {
		find  list.Finder
		after string
		n     int
		want  []int64
	}{
		"in the order of ids, whatever theirs": {list.FoundIDs(5, 1, 3), "", 9, []int64{1, 3, 5}},
		"after one, so many":                   {list.FoundIDs(5, 1, 3, 7), "1", 2, []int64{3, 5}},
		"no id is none":                        {list.FoundIDs(0), "", 9, nil},
		"several lists as one":                 {list.Merged(each...), "", 5, []int64{1, 2, 3, 11, 12}},
		"after one of them":                    {list.Merged(each...), "12", 9, []int64{13, 21, 22, 23}},
		"what two lists have comes once":       {list.Merged(list.FoundIDs(1, 2), list.FoundIDs(2, 3)), "", 9, []int64{1, 2, 3}},
		"no lists":                             {list.Merged(), "", 9, nil},
	} {
		t.Run(says, func(t *testing.T) {
			found, err := tt.find(t.Context(), tt.after, tt.n)
			var got []int64
			for _, at := range found {
				got = append(got, at.ID)
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%v, %v; want %v", got, err, tt.want)
			}
		})
	}
	if _, err := list.Merged(list.FoundIDs(1), failing)(t.Context(), "", 9); err == nil {
		t.Error("a list that fails is left out")
	}
}

// What a list finds only the second time may have moved between its parts while they
// were asked; what belongs behind the page, or was found, is no reason to ask again.
func TestRecheck(t *testing.T) {
	s := fixture.New(t).Store
	for says, tt := range map[string]struct {
		limit int
		again []int64
		want  error
	}{
		"the same":                             {6, []int64{1, 2, 3, 4, 6, 7, 10}, nil},
		"some are gone":                        {6, []int64{1, 3}, nil},
		"one has come behind the page":         {6, []int64{8}, nil},
		"one was missed on the page":           {6, []int64{5}, store.ErrStale},
		"one was missed behind the last there": {9, []int64{11}, store.ErrStale},
	} {
		t.Run(says, func(t *testing.T) {
			asked := 0
			l := shown(list.FoundIDs(1, 2, 3, 4, 6, 7, 10), &asked, false)
			l.Rows = func(_ *request.Request, at store.Ref) []store.Key { return []store.Key{store.User(at.ID).Key} }
			l.Recheck = list.FoundIDs(tt.again...)
			_, err := l.Answer(t.Context(), request.New(request.NewFetch(s, 1, 0, nil), model.Time{}), api.Paging{Limit: tt.limit})
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// A row that is needed besides the first is read where those say so, and not twice.
func TestThen(t *testing.T) {
	s := fixture.New(t).Store
	c := request.New(request.NewFetch(s, 1, 0, nil), model.Time{})
	l := list.Of[string]{
		Find: list.FoundIDs(151, 4, 99),
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return []store.Key{store.Project(at.ID).Key} },
		Then: func(c *request.Request, at store.Ref) []store.Key {
			p, ok := store.Project(at.ID).In(c.Rows())
			if !ok {
				return nil
			}
			return []store.Key{store.Team(p.Team()).Key, store.Project(at.ID).Key}
		},
		Show: func(c *request.Request, at store.Ref) (string, bool) {
			p, _ := store.Project(at.ID).In(c.Rows())
			team, ok := store.Team(p.Team()).In(c.Rows())
			return p.Name + " of " + team.Name, ok
		},
	}
	for _, strict := range []bool{false, true} {
		l.Strict = strict
		page, err := l.Answer(t.Context(), c, api.Paging{Limit: 9})
		if err != nil || len(page.Items) == 0 {
			t.Errorf("%v, %v", page, err)
		}
	}
}
