package account

import (
	"context"
	"encoding/json"
	"strings"

	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// SCIMUserList is a page of users (RFC 7644, 3.4.2).
type SCIMUserList struct {
	Schemas      []string   `json:"schemas"`
	TotalResults int        `json:"totalResults" doc:"May count users who were deleted within the last 30 days, except on the last page"`
	StartIndex   int        `json:"startIndex"`
	ItemsPerPage int        `json:"itemsPerPage"`
	Resources    []SCIMUser `json:"Resources"`
}

const (
	mostListed  = 200     // users in one answer
	mostCounted = 100_000 // users that are counted to find a page
)

// query is what a list is asked, in its query or in the body of a search.
type query struct {
	filter     string
	startIndex int
	count      int

	address string // what the filter compares userName with; "" without filter
	ids     []int64
}

// check reads the filter. The only one there is compares the userName.
func (q *query) check() error {
	q.startIndex = max(1, q.startIndex)
	q.count = min(max(0, q.count), mostListed)
	if strings.TrimSpace(q.filter) == "" {
		q.address = ""
		return nil
	}
	wrong := badSCIM(invalidFilter, `The only filter is userName eq "…"`)
	words := strings.SplitN(strings.TrimSpace(q.filter), " ", 3)
	if len(words) < 3 || !strings.EqualFold(words[1], "eq") {
		return wrong
	}
	if name, ours := attributeOf(words[0]); !ours || name != "username" {
		return wrong
	}
	if json.Unmarshal([]byte(words[2]), &q.address) != nil || q.address == "" {
		return wrong
	}
	return nil
}

// needs asks whose address the filter names, or for the ids of all users: SCIM
// counts its pages, so they have to be counted here.
func (q *query) needs(f *guard.Fetch) {
	if q.address != "" {
		f.Rows(store.EmailKey(f.Organization, q.address))
		return
	}
	s := f.Store()
	guard.Ask(f, &q.ids, func(ctx context.Context) ([]int64, error) {
		return s.AllUsersOfOrganization(ctx, f.Organization, mostCounted+1)
	})
}

// answer reads the users themselves. One who was deleted is still counted until
// he is purged, so a page is filled up from what follows it, and where nothing
// follows the count is corrected: whoever goes on by startIndex plus
// itemsPerPage until totalResults meets everyone, some perhaps twice, and ends.
func (q *query) answer(ctx context.Context, c *guard.Case, show partial) (SCIMUserList, error) {
	out := SCIMUserList{Schemas: []string{listSchema}, StartIndex: q.startIndex}
	ids := q.ids
	if q.address != "" {
		ids = nil
		if e, ok := table.Emails.At(c.Rows(), store.EmailKey(c.Organization.ID, q.address)); ok {
			ids = []int64{e.UserID}
		}
	}
	if len(ids) > mostCounted {
		return out, badSCIM(tooMany, "There are too many users to count. Filter by userName.")
	}
	out.TotalResults = len(ids)
	if q.count == 0 && q.address == "" {
		return out, nil
	}
	ids = ids[min(q.startIndex-1, len(ids)):]
	count := max(1, q.count)
	for len(out.Resources) < count && len(ids) > 0 {
		chunk := ids[:min(len(ids), count)]
		if err := c.ReadShown(ctx, userKeys(chunk)...); err != nil {
			return out, err
		}
		for i, id := range chunk {
			if u, ok := found(c, id); ok {
				out.Resources = append(out.Resources, show.show(u))
			}
			if len(out.Resources) == count {
				chunk = chunk[:i+1]
				break
			}
		}
		ids = ids[len(chunk):]
	}
	if len(ids) == 0 {
		out.TotalResults = min(out.TotalResults, q.startIndex-1) + len(out.Resources)
	}
	if q.count == 0 {
		out.Resources = nil
	}
	out.ItemsPerPage = len(out.Resources)
	return out, nil
}

func userKeys(ids []int64) []table.Primary {
	keys := make([]table.Primary, len(ids))
	for i, id := range ids {
		keys[i] = table.Users.Key(id)
	}
	return keys
}

// found is a user whose row was read, unless he is deleted.
func found(c *guard.Case, id int64) (model.User, bool) {
	u, ok := c.UserRow(id)
	return u, ok && u.DeletedOn == nil
}

type listSCIMIn struct {
	guard.In
	partial
	Filter     string `query:"filter" maxLength:"1000" doc:"userName eq \"…\", and nothing else"`
	StartIndex int    `query:"startIndex" default:"1" doc:"The first of the page, counted from 1"`
	Count      int    `query:"count" default:"200" doc:"How many at most; 200 are the most there are"`

	query
}

// Check refuses a filter that isn't the one there is.
func (in *listSCIMIn) Check(model.Time) error {
	in.query = query{filter: in.Filter, startIndex: in.StartIndex, count: in.Count}
	return in.check()
}

// Needs asks for the users' ids.
func (in *listSCIMIn) Needs(f *guard.Fetch) { in.needs(f) }

func (h *handlers) listSCIM(ctx context.Context, in *listSCIMIn) (SCIMUserList, error) {
	return in.answer(ctx, in.Case(), in.partial)
}

type searchSCIMIn struct {
	guard.In
	Body struct {
		Attributes []string `json:"attributes,omitempty" maxItems:"100"`
		Excluded   []string `json:"excludedAttributes,omitempty" maxItems:"100"`
		Filter     *string  `json:"filter" required:"false" maxLength:"1000"`
		StartIndex *int     `json:"startIndex" required:"false" default:"1"`
		Count      *int     `json:"count" required:"false" default:"200"`
	}

	query
}

// Check refuses a filter that isn't the one there is.
func (in *searchSCIMIn) Check(model.Time) error {
	in.query = query{startIndex: *in.Body.StartIndex, count: *in.Body.Count}
	if in.Body.Filter != nil {
		in.filter = *in.Body.Filter
	}
	return in.check()
}

// Needs asks for the users' ids.
func (in *searchSCIMIn) Needs(f *guard.Fetch) { in.needs(f) }

// searchSCIM is listSCIM with its question in the body, which keeps addresses
// out of logs. Users are all that there is to search.
func (h *handlers) searchSCIM(ctx context.Context, in *searchSCIMIn) (SCIMUserList, error) {
	return in.answer(ctx, in.Case(), partial{strings.Join(in.Body.Attributes, ","), strings.Join(in.Body.Excluded, ",")})
}
