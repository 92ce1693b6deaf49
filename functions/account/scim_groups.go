package account

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"wardroom/pkg/member"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// SCIMGroupList is a page of groups (RFC 7644, 3.4.2).
type SCIMGroupList struct {
	Schemas      []string    `json:"schemas"`
	TotalResults int         `json:"totalResults" doc:"Those of the pages before, as they were listed, and what follows them now"`
	StartIndex   int         `json:"startIndex"`
	ItemsPerPage int         `json:"itemsPerPage"`
	Resources    []SCIMGroup `json:"Resources"`
}

const groupFilters = `The filters are displayName, externalId, id and members.value, each eq "…", and several with and between them`

// mostWithMembers is the most groups in an answer with their members.
const mostWithMembers = 20

type listGroupsIn struct {
	request.In
	partial
	Filter     string `query:"filter" maxLength:"1000" doc:"displayName, externalId, id or members.value eq \"…\", several with and between them"`
	StartIndex int    `query:"startIndex" default:"1" doc:"The first of the page, counted from 1"`
	Count      int    `query:"count" default:"200" doc:"How many at most; 200 are the most there are, and 20 unless members are excluded"`

	listing
	groupFinder
}

// Validate refuses an unknown filter.
func (in *listGroupsIn) Validate(model.Time) (err error) {
	in.listing = listing{startIndex: in.StartIndex, count: in.Count, list: "groups"}.mended()
	if in.membersWanted() {
		in.count = min(in.count, mostWithMembers)
	}
	in.groupFinder, err = findGroups(in.Filter)
	return err
}

// Load asks for the ids of the teams that may meet the filter, or of all.
func (in *listGroupsIn) Load(f *request.Fetch) {
	if in.where != nil {
		in.needs(f)
		return
	}
	s := f.Store()
	request.Ask(f, &in.ids, func(ctx context.Context) ([]int64, error) {
		return s.TeamsOfOrganization(ctx, f.Organization, 0, mostCounted+1)
	})
}

// groupFinder finds groups that meet all of its conditions.
type groupFinder struct {
	where []condition
	led   []int64     // teams that an index has for the first condition
	keys  []store.Key // keys of the rows that lead from it to a team
}

// findGroups parses a filter; the empty one finds nothing.
func findGroups(filter string) (g groupFinder, err error) {
	if strings.TrimSpace(filter) != "" {
		g.where, err = readFilter(filter, groupSchema, groupFilters, "displayname", "externalid", "id", "members")
	}
	return g, err
}

// needs asks for the teams that meet the first condition.
func (g *groupFinder) needs(f *request.Fetch) {
	if g.where == nil {
		return
	}
	s, o := f.Store(), f.Organization
	switch first := g.where[0]; first.attribute {
	case "displayname":
		g.keys = []store.Key{member.GroupNameKey(o, first.text)}
		request.Ask(f, &g.led, func(ctx context.Context) ([]int64, error) { return s.TeamsNamed(ctx, o, first.text) })
	case "externalid":
		g.keys = []store.Key{store.ProvisionedKey(o, model.ExternalGroups, first.text)}
	case "members":
		if user, ok := idIn(first.text); ok {
			request.Ask(f, &g.led, func(ctx context.Context) ([]int64, error) { return store.Every(ctx, s.TeamsOfUser, user) })
		}
	case "id":
		if id, ok := idIn(first.text); ok {
			g.led = []int64{id}
		}
	}
	f.Rows(g.keys...)
}

// idIn parses an id; false for text that is none.
func idIn(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0
}

func (h *handlers) listGroups(ctx context.Context, in *listGroupsIn) (SCIMGroupList, error) {
	out := SCIMGroupList{Schemas: []string{listSchema}, StartIndex: in.startIndex}
	c := in.Request()
	var found []model.Team
	var err error
	if in.where != nil {
		found, err = in.find(ctx, c)
		out.TotalResults = len(found)
		found = pageOf(in.listing, found)
	} else {
		err = in.page(ctx, h.store, c, func(ctx context.Context, ids []int64) error { return c.ReadShown(ctx, teamKeys(ids)...) }, func(id int64) bool {
			t, ok := foundGroup(c, id)
			if ok {
				found = append(found, t)
			}
			return ok
		})
		out.TotalResults = in.total
	}
	if err != nil {
		return out, err
	}
	out.Resources, err = h.showGroups(ctx, found, in.partial)
	out.ItemsPerPage = len(out.Resources)
	return out, err
}

// pageOf returns the page of a complete list.
func pageOf[T any](l listing, all []T) []T {
	from := min(l.startIndex-1, len(all))
	return all[from:min(from+l.count, len(all))]
}

// find returns the teams that meet all conditions, by id.
func (g *groupFinder) find(ctx context.Context, c *request.Request) ([]model.Team, error) {
	if g.where == nil {
		return nil, nil
	}
	ids := g.led
	for _, key := range g.keys {
		if id := store.HolderOf(c.Rows(), key); id != 0 {
			ids = append(ids, id)
		}
	}
	ids = model.Distinct(ids)
	slices.Sort(ids)
	keys := teamKeys(ids)
	for _, w := range g.where {
		if user, ok := idIn(w.text); ok && w.attribute == "members" {
			for _, id := range ids {
				keys = append(keys, store.TeamMember(id, user).Key)
			}
		}
	}
	if err := c.ReadShown(ctx, keys...); err != nil {
		return nil, err
	}
	var found []model.Team
	for _, id := range ids {
		if t, ok := foundGroup(c, id); ok && g.meets(c, t) {
			found = append(found, t)
		}
	}
	return found, nil
}

// meets reports whether a team meets all conditions.
func (g *groupFinder) meets(c *request.Request, t model.Team) bool {
	for _, w := range g.where {
		met := false
		switch w.attribute {
		case "id":
			met = w.text == strconv.FormatInt(t.ID, 10)
		case "displayname":
			met = model.FoldKey(w.text) == model.FoldKey(t.Name)
		case "externalid":
			met = w.text != "" && w.text == t.ExternalID
		case "members":
			if user, ok := idIn(w.text); ok {
				_, met = c.TeamMember(t.ID, user)
			}
		}
		if !met {
			return false
		}
	}
	return true
}
