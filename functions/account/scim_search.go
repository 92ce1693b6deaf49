package account

import (
	"context"
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
)

// SCIMList is a page of users and groups.
type SCIMList struct {
	Schemas      []string `json:"schemas"`
	TotalResults int      `json:"totalResults" doc:"Those of the pages before, as they were listed, and what follows them now"`
	StartIndex   int      `json:"startIndex"`
	ItemsPerPage int      `json:"itemsPerPage"`
	Resources    []any    `json:"Resources" doc:"Users, and behind them groups"`
}

// groupsBehind is added to the ids of groups, so that all groups are listed after all
// users.
const groupsBehind = int64(1) << 53

type searchAllIn struct {
	request.In
	Body searchBody

	listing
	users  finder
	groups groupFinder
	teams  []int64
}

// Validate refuses a filter that neither users nor groups know.
func (in *searchAllIn) Validate(model.Time) error {
	in.listing = listing{startIndex: *in.Body.StartIndex, count: *in.Body.Count, list: "everything"}.mended()
	filter := text(in.Body.Filter)
	if strings.TrimSpace(filter) == "" {
		return nil
	}
	var bad, worse error
	in.groups, worse = findGroups(filter)
	in.users, bad = readFilter(filter, userSchema, userFilters, "username", "externalid", "id", "emails")
	if worse == nil {
		return nil
	}
	return bad
}

func (in *searchAllIn) filtered() bool { return in.users != nil || in.groups.where != nil }

// Load asks for the rows of the filter, or for the ids of all users and teams.
func (in *searchAllIn) Load(f *request.Fetch) {
	if in.filtered() {
		in.users.needs(f)
		in.groups.needs(f)
		return
	}
	s := f.Store()
	request.Ask(f, &in.ids, func(ctx context.Context) ([]int64, error) {
		return s.UsersOfOrganization(ctx, f.Organization, 0, mostCounted+1)
	})
	request.Ask(f, &in.teams, func(ctx context.Context) ([]int64, error) {
		return s.TeamsOfOrganization(ctx, f.Organization, 0, mostCounted+1)
	})
}

// bound shortens the page so that it has at most mostWithMembers groups with their
// members, after the users that it begins with.
func (in *searchAllIn) bound(users int) {
	if in.Body.partial().membersWanted() {
		in.count = min(in.count, max(0, users-(in.startIndex-1))+mostWithMembers)
	}
}

// searchAll searches users and groups.
func (h *handlers) searchAll(ctx context.Context, in *searchAllIn) (SCIMList, error) {
	out := SCIMList{Schemas: []string{listSchema}, StartIndex: in.startIndex}
	show := in.Body.partial()
	found, err := h.everything(ctx, in, &out)
	if err != nil {
		return out, err
	}
	var groups []model.Team
	for _, v := range found {
		if t, ok := v.(model.Team); ok {
			groups = append(groups, t)
		} else if u, ok := v.(model.User); ok {
			out.Resources = append(out.Resources, show.show(u))
		}
	}
	shown, err := h.showGroups(ctx, groups, show)
	for _, g := range shown {
		out.Resources = append(out.Resources, g)
	}
	out.ItemsPerPage = len(out.Resources)
	return out, err
}

// everything finds the page's users and teams, and sets the total.
func (h *handlers) everything(ctx context.Context, in *searchAllIn, out *SCIMList) (all []any, err error) {
	c := in.Request()
	if in.filtered() {
		users, err := in.users.find(ctx, c)
		if err != nil {
			return nil, err
		}
		groups, err := in.groups.find(ctx, c)
		for _, u := range users {
			all = append(all, u)
		}
		for _, t := range groups {
			all = append(all, t)
		}
		out.TotalResults = len(all)
		in.bound(len(users))
		return pageOf(in.listing, all), err
	}
	in.bound(len(in.ids))
	for _, id := range in.teams {
		in.ids = append(in.ids, groupsBehind+id)
	}
	err = in.page(ctx, h.store, c, func(ctx context.Context, ids []int64) error {
		keys := userKeys(nil)
		for _, id := range ids {
			if id > groupsBehind {
				keys = append(keys, teamKeys([]int64{id - groupsBehind})...)
			} else {
				keys = append(keys, userKeys([]int64{id})...)
			}
		}
		return c.ReadShown(ctx, keys...)
	}, func(id int64) bool {
		if id > groupsBehind {
			t, ok := foundGroup(c, id-groupsBehind)
			if ok {
				all = append(all, t)
			}
			return ok
		}
		u, ok := found(c, id)
		if ok {
			all = append(all, u)
		}
		return ok
	})
	out.TotalResults = in.total
	return all, err
}
