package member

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/mail"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Place is a project, a team or an organisation to which a user is invited.
type Place struct {
	Ref           model.Ref     // a project, a team or an organisation
	Key           table.Primary // of its row; zero for an organisation
	Project, Team *int64
	User          *int64 // the user for whom the invitation is; nil for whoever has the address
	Epoch         int64  // as it was read
	Title         string // in letters
}

// InviteToProject returns a project as a Place.
func InviteToProject(p model.Project) Place {
	return Place{Ref: model.KindProject.Ref(p.ID), Key: resource.Project.Key(p.ID), Project: &p.ID, Epoch: p.Epoch, Title: "the project " + p.Name}
}

// InviteToTeam returns a team as a Place.
func InviteToTeam(t model.Team) Place {
	return Place{Ref: model.KindTeam.Ref(t.ID), Key: resource.Team.Key(t.ID), Team: &t.ID, Epoch: t.Epoch, Title: "the workspace " + t.Name}
}

// InviteToOrganization returns an organisation as a Place for one of its users.
func InviteToOrganization(o model.Organization, user int64) Place {
	return Place{Ref: model.KindOrganization.Ref(o.ID), Title: o.OrgName, User: &user}
}

// InviteWarnings are the warnings of an invitation whose link is shown to the caller,
// for an invited user of a rank.
func InviteWarnings(c *request.Request, rank access.Rank) []string {
	if c.NeedsKey(rank) {
		return []string{"needs_key"}
	}
	return nil
}

// Invitation is the state of an address at a place: its newest invitation, if any.
type Invitation struct {
	was *model.InviteOf
	old *model.Invite
}

// Ask asks for the rows of the address: its InviteOf at the place, and its Email.
func (o *Invitation) Ask(f *request.Fetch, place, email string) {
	f.Rows(table.InvitesOf.Key(place, model.AddressKey(email)), store.EmailKey(f.Organization, email))
}

// Keys are the keys of the rows to read after those of Ask, before Take.
func (o *Invitation) Keys(c *request.Request, place, email string) []table.Primary {
	if of, ok := table.InvitesOf.In(c.Rows(), place, model.AddressKey(email)); ok {
		return []table.Primary{table.Invites.Key(of.InviteID)}
	}
	return nil
}

// Take sets the newest invitation from the rows that were read.
func (o *Invitation) Take(c *request.Request, place, email string) {
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

// Pending returns the newest invitation where it was neither accepted nor revoked,
// expired or not.
func (o *Invitation) Pending() (model.Invite, bool) {
	if o.old == nil || o.old.Status != model.InvitePending {
		return model.Invite{}, false
	}
	return *o.old, true
}

// Make notes an invitation, which replaces the one before, and notifies the user who has
// the address, unless they were notified of that one. Where letters are configured, one
// with the link leaves once the invitation is committed. show gets a link to be shown to
// the caller where none leaves: at once, or when the letter has failed.
func (o *Invitation) Make(ctx context.Context, s *store.Store, c *request.Request, p Place, email, role string, lasts time.Duration, show func(link string)) (model.Invite, error) {
	id, err := s.NewID(ctx, model.InviteIDs)
	if err != nil {
		return model.Invite{}, err
	}
	secret, letter := model.NewSecret(), model.NewSecret()
	email = model.TidyAddress(email)
	i := model.Invite{
		ID: id, OrganizationID: c.Organization.ID, Place: p.Ref.String(), ProjectID: p.Project, TeamID: p.Team, Epoch: p.Epoch, Email: email, Role: role,
		TokenHash: model.HashSecret(secret), MailHash: model.HashSecret(letter), MadeBy: c.Voucher(), ForUser: p.User, FreeIn: c.Organization.Epoch,
		Status: model.InvitePending, ExpiresOn: c.Now.Add(lasts), Stamp: model.Created(c.Stamp, c.Now),
	}
	if known, ok := table.Emails.At(c.Rows(), store.EmailKey(c.Organization.ID, email)); ok {
		i.ForUser, i.FreeIn = &known.UserID, 0
		if !o.told(known.UserID, c.Now) {
			c.Notify(known.UserID, model.NoticeInvited, p.Ref.String())
		}
	}
	s.CreateInvite(&c.Tx, p.Key, i, o.was, o.old)
	c.Record(audit.InviteMade{Invite: i.ID, Place: p.Ref, Role: role})
	post := mail.From(ctx)
	shown, sent := post.Link(path(c, p, token(id, secret))), post.Link(path(c, p, token(id, letter)))
	deliver(c, post, p, email, sent, func() { show(shown) })
	return i, nil
}

// told reports whether a user was notified already, of the invitation before, which they
// can still accept.
func (o *Invitation) told(user int64, now model.Time) bool {
	return o.old != nil && o.old.StatusAt(now) == model.InvitePending && o.old.ForUser != nil && *o.old.ForUser == user
}

// deliver notes the letter with a link, or calls show where none is sent or it fails.
func deliver(c *request.Request, post *mail.Sender, p Place, email, link string, show func()) {
	if !post.Sends() {
		show()
		return
	}
	text := fmt.Sprintf("You are invited to join %s of %s. To accept, open this link:\n\n%s\n\nIt is for you alone. If you did not expect it, ignore this letter.\n", p.Title, c.Organization.OrgName, link)
	c.Send(func(ctx context.Context) error {
		err := post.Send(ctx, email, "You are invited to "+p.Title, text)
		if err != nil {
			show()
		}
		return err
	})
}

// path is the path of the front end's page that accepts an invitation. The token is in
// the fragment, which browsers send to no server.
func path(c *request.Request, p Place, token string) string {
	query := url.Values{}
	if p.Project != nil {
		query.Set("project_id", strconv.FormatInt(*p.Project, 10))
	} else {
		query.Set("organization_id", strconv.FormatInt(c.Organization.ID, 10))
	}
	if p.Team != nil {
		query.Set("workspace_id", strconv.FormatInt(*p.Team, 10))
	}
	return "/invite?" + query.Encode() + "#token=" + token
}

func token(id int64, secret string) string { return strconv.FormatInt(id, 10) + "." + secret }

// AskInvite asks for the row of a token's invitation.
func AskInvite(f *request.Fetch, t model.InviteToken) {
	if t.ID != 0 {
		f.Rows(table.Invites.Key(t.ID))
	}
}

// OpenedInvite returns the invitation that a token opens, expired and accepted ones
// included. It is false for an unknown or wrong token, a revoked invitation, and another
// organisation's.
func OpenedInvite(c *request.Request, t model.InviteToken) (model.Invite, bool) {
	i, ok := table.Invites.In(c.Rows(), t.ID)
	if !ok || !t.Opens(i) || i.OrganizationID != c.Organization.ID || i.Status == model.InviteRevoked {
		return model.Invite{}, false
	}
	return i, true
}
