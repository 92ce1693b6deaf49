package request

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
)

// Outcome is everything beside writes that a handler notes for the guard.
type Outcome struct {
	Audit      *model.Audit                  // the audit row of the change; nil for none
	Removal    int64                         // the removal that the request begins; 0 for none
	Preview    bool                          // nothing is committed; see Rehearse
	Unfinished bool                          // only a part of the request is noted; see Continue
	Made       int64                         // see Continue
	Version    resource.Row                  // see CheckVersionOf
	Letters    []func(context.Context) error // see Send

	notices []model.Notice
}

// Send notes a message to another system, such as a letter. letter is called once,
// after the request is committed, and never where it isn't. Where it fails, the answer
// is made again, so that the handler's result can say so by then.
func (c *Request) Send(letter func(context.Context) error) {
	c.Outcome.Letters = append(c.Outcome.Letters, letter)
}

// Removes notes the removal that the request begins, whose id the answer has.
func (c *Request) Removes(id int64) { c.Outcome.Removal = id }

// Rehearse makes the request a preview: every check of a decision is made, the answer
// is given, and nothing is committed.
func (c *Request) Rehearse() { c.Outcome.Preview = true }

// Continue says that the noted writes are a part of the request, which doesn't fit
// into one transaction. The part is committed and the request decided again from its
// beginning, where it must find the rest, and only that, to do. made is the id of the
// thing that the request makes, 0 for none; the next part finds it in Continued. If
// the time is over before the last part, the committed parts remain, and the request
// may be sent again.
func (c *Request) Continue(made int64) { c.Outcome.Unfinished, c.Outcome.Made = true, made }

// Record notes the request's audit row, of one change and whatever else that changes.
// Personal data must be encrypted by Personal.
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

// RecordAlso adds further changes to the row of Record; it does nothing where there is
// none.
func (c *Request) RecordAlso(changes ...audit.Change) {
	if c.Outcome.Audit != nil {
		*c.Outcome.Audit = audit.Also(*c.Outcome.Audit, changes...)
	}
}

// Audited reports whether the request has an audit row.
func (c *Request) Audited() bool { return c.Outcome.Audit != nil }

// Notify notes that a user gets a notification of the request's change to a resource.
// It is part of the audit row, so it must be called before Record. A user gets none of
// their own changes.
func (c *Request) Notify(user int64, kind, resource string) {
	if c.Caller.Is(user) {
		return
	}
	c.Outcome.notices = append(c.Outcome.notices, model.Notice{UserID: user, Kind: kind, Resource: resource})
}

// Personal returns personal data about u, encrypted for the audit log.
func (c *Request) Personal(u model.User, text string) string { return model.Conceal(u.AuditKey, text) }

// CheckVersionOf sets the row whose version the request's If-Match must name, instead
// of the line's first resource.
func (c *Request) CheckVersionOf(row resource.Row) { c.Outcome.Version = row }
