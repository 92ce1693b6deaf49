package governance

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
)

// Reach is one path by which a user reaches a thing.
type Reach struct {
	ResourceType kindName `json:"resource_type"`
	ResourceID   int64    `json:"resource_id"`
	Permission   string   `json:"permission" doc:"As what: their role in the project, the team or its team, or on the thing in a project; user, application_admin or global_admin for the organization"`
	Via          string   `json:"via" doc:"direct, project:ID, team:ID, rank or access_level. A rank reaches everything: one row says so, for the organization."`
}

type previewIn struct {
	request.In
	api.Paging
	UserID int64 `path:"user_id" example:"16"`

	from   position
	found  []stretch               // of the page's first sources
	places []store.Ref             // the user's places that a source goes through
	has    map[source]*[]store.Ref // on the first page: at most one thing of each of the user's own sources
}

// stretch is a part of a source's things.
type stretch struct {
	position // after which it begins
	found    []store.Ref
}

// placesAtOnce is the number of places whose things are asked for at a time.
const placesAtOnce = 16

// Load asks for the user, and for the first things of the page.
func (in *previewIn) Load(f *request.Fetch) {
	f.Rows(store.User(in.UserID).Key)
	in.from, in.found, in.places, in.has = positionOf(in.After()), nil, nil, nil
	ask := func(list resource.List, into *[]store.Ref, of, after int64, n int) {
		request.Ask(f, into, func(ctx context.Context) ([]store.Ref, error) { return list(ctx, f.Store(), of, after, n) })
	}
	first := slices.Index(sources, in.from.source)
	switch {
	case in.from.inside(): // beginning with the place where the page before ended
		ask(in.from.by.Lists.OfUser, &in.places, in.UserID, max(0, in.from.place-1), placesAtOnce+1)
		return
	case first < ofPlaces: // all of these at once
		for _, s := range sources[first:ofPlaces] {
			in.found = append(in.found, stretch{position: position{source: s}})
		}
		in.found[0].last = in.from.last
	default:
		in.found = []stretch{{position: in.from}}
	}
	for i := range in.found {
		s := &in.found[i]
		of := in.UserID
		if !s.own() {
			of = f.Organization
		}
		ask(s.list(), &s.found, of, s.last, in.Limit+1)
	}
	if in.After() != "" {
		return
	}
	in.has = map[source]*[]store.Ref{}
	for _, s := range sources[ofPlaces:] {
		if s.own() {
			in.has[s] = new([]store.Ref)
			ask(s.list(), in.has[s], in.UserID, 0, 1)
		}
	}
}

// Resolve refuses (404) users of other organisations.
func (in *previewIn) Resolve(_ context.Context, c *request.Request) error {
	if u, ok := store.User(in.UserID).In(c.Rows()); !ok || u.OrganizationID != c.Organization.ID {
		return fault.NotFound()
	}
	return nil
}

// preview lists everything that the user reaches, which is nothing for an inactive one.
func (h *handlers) preview(ctx context.Context, in *previewIn) (api.Page[Reach], error) {
	c := in.Request()
	page := api.Page[Reach]{Items: []Reach{}}
	u, _ := store.User(in.UserID).In(c.Rows())
	if !u.IsActive {
		return page, nil
	}
	who := request.CallerOf(u)
	if in.After() == "" {
		for path, role := range access.RolesByPath(who, c.OrganizationTarget()) {
			page.Items = append(page.Items, Reach{kindName(resource.Organization.Kind.String()), u.OrganizationID, role, path.String()})
		}
	}
	next := in.next(who.Rank)
	if in.from.inside() {
		if err := in.askPlaces(ctx, h.store); err != nil {
			return page, err
		}
		if len(in.places) > placesAtOnce {
			next = position{source: in.from.source, place: in.places[placesAtOnce].ID}.String()
		}
	}
	var keys []store.Key
	for _, s := range in.found {
		keys = s.keys(keys, u.ID, in.Limit)
	}
	if err := c.Read(ctx, keys...); err != nil {
		return page, err
	}
	who.Rank = access.User // the organisation's row stands for everything that a rank reaches
	for _, s := range in.found {
		at := s.position
		for i, found := range s.found {
			if len(page.Items) >= in.Limit || i == in.Limit {
				page.Next = at.String()
				return page, nil
			}
			at.last = found.ID
			if row, ok := s.reach(c, who, found.ID); ok {
				page.Items = append(page.Items, row)
			}
		}
	}
	page.Next = next
	return page, nil
}

// askPlaces asks for the things in each of the places.
func (in *previewIn) askPlaces(ctx context.Context, s *store.Store) error {
	g, ctx := concurrent.WithContext(ctx)
	in.found = make([]stretch, min(len(in.places), placesAtOnce))
	for i := range in.found {
		at := &in.found[i]
		at.position = position{source: in.from.source, place: in.places[i].ID}
		if at.place == in.from.place {
			at.last = in.from.last
		}
		g.Go(func() (err error) {
			at.found, err = at.list()(ctx, s, at.place, at.last, in.Limit+1)
			return err
		})
	}
	return g.Wait()
}

// next returns the position of the next source, "" for none. The first page skips
// sources without things. Open things are skipped for a rank, which reaches everything.
func (in *previewIn) next(rank access.Rank) string {
	last := max(slices.Index(sources, in.from.source)+1, ofPlaces)
	for _, s := range sources[last:] {
		switch {
		case s.by == nil && rank.Admin():
		case in.has != nil && s.by != nil && !in.leads(s):
		default:
			return position{source: s}.String()
		}
	}
	return ""
}

// leads reports whether the user is a member of anything by which a source is reached,
// as far as the first page knows.
func (in *previewIn) leads(s source) bool {
	if found, asked := in.has[s]; asked {
		return len(*found) > 0
	}
	return slices.ContainsFunc(in.found, func(of stretch) bool { return of.kind == s.by && len(of.found) > 0 })
}

// keys adds the keys of the rows that decide whether a user reaches the first n things.
func (s stretch) keys(keys []store.Key, user int64, n int) []store.Key {
	if s.inside() {
		keys = append(keys, s.by.MemberKeys(s.place, 0, user)...)
	}
	for _, at := range s.found[:min(len(s.found), n)] {
		keys = append(keys, s.kind.Key(at.ID))
		if at.Project != 0 {
			keys = append(keys, store.Project(at.Project).Key)
		}
		if s.own() {
			keys = append(keys, s.kind.MemberKeys(at.ID, at.Project, user)...)
		}
	}
	return keys
}

// reach returns the path by which a source leads a user to a thing; false where it
// doesn't.
func (s stretch) reach(c *request.Request, who access.Caller, id int64) (Reach, bool) {
	var line resource.Line
	target, live := s.kind.Find(&c.View, &line, id, who.User)
	if !live {
		return Reach{}, false
	}
	for path, role := range access.RolesByPath(who, target) {
		if via := path.String(); via == s.path(s.place) {
			return Reach{kindName(s.kind.Kind.String()), id, role, via}, true
		}
	}
	return Reach{}, false
}
