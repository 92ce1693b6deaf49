package request

import (
	"strconv"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Me returns the calling user. It refuses (403) a service key, which has no things of
// its own.
func (c *Request) Me() (model.User, error) {
	if c.User == nil {
		return model.User{}, fault.Forbidden(fault.ReasonOwn)
	}
	return *c.User, nil
}

// UserRow returns a user of the caller's organisation, as answers show them, if their
// row was read.
func (c *Request) UserRow(id int64) (model.User, bool) {
	if c.person == nil || c.person.ID != id {
		u, ok := table.Users.In(c.Rows(), id)
		if !ok || u.OrganizationID != c.Organization.ID {
			return model.User{}, false
		}
		u = u.In(c.Organization)
		c.person = &u
	}
	return *c.person, true
}

// ActiveIn is Active for the users of a list in the request; where ("body.user_ids") is
// its place, which the 404 names with the index.
func (c *Request) ActiveIn(where string, users []int64) error {
	for i, id := range users {
		if c.Active([]int64{id}) != nil {
			return fault.Missing(where + "[" + strconv.Itoa(i) + "]")
		}
	}
	return nil
}

// Active refuses (404) unless all users are active users of the caller's organisation,
// whose rows were read.
func (c *Request) Active(users []int64) error {
	for _, id := range users {
		if u, ok := c.UserRow(id); !ok || !u.IsActive {
			return fault.NotFound()
		}
	}
	return nil
}
