package guard

import (
	"context"
	"errors"
	"net/http"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
	"wardroom/pkg/signin"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// Inviting is the input of an operation that accepts invitations. Its token admits
// callers who aren't users yet: see welcome.
type Inviting interface{ Invitation() model.InviteToken }

// arriving has the writes by which a caller admitted by an invitation becomes a user:
// the user's row, where nobody has the address yet, and the binding of their subject.
// They are part of the transaction that accepts the invitation, so a refused request
// leaves no user behind.
type arriving struct {
	made *model.User // nil where the user exists already
	note func(tx *table.Tx)
}

// rows returns the row of a user who isn't written yet, as if it had been read.
func (a *arriving) rows() (table.Rows, error) {
	if a == nil || a.made == nil {
		return nil, nil
	}
	item, err := table.Users.Item(*a.made)
	return table.Rows{table.Users.Key(a.made.ID): item}, err
}

// written notes the arrival in the request's transaction.
func (a *arriving) written(tx *table.Tx) {
	if a != nil {
		a.note(tx)
	}
}

// unarmed reports whether a request carries no credential at all.
func unarmed(h http.Header) bool {
	return len(h.Values("Authorization")) == 0 && len(h.Values(subscriptionHeader)) == 0
}

// welcome identifies a stranger by the token of an invitation, before every try of
// the request. A stranger with an issuer's token whose subject is bound to nobody, and
// which has the invited address, will be bound to the user of that address, who will
// be created where there is none. Where no issuer is configured, the invitation's token
// alone suffices, under the terms of byLink. Nothing is written yet: see arriving.
// Anybody else gets a 401, and a 410 with the token of an expired invitation.
func (v *visit) welcome(ctx context.Context, call api.Call) error {
	in, ok := call.In.(Inviting)
	if !ok {
		return fault.Unauthorized()
	}
	for try := 0; ; try++ {
		err := v.letIn(ctx, in.Invitation())
		if fault.Is(err, fault.KindUnauthorized) { // whatever it is: the log says that
			return fault.Of(err).On("body.token", "lets nobody in: it was used, replaced or revoked, or the invited person must send a key or token of their own beside it")
		}
		if !errors.Is(err, table.ErrStale) {
			return err
		}
		if !pause(ctx, try) {
			return fault.Unavailable(err)
		}
		if again := v.again(ctx); v.token != nil && !errors.Is(again, errUnbound) { // bound by another request
			return again
		}
	}
}

func (v *visit) letIn(ctx context.Context, token model.InviteToken) error {
	now := v.guard.now()
	i, err := v.invitation(ctx, token, now)
	if err != nil {
		return err
	}
	if v.token == nil {
		return v.byLink(ctx, i, token.WasMailed(i), now)
	}
	a := v.arrival(now, telemetry.From(ctx))
	a.Invite = &i
	b, err := a.Meet(ctx, v.guard.store)
	if err != nil {
		return err
	}
	v.arriving = &arriving{note: b.Note}
	if b.Made {
		v.arriving.made = &b.User
	}
	v.becomes(ctx, b.User.OrganizationID, b.User.ID)
	return nil
}

// acceptedBefore returns the stored answer to a caller without any credential who
// repeats an accepted request, with the same invitation's token, Idempotency-Key and
// body, while the account is active. The answer lacks the key that it showed. Anybody
// else with a used token gets the refusal.
func (v *visit) acceptedBefore(ctx context.Context, call api.Call, refusal error) (api.Answer, error) {
	in, ok := call.In.(Inviting)
	if !ok || !v.stranger || v.token != nil || call.IdempotencyKey == "" || !fault.Is(refusal, fault.KindUnauthorized) {
		return api.Answer{}, refusal
	}
	token, s := in.Invitation(), v.guard.store
	rows, err := s.Read(ctx, table.Invites.Key(token.ID))
	if err != nil {
		return api.Answer{}, err
	}
	i, ok := table.Invites.In(rows, token.ID)
	if !ok || !token.Opens(i) || i.Status != model.InviteAccepted || i.AcceptedBy == nil {
		return api.Answer{}, refusal
	}
	v.organization, v.user, v.newcomer = i.OrganizationID, *i.AcceptedBy, nil
	f := v.fetch()
	v.loadCaller(f)
	r := v.loadReplay(f, call)
	if err := f.Run(ctx); err != nil {
		return api.Answer{}, err
	}
	c, err := v.open(ctx, f, v.guard.now())
	if err != nil {
		return api.Answer{}, refusal
	}
	answer, done, err := r.stored(ctx, s, v.op, c)
	switch {
	case fault.Is(err, fault.KindIdempotencyMismatch), err == nil && !done:
		return api.Answer{}, refusal
	case err == nil:
		telemetry.From(ctx).SetPrincipal(v.actor())
	}
	return answer, err
}

// becomes sets who a stranger is, for the request and its log record.
func (v *visit) becomes(ctx context.Context, organization, user int64) {
	v.organization, v.user = organization, user
	record := telemetry.From(ctx)
	record.SetOrganization(organization)
	record.SetPrincipal(v.actor())
}

// invitation reads the pending invitation that a token opens. It refuses with 401,
// also where the invitation's place is deleted, and with 410 where it has expired.
func (v *visit) invitation(ctx context.Context, token model.InviteToken, now model.Time) (model.Invite, error) {
	rows, err := v.guard.store.Read(ctx, table.Invites.Key(token.ID))
	if err != nil {
		return model.Invite{}, err
	}
	i, ok := table.Invites.In(rows, token.ID)
	switch {
	case !ok || !token.Opens(i) || i.Status != model.InvitePending:
		return i, signin.TurnedAway("the token opens no pending invitation")
	case i.StatusAt(now) == model.InviteExpired:
		return i, fault.New(fault.KindExpired, "The invitation has expired")
	}
	place, _ := model.ParseThing(i.Place)
	kind := resource.OfThing(place)
	if kind == nil || kind == &resource.Organization { // an organisation's row is read for every caller
		return i, nil
	}
	if rows, err = v.guard.store.Read(ctx, kind.Key(place.ID)); err != nil {
		return i, err
	}
	view := resource.NewView(i.OrganizationID, now, rows)
	if at, ok := kind.Place(&view, place.ID); !ok || at.IsDeleted {
		return i, signin.TurnedAway("the invitation is to a place that is gone")
	}
	return i, nil
}

// byLink admits a caller who has nothing but the invitation's token. The token proves
// the address where a letter carried it there. The one that was shown to whoever made
// the invitation is as good as their word: it opens accounts of a lower rank than
// theirs alone, while they have that rank. Neither opens an account that ever had a
// key or a bound subject: its owner has a credential.
func (v *visit) byLink(ctx context.Context, i model.Invite, mailed bool, now model.Time) error {
	s := v.guard.store
	name := store.ProvisionedKey(i.OrganizationID, model.UserNames, i.Email)
	keys := []table.Primary{table.Organizations.Key(i.OrganizationID), table.Emails.Key(i.OrganizationID, i.EmailKey), name}
	if i.MadeBy != nil {
		keys = append(keys, table.Users.Key(*i.MadeBy))
	}
	rows, err := s.Read(ctx, keys...)
	if err != nil {
		return err
	}
	o, ok := table.Organizations.In(rows, i.OrganizationID)
	if !ok || o.IsDeleted {
		return signin.TurnedAway("the invitation is to an organization that is gone")
	}
	var u model.User
	if e, known := table.Emails.In(rows, o.ID, i.EmailKey); known {
		if u, err = v.invited(ctx, e); err != nil {
			return err
		}
	}
	if u.ID == 0 && store.HolderOf(rows, name) != 0 {
		return signin.TurnedAway("the invited address is another user's userName")
	}
	if i.ForUser != nil && *i.ForUser != u.ID {
		return signin.TurnedAway("the invitation is for a user who hasn't its address any more")
	}
	rank := access.RankOf(u.IsStaff, u.IsSuperuser)
	if !mailed && !vouched(rows, i, rank) {
		return signin.TurnedAway("the invitation was neither mailed nor made by somebody of a higher rank")
	}
	v.arriving = nil
	if u.ID == 0 {
		if u, err = v.admitNew(ctx, i, o, now); err != nil {
			return err
		}
	}
	if v.newcomer == nil {
		v.newcomer = &request.Newcomer{}
	}
	v.newcomer.Invite, v.newcomer.Rank = i.ID, rank
	v.becomes(ctx, o.ID, u.ID)
	return nil
}

// invited reads the user of an invited address, who must be active and never have had
// a credential.
func (v *visit) invited(ctx context.Context, e model.Email) (model.User, error) {
	rows, err := v.guard.store.Read(ctx, table.Users.Key(e.UserID))
	if err != nil {
		return model.User{}, err
	}
	u, ok := table.Users.In(rows, e.UserID)
	if !ok || !u.IsActive || u.DeletedOn != nil || u.EmailKey != e.EmailKey || u.OrganizationID != e.OrganizationID {
		return u, signin.TurnedAway("the invited user isn't active")
	}
	arrived, err := v.guard.store.HasArrived(ctx, u)
	if err == nil && arrived {
		err = signin.TurnedAway("the invited user has a credential of their own")
	}
	return u, err
}

// vouched reports whether the invitation was made by a user who is of a higher rank
// now.
func vouched(rows table.Rows, i model.Invite, rank access.Rank) bool {
	if i.MadeBy == nil {
		return false
	}
	by, ok := table.Users.In(rows, *i.MadeBy)
	return ok && by.IsActive && by.OrganizationID == i.OrganizationID && access.RankOf(by.IsStaff, by.IsSuperuser) > rank
}

// admitNew returns a new user for an invited address that nobody has, and sets the
// writes that create them.
func (v *visit) admitNew(ctx context.Context, i model.Invite, o model.Organization, now model.Time) (model.User, error) {
	s, record := v.guard.store, telemetry.From(ctx)
	id, err := s.NewID(ctx, model.UserIDs)
	if err != nil {
		return model.User{}, err
	}
	u := model.User{ID: id, OrganizationID: o.ID, Email: i.Email, EmailKey: i.EmailKey, IsActive: true, DateJoined: now, AuditKey: model.NewPersonalKey()}
	v.arriving = &arriving{made: &u, note: func(tx *table.Tx) {
		table.Invites.Check(tx, i)
		table.Organizations.Check(tx, o)
		arrived := u
		arrived.ArrivedOn = &now
		s.CreateUser(tx, arrived)
		s.RecordAudit(tx, v.arrivalAudit(u, signin.ByInvitation, now, record))
	}}
	return u, nil
}

// stillNew reports whether a newcomer's invitation, credentials and rank are as when
// they were admitted. Another request may have been quicker, or their rank have been
// raised. A batch of reads is not a snapshot: their row may be older in it than the
// invitation's.
func stillNew(n *request.Newcomer, u model.User, rows table.Rows) bool {
	if n == nil {
		return true
	}
	i, ok := table.Invites.In(rows, n.Invite)
	return ok && i.Status == model.InvitePending && u.ArrivedOn == nil && access.RankOf(u.IsStaff, u.IsSuperuser) == n.Rank
}
