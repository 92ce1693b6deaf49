package account

import (
	"context"
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// SCIMUserList is a page of users (RFC 7644, 3.4.2).
type SCIMUserList struct {
	Schemas      []string   `json:"schemas"`
	TotalResults int        `json:"totalResults" doc:"Those of the pages before, as they were listed, and who follows them now"`
	StartIndex   int        `json:"startIndex"`
	ItemsPerPage int        `json:"itemsPerPage"`
	Resources    []SCIMUser `json:"Resources"`
}

// query is the query of a list, from the URL or from the body of a search.
type query struct {
	listing
	filter string
	where  finder
}

// check parses the filter, and refuses an unknown one.
func (q *query) check() (err error) {
	q.listing, q.where = q.mended(), nil
	q.list = "users"
	if strings.TrimSpace(q.filter) != "" {
		q.where, err = readFilter(q.filter, userSchema, userFilters, "username", "externalid", "id", "emails")
	}
	return err
}

// needs asks for the rows of the filter, or for the ids of all users: SCIM pages by
// number, so all have to be counted.
func (q *query) needs(f *request.Fetch) {
	if q.where != nil {
		q.where.needs(f)
		return
	}
	s := f.Store()
	request.Ask(f, &q.ids, func(ctx context.Context) ([]int64, error) {
		return s.UsersOfOrganization(ctx, f.Organization, 0, mostCounted+1)
	})
}

// answerSCIM reads the users of a page.
func (h *handlers) answerSCIM(ctx context.Context, q *query, c *request.Request, show partial) (SCIMUserList, error) {
	out := SCIMUserList{Schemas: []string{listSchema}, StartIndex: q.startIndex}
	var err error
	if q.where != nil {
		var all []model.User
		all, err = q.where.find(ctx, c)
		out.TotalResults = len(all)
		for _, u := range pageOf(q.listing, all) {
			out.Resources = append(out.Resources, show.show(u))
		}
	} else {
		err = q.page(ctx, h.store, c, func(ctx context.Context, ids []int64) error { return c.ReadShown(ctx, userKeys(ids)...) }, func(id int64) bool {
			u, ok := found(c, id)
			if ok {
				out.Resources = append(out.Resources, show.show(u))
			}
			return ok
		})
		out.TotalResults = q.total
	}
	out.ItemsPerPage = len(out.Resources)
	return out, err
}

func userKeys(ids []int64) []store.Key {
	keys := make([]store.Key, len(ids))
	for i, id := range ids {
		keys[i] = store.User(id).Key
	}
	return keys
}

// found returns a user, if their row was read and they aren't deleted.
func found(c *request.Request, id int64) (model.User, bool) {
	u, ok := c.UserRow(id)
	return u, ok && u.DeletedOn == nil
}

type listSCIMIn struct {
	request.In
	partial
	Filter     string `query:"filter" maxLength:"1000" doc:"userName, externalId, id or emails.value eq \"…\", several with and between them"`
	StartIndex int    `query:"startIndex" default:"1" doc:"The first of the page, counted from 1"`
	Count      int    `query:"count" default:"200" doc:"How many at most; 200 are the most there are"`

	query
}

// Validate refuses an unknown filter.
func (in *listSCIMIn) Validate(model.Time) error {
	in.query = query{filter: in.Filter, listing: listing{startIndex: in.StartIndex, count: in.Count}}
	return in.check()
}

// Load asks for the users' ids.
func (in *listSCIMIn) Load(f *request.Fetch) { in.needs(f) }

func (h *handlers) listSCIM(ctx context.Context, in *listSCIMIn) (SCIMUserList, error) {
	return h.answerSCIM(ctx, &in.query, in.Request(), in.partial)
}

// searchBody is the body of a search (RFC 7644, 3.4.3).
type searchBody struct {
	Attributes []string `json:"attributes,omitempty" maxItems:"100"`
	Excluded   []string `json:"excludedAttributes,omitempty" maxItems:"100"`
	Filter     *string  `json:"filter" required:"false" maxLength:"1000"`
	StartIndex *int     `json:"startIndex" required:"false" default:"1"`
	Count      *int     `json:"count" required:"false" default:"200"`
}

func (b searchBody) partial() partial {
	return partial{strings.Join(b.Attributes, ","), strings.Join(b.Excluded, ",")}
}

type searchSCIMIn struct {
	request.In
	Body searchBody

	query
}

// Validate refuses an unknown filter.
func (in *searchSCIMIn) Validate(model.Time) error {
	in.query = query{filter: text(in.Body.Filter), listing: listing{startIndex: *in.Body.StartIndex, count: *in.Body.Count}}
	return in.check()
}

// Load asks for the users' ids.
func (in *searchSCIMIn) Load(f *request.Fetch) { in.needs(f) }

// searchSCIM is listSCIM with its query in the body, which keeps addresses out of logs.
func (h *handlers) searchSCIM(ctx context.Context, in *searchSCIMIn) (SCIMUserList, error) {
	return h.answerSCIM(ctx, &in.query, in.Request(), in.Body.partial())
}
