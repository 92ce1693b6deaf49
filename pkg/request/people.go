package request

import (
	"strconv"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Me returns the calling user. A service key is no user: what concerns "one's
// own" things is forbidden to it.
func (c *Request) Me() (model.User, error) {
	if c.User == nil {
		return model.User{}, fault.Forbidden(fault.ReasonOwn)
	}
	return *c.User, nil
}

// UserRow returns a user of the caller's organisation, as shown, if their row was
// read.
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

// ActiveIn is Active for users whom a field of the request names; it tells which
// of them is meant: where is "body.user_ids" for a list.
func (c *Request) ActiveIn(where string, users []int64) error {
	for i, id := range users {
		if c.Active([]int64{id}) != nil {
			return fault.Missing(where + "[" + strconv.Itoa(i) + "]")
		}
	}
	return nil
}

// Active answers 404 where one of the users isn't an active one of the caller's
// organisation.
func (c *Request) Active(users []int64) error {
	for _, id := range users {
		if u, ok := c.UserRow(id); !ok || !u.IsActive {
			return fault.NotFound()
		}
	}
	return nil
}
