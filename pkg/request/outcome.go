package request

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
)

// Outcome is everything beside writes that a handler notes for the guard to do.
type Outcome struct {
	Audit      *model.Audit // of the change, written with it
	Removal    int64        // that the request makes; 0 for none
	Preview    bool         // every check is made, the answer is given, and nothing is written
	Unfinished bool         // what is noted is a part of what was asked for
	Made       int64        // by this part; see Continue
	Version    resource.Row // the row that an If-Match is about, where it isn't the line's first resource
	Letters    []func(context.Context) error

	notices []model.Notice
}

// Send notes what goes to another system, such as a letter: it leaves once, when
// the request's changes are committed, and never where they aren't. The answer is
// made again where it fails, so that a handler's result can say so by then.
func (c *Request) Send(letter func(context.Context) error) {
	c.Outcome.Letters = append(c.Outcome.Letters, letter)
}

// Removes notes the removal that the request makes, of which the answer tells.
func (c *Request) Removes(id int64) { c.Outcome.Removal = id }

// Rehearse makes the request a preview: every check is made, the answer is
// given, and nothing is written.
func (c *Request) Rehearse() { c.Outcome.Preview = true }

// Continue says that what is noted is a part of what the request asks for, where
// one transaction can't hold it all. It is committed, and the request is decided
// again from its beginning, by which it must find the rest to do and only that. Of
// a request that makes something, made is its id, which the next part finds in
// Continued. If the time is over before the end, the parts stay, and the request
// may be sent again.
func (c *Request) Continue(made int64) { c.Outcome.Unfinished, c.Outcome.Made = true, made }

// Record notes the one change of this request for the audit log, and whatever else
// it changes by it. Personal data are in it only as Personal gives them.
func (c *Request) Record(change audit.Change, also ...audit.Change) {
	ip := c.SourceIP
	if c.User != nil {
		ip = c.Personal(*c.User, ip)
	}
	row := audit.Row(model.Audit{
		OrganizationID: c.Organization.ID, TS: c.Now, Actor: c.Actor, Action: c.Operation,
		RequestID: c.ID, SourceIP: ip, Notices: c.Outcome.notices,
	}, change, also...)
	c.Outcome.Audit = &row
}

// RecordAlso adds what else the request changes to what Record noted; to nothing,
// where it noted nothing.
func (c *Request) RecordAlso(changes ...audit.Change) {
	if c.Outcome.Audit != nil {
		*c.Outcome.Audit = audit.Also(*c.Outcome.Audit, changes...)
	}
}

// Audited reports whether the request has noted its change for the audit log.
func (c *Request) Audited() bool { return c.Outcome.Audit != nil }

// Notify notes that a user is to be told of a change to a resource, once it is
// made. It goes with the audit row, so it comes before Record. Nobody is told of
// what they did themselves.
func (c *Request) Notify(user int64, kind, resource string) {
	if c.Caller.Is(user) {
		return
	}
	c.Outcome.notices = append(c.Outcome.notices, model.Notice{UserID: user, Kind: kind, Resource: resource})
}

// Personal returns personal data about u as the audit log may keep them.
func (c *Request) Personal(u model.User, text string) string { return model.Conceal(u.AuditKey, text) }

// CheckVersionOf names the row whose version the request's If-Match is about,
// where it isn't that of the line's first resource.
func (c *Request) CheckVersionOf(row resource.Row) { c.Outcome.Version = row }
