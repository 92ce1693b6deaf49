// Package invite asks people to join a project or a team. The routes of both
// dialects make, renew and end invitations by it.
//
// A token is "<id>.<secret>": the id finds the row, which keeps the secret's
// hash. It is shown or sent once, and never logged or kept.
package invite

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"wardroom/pkg/guard"
	"wardroom/pkg/mail"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// Place is what somebody is invited to.
type Place struct {
	Name          string // "project:151", or "team:7"
	Project, Team *int64
	Title         string // as it is called in a letter
}

// ToProject is a project as a place.
func ToProject(p model.Project) Place {
	return Place{Name: guard.ProjectName(p.ID), Project: &p.ID, Title: "the project " + p.Name}
}

// ToTeam is a team as a place.
func ToTeam(t model.Team) Place {
	return Place{Name: guard.TeamName(t.ID), Team: &t.ID, Title: "the workspace " + t.Name}
}

// Of is what is known of an address at a place, and what a request makes of it.
// It is part of the request's input, so that a request which is tried again
// makes the same invitation, and sends one letter.
type Of struct {
	was *model.InviteOf
	old *model.Invite

	id     int64
	secret string
	sent   bool // a letter was sent
	tried  bool // or at least tried
}

// Ask asks for the place's row of the address, and whose address it is.
func (o *Of) Ask(f *guard.Fetch, place, email string) {
	f.Rows(table.InvitesOf.Key(place, model.AddressKey(email)), store.EmailKey(f.Organization, email))
}

// Keys are the rows to read after those that Ask asked for, before Take.
func (o *Of) Keys(c *guard.Case, place, email string) []table.Primary {
	if of, ok := table.InvitesOf.In(c.Rows(), place, model.AddressKey(email)); ok {
		return []table.Primary{table.Invites.Key(of.InviteID)}
	}
	return nil
}

// Take takes the newest invitation out of what was read.
func (o *Of) Take(c *guard.Case, place, email string) {
	o.was, o.old = nil, nil
	of, ok := table.InvitesOf.In(c.Rows(), place, model.AddressKey(email))
	if !ok {
		return
	}
	o.was = &of
	if old, ok := table.Invites.In(c.Rows(), of.InviteID); ok {
		o.old = &old
	}
}

// Pending returns the invitation that is still to be accepted, an expired one
// too.
func (o *Of) Pending() (model.Invite, bool) {
	if o.old == nil || o.old.Status != model.InvitePending {
		return model.Invite{}, false
	}
	return *o.old, true
}

// Make notes an invitation in place of the one before, sends a letter with its
// link where that is configured, and tells the invited user where the address is
// one's. The link returned is "" where the letter went out.
func (o *Of) Make(ctx context.Context, s *store.Store, c *guard.Case, p Place, email, role string, lasts time.Duration) (model.Invite, string, error) {
	if o.id == 0 {
		id, err := s.NewID(ctx, model.InviteIDs)
		if err != nil {
			return model.Invite{}, "", err
		}
		o.id, o.secret = id, guard.NewSecret()
	}
	email = model.TidyAddress(email)
	i := model.Invite{
		ID: o.id, OrganizationID: c.Organization.ID, Place: p.Name, ProjectID: p.Project, TeamID: p.Team, Email: email, Role: role,
		Status: model.InvitePending, TokenHash: guard.HashSecret(o.secret), ExpiresOn: c.Now.Add(lasts), Stamp: model.Created(c.Stamp, c.Now),
	}
	s.CreateInvite(&c.Tx, i, o.was, o.old)
	if known, ok := table.Emails.At(c.Rows(), store.EmailKey(c.Organization.ID, email)); ok {
		c.Notify(known.UserID, model.NoticeInvited, p.Name)
	}
	c.Audit(guard.InviteName(i.ID), nil, map[string]any{"place": p.Name, "role": role})
	return i, o.deliver(ctx, c, p, email), nil
}

// deliver sends the letter once, and returns the link where it could not.
func (o *Of) deliver(ctx context.Context, c *guard.Case, p Place, email string) string {
	post := mail.From(ctx)
	link := post.Link(o.path(c, p))
	if !o.tried {
		o.tried = true
		err := post.Send(ctx, email, "You are invited to "+p.Title,
			fmt.Sprintf("You are invited to join %s of %s. To accept, open this link:\n\n%s\n\nIt is for you alone. If you did not expect it, ignore this letter.\n", p.Title, c.Organization.OrgName, link))
		if o.sent = err == nil; err != nil && !errors.Is(err, mail.ErrOff) {
			telemetry.From(ctx).SetErr(err) // the request goes on: the answer carries the link
		}
	}
	if o.sent {
		return ""
	}
	return link
}

// path is the page of the front end that accepts. The token stands behind the
// number sign, which browsers send to no server.
func (o *Of) path(c *guard.Case, p Place) string {
	query := url.Values{}
	if p.Project != nil {
		query.Set("project_id", strconv.FormatInt(*p.Project, 10))
	} else {
		query.Set("organization_id", strconv.FormatInt(c.Organization.ID, 10))
		query.Set("workspace_id", strconv.FormatInt(*p.Team, 10))
	}
	return "/invite?" + query.Encode() + "#token=" + token(o.id, o.secret)
}

func token(id int64, secret string) string { return strconv.FormatInt(id, 10) + "." + secret }

// Token is a token as a request carries it.
type Token struct {
	ID   int64 // 0 for what is none
	hash [sha256.Size]byte
}

// Parse reads a token.
func Parse(text string) Token {
	digits, secret, ok := strings.Cut(text, ".")
	id, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || id < 1 || strconv.FormatInt(id, 10) != digits {
		return Token{}
	}
	return Token{id, sha256.Sum256([]byte(secret))}
}

// Ask asks for the invitation.
func (t Token) Ask(f *guard.Fetch) {
	if t.ID != 0 {
		f.Rows(table.Invites.Key(t.ID))
	}
}

// Invite returns the invitation to a place of this kind that the token opens,
// expired and accepted ones too. An unknown token, a wrong one, a revoked one and
// another organisation's are all none.
func (t Token) Invite(c *guard.Case) (model.Invite, bool) {
	i, ok := table.Invites.In(c.Rows(), t.ID)
	if !ok || subtle.ConstantTimeCompare(t.hash[:], i.TokenHash) != 1 || i.OrganizationID != c.Organization.ID || i.Status == model.InviteRevoked {
		return model.Invite{}, false
	}
	return i, true
}
