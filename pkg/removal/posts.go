package removal

import (
	"context"
	"slices"
	"sync"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Held is where people may hold posts, as an index tells it: their projects and
// teams. What it tells is read again before anything follows from it.
type Held struct {
	mu              sync.Mutex
	asked           map[int64]bool
	projects, teams []membership
}

// membership is a place, and who may be a member of it.
type membership struct{ place, user int64 }

// Ask puts the questions along with the rows of a request.
func (h *Held) Ask(f *guard.Fetch, users ...int64) {
	s := f.Store()
	for _, u := range h.fresh(users) {
		f.Ask(func(ctx context.Context) error { return h.find(ctx, s.ProjectsOfUser, &h.projects, u) })
		f.Ask(func(ctx context.Context) error { return h.find(ctx, s.TeamsOfUser, &h.teams, u) })
	}
}

// look puts those not yet asked in a trip of their own.
func (h *Held) look(ctx context.Context, s *store.Store, users []int64) error {
	g, ctx := concurrent.WithContext(ctx)
	g.SetLimit(32)
	for _, u := range h.fresh(users) {
		g.Go(func() error { return h.find(ctx, s.ProjectsOfUser, &h.projects, u) })
		g.Go(func() error { return h.find(ctx, s.TeamsOfUser, &h.teams, u) })
	}
	return g.Wait()
}

// fresh returns those of the users who weren't asked about, and notes that they
// are.
func (h *Held) fresh(users []int64) []int64 {
	var out []int64
	for _, u := range users {
		if !h.asked[u] {
			out = append(out, u)
		}
	}
	if h.asked == nil {
		h.asked = make(map[int64]bool, len(out))
	}
	for _, u := range out {
		h.asked[u] = true
	}
	return out
}

func (h *Held) find(ctx context.Context, ask func(context.Context, int64, int64, int) ([]int64, error), into *[]membership, user int64) error {
	all, err := store.Every(ctx, ask, user)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range all {
		*into = append(*into, membership{id, user})
	}
	return err
}

// posts are what users about to be deactivated hold of which one must remain:
// who of them are counted as admins of which live projects, and as owners of
// which live teams, by id.
type posts struct {
	projects []post[model.Project]
	teams    []post[model.Team]
}

// post is a place and who leaves it; last says that nobody else holds it.
type post[T any] struct {
	place   T
	holders []int64
	last    bool
}

// postsOf reads what users hold into the case: those whom the index named, read
// again. heir's own rows there are read along, 0 for none.
func postsOf(ctx context.Context, c *guard.Case, h *Held, users []int64, heir int64) (posts, error) {
	var keys []table.Primary
	for _, m := range h.projects {
		keys = append(keys, table.Projects.Key(m.place), table.ProjectMembers.Key(m.place, m.user))
		if heir != 0 {
			keys = append(keys, table.ProjectMembers.Key(m.place, heir))
		}
	}
	for _, m := range h.teams {
		keys = append(keys, table.Teams.Key(m.place), table.TeamMembers.Key(m.place, m.user))
		if heir != 0 {
			keys = append(keys, table.TeamMembers.Key(m.place, heir))
		}
	}
	if heir != 0 {
		keys = append(keys, table.Users.Key(heir))
	}
	if err := c.Read(ctx, keys...); err != nil {
		return posts{}, err
	}
	var held posts
	admins, owners := map[int64][]int64{}, map[int64][]int64{}
	for _, m := range h.projects {
		if row, ok := c.ProjectMember(m.place, m.user); ok && row.Role == string(access.ProjectAdmin) && slices.Contains(users, m.user) {
			admins[m.place] = append(admins[m.place], m.user)
		}
	}
	for _, m := range h.teams {
		if row, ok := c.TeamMember(m.place, m.user); ok && row.Role == string(access.Owner) && slices.Contains(users, m.user) {
			owners[m.place] = append(owners[m.place], m.user)
		}
	}
	for _, id := range ascending(admins) {
		if p, live := store.LiveProject(c.Rows(), id); live {
			held.projects = append(held.projects, post[model.Project]{p, admins[id], p.AdminCount <= int64(len(admins[id]))})
		}
	}
	for _, id := range ascending(owners) {
		if t, live := store.LiveTeam(c.Rows(), id); live {
			held.teams = append(held.teams, post[model.Team]{t, owners[id], t.OwnerCount <= int64(len(owners[id]))})
		}
	}
	return held, nil
}

func ascending[V any](m map[int64][]V) []int64 {
	ids := make([]int64, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
