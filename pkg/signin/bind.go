package signin

import (
	"context"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Arrival is the first sign-in of a subject.
type Arrival struct {
	Identity
	Within int64         // the organisation that they must belong to; 0 for any
	Invite *model.Invite // the pending invitation whose token the request has; nil for none
	Now    model.Time    // of the request
	// Note records who signed in, and how they were identified, in the transaction that
	// binds them.
	Note func(tx *table.Tx, u model.User, how string)
}

// How a user was identified at their first sign-in.
const (
	ByAddress    = "address"    // the user has the address, and their organisation has proved its domain
	ByInvitation = "invitation" // the address was invited, and the request has the invitation's token
	ByDomain     = "domain"     // the sign-in created the user: an organisation has proved the domain and admits everybody of it
)

// Bind finds or creates the user of an arrival, as Meet does, and binds the subject to
// them.
func (a Arrival) Bind(ctx context.Context, s *store.Store) error {
	m, err := a.Meet(ctx, s)
	if err != nil {
		return err
	}
	var tx table.Tx
	m.Note(&tx)
	return s.Commit(ctx, &tx)
}

// Met is the user of an arrival, and the writes that bind the subject to them.
type Met struct {
	User model.User
	Made bool               // Note creates the user
	Note func(tx *table.Tx) // notes the writes
}

// Meet finds the user of an arrival, who may be a new one. With an invitation, it is the
// user of the invited address in the invitation's organisation; else the user of the
// address in the organisation that has proved its domain. An address alone, or a domain
// that nobody has proved, decides nothing.
//
// It refuses with 401. It returns table.ErrStale where rows changed meanwhile, as
// committing Note's writes does: then call it again, unless another request has bound
// the subject.
func (a Arrival) Meet(ctx context.Context, s *store.Store) (Met, error) {
	address, ok := model.ParseAddress(a.Email)
	if !ok {
		return Met{}, TurnedAway("first sign-in without a verified address")
	}
	f, err := a.look(ctx, s, address)
	if err != nil {
		return Met{}, err
	}
	if f.holder != nil {
		return a.claim(ctx, s, f)
	}
	return a.arrive(ctx, s, f)
}

// found are an organisation's rows about an address.
type found struct {
	key          string
	organization model.Organization
	proof        *model.Proof  // nil with an invitation
	domain       *model.Domain // the address's, nil where the organisation doesn't claim it
	holder       *model.Email  // nil where nobody has the address
	named        bool          // the address is another user's userName
}

// look finds the organisation of an arrival, and reads its rows about the address. It
// refuses with 401.
func (a Arrival) look(ctx context.Context, s *store.Store, address model.Address) (found, error) {
	f := found{key: address.Key()}
	var organization int64
	if a.Invite != nil {
		if a.Invite.EmailKey != f.key {
			return f, TurnedAway("first sign-in with an invitation to another address")
		}
		organization = a.Invite.OrganizationID
	} else {
		rows, err := s.Read(ctx, table.Proofs.Key(address.Domain))
		if err != nil {
			return f, err
		}
		p, ok := table.Proofs.In(rows, address.Domain)
		if !ok || Anybodys(address.Domain) {
			return f, TurnedAway("first sign-in, not invited, of a domain that no organization has proved")
		}
		f.proof, organization = &p, p.OrganizationID
	}
	if a.Within != 0 && a.Within != organization {
		return f, TurnedAway("first sign-in with a key of another organization")
	}
	name := store.ProvisionedKey(organization, model.UserNames, a.Email)
	rows, err := s.Read(ctx, table.Organizations.Key(organization), table.Emails.Key(organization, f.key), table.Domains.Key(organization, address.Domain), name)
	if err != nil {
		return f, err
	}
	o, ok := table.Organizations.In(rows, organization)
	if !ok || o.IsDeleted {
		return f, TurnedAway("first sign-in of an organization that is gone")
	}
	f.organization, f.named = o, store.HolderOf(rows, name) != 0
	if d, ok := table.Domains.In(rows, organization, address.Domain); ok {
		f.domain = &d
	}
	if e, ok := table.Emails.In(rows, organization, f.key); ok {
		f.holder = &e
	}
	return f, nil
}

// uphold demands that the invitation or the proof that named the organisation is
// unchanged.
func (a Arrival) uphold(tx *table.Tx, f found) {
	if a.Invite != nil { // a revocation meanwhile makes the write stale
		table.Invites.Check(tx, *a.Invite)
	}
	if f.proof != nil {
		table.Proofs.Check(tx, *f.proof)
	}
}

// claim binds the arrival to the user who has the address. It refuses with 401.
func (a Arrival) claim(ctx context.Context, s *store.Store, f found) (Met, error) {
	rows, err := s.Read(ctx, table.Users.Key(f.holder.UserID), table.Bindings.Key(f.holder.UserID, a.Issuer))
	if err != nil {
		return Met{}, err
	}
	u, ok := table.Users.In(rows, f.holder.UserID)
	_, taken := table.Bindings.In(rows, f.holder.UserID, a.Issuer)
	switch {
	case !ok || !u.IsActive:
		return Met{}, TurnedAway("first sign-in of a user who isn't active")
	case taken:
		return Met{}, TurnedAway("first sign-in with the address of a user who is another subject of the issuer")
	case u.EmailKey != f.key || u.OrganizationID != f.organization.ID:
		return Met{}, table.ErrStale
	}
	return Met{User: u, Note: func(tx *table.Tx) {
		a.uphold(tx, f)
		p := table.Users.Key(u.ID)
		tx.If(p, "$ = ?", "is_active", true)
		tx.If(p, "$ = ?", "email_key", u.EmailKey)
		s.Arrive(tx, u, a.Now)
		tx.Add(p, "version", 1) // so that a deletion of the user meanwhile is decided again, and finds the subject
		a.bind(s, tx, u, a.how(ByAddress))
	}}, nil
}

// arrive returns a new user for an address that nobody has yet. It refuses with 401.
func (a Arrival) arrive(ctx context.Context, s *store.Store, f found) (Met, error) {
	if a.Invite == nil && (f.domain == nil || f.domain.VerifiedOn == nil || !f.domain.SignIn) {
		return Met{}, TurnedAway("first sign-in, not invited, of a domain that takes nobody by itself")
	}
	if f.named {
		return Met{}, TurnedAway("first sign-in with an address that is another user's userName")
	}
	id, err := s.NewID(ctx, model.UserIDs)
	if err != nil {
		return Met{}, err
	}
	u := model.User{
		ID: id, OrganizationID: f.organization.ID, Email: a.Email, EmailKey: f.key, FirstName: a.FirstName, LastName: a.LastName,
		IsActive: true, DateJoined: a.Now, AuditKey: model.NewPersonalKey(), ArrivedOn: &a.Now,
	}
	return Met{User: u, Made: true, Note: func(tx *table.Tx) {
		if a.Invite == nil {
			table.Domains.Check(tx, *f.domain)
		}
		a.uphold(tx, f)
		table.Organizations.Check(tx, f.organization)
		s.CreateUser(tx, u)
		a.bind(s, tx, u, a.how(ByDomain))
	}}, nil
}

// how is how the arrival was identified: ByInvitation, or otherwise.
func (a Arrival) how(otherwise string) string {
	if a.Invite != nil {
		return ByInvitation
	}
	return otherwise
}

func (a Arrival) bind(s *store.Store, tx *table.Tx, u model.User, how string) {
	s.BindSubject(tx, model.Subject{
		SubjectKey: a.Subject, IssuerKey: a.Issuer, UserID: u.ID, OrganizationID: u.OrganizationID, CreatedOn: a.Now,
	})
	a.Note(tx, u, how)
}

// TurnedAway is the 401 of valid credentials of somebody who is no user here. The
// reason is for the log.
func TurnedAway(reason string) error {
	return &fault.Fault{Kind: fault.KindUnauthorized, Message: fault.Unauthorized().Message, Cause: &Refused{reason}}
}
