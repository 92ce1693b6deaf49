package signin

import (
	"context"
	"slices"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/personal"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Arrival is a subject that is met for the first time.
type Arrival struct {
	Identity
	Within int64      // the organisation that he must belong to; 0 for any
	Now    model.Time // of the request
	// Note records who signed in, and how he was known, in the transaction
	// that binds him.
	Note func(tx *table.Tx, u model.User, how string)
}

// How somebody was known at his first sign-in.
const (
	ByAddress    = "address"    // a user had it
	ByInvitation = "invitation" // it was invited, and the user made
	ByDomain     = "domain"     // its organisation takes everybody of its domain, and the user was made
)

// most is how many rows an index is asked for. Two of different organisations
// are too many already; the others may be gone when they are read again.
const most = 20

// Bind finds the one user an arrival is, or makes him, and binds the two. It is
// asked once for each subject. It refuses with 401, and with table.ErrStale
// where something changed meanwhile: then ask again, after looking whether the
// subject has been bound by another request.
func (a Arrival) Bind(ctx context.Context, s *store.Store) error {
	if a.Email == "" {
		return fault.Unauthorized()
	}
	found, err := a.look(ctx, s)
	if err != nil {
		return err
	}
	var tx table.Tx
	switch known := found.holders(); {
	case len(known) == 1 && a.here(known[0].OrganizationID):
		err = a.claim(ctx, s, &tx, known[0])
	case len(known) > 0:
		return fault.Unauthorized() // several organisations, or one that the key isn't of
	default:
		err = a.arrive(ctx, s, &tx, found)
	}
	if err != nil {
		return err
	}
	return s.Commit(ctx, &tx)
}

func (a Arrival) here(organization int64) bool { return a.Within == 0 || a.Within == organization }

// looked is what was found of an address, as just read.
type looked struct {
	key, domain string
	rows        table.Rows
}

// look asks the indexes for an address and reads what they led to.
func (a Arrival) look(ctx context.Context, s *store.Store) (looked, error) {
	address, ok := model.ParseAddress(a.Email)
	if !ok {
		return looked{}, fault.Unauthorized()
	}
	l := looked{key: address.Key(), domain: address.Domain}
	var organizations, invites []int64
	g, gctx := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		organizations, err = s.Holders(gctx, l.key, most)
		return err
	})
	g.Go(func() (err error) {
		invites, err = s.Invited(gctx, l.key, most)
		return err
	})
	if err := g.Wait(); err != nil {
		return l, err
	}
	keys := []table.Primary{table.Domains.Key(l.domain)}
	for _, o := range organizations {
		keys = append(keys, table.Emails.Key(o, l.key))
	}
	for _, i := range invites {
		keys = append(keys, table.Invites.Key(i))
	}
	var err error
	l.rows, err = s.Read(ctx, keys...)
	return l, err
}

// holders are the users' addresses, one of an organisation each.
func (l looked) holders() []model.Email { return table.Emails.All(l.rows) }

// claim binds the arrival to the user who has his address.
func (a Arrival) claim(ctx context.Context, s *store.Store, tx *table.Tx, e model.Email) error {
	rows, err := s.Read(ctx, table.Users.Key(e.UserID), table.Organizations.Key(e.OrganizationID), table.Bindings.Key(e.UserID, a.Issuer))
	if err != nil {
		return err
	}
	u, ok := table.Users.In(rows, e.UserID)
	o, there := table.Organizations.In(rows, e.OrganizationID)
	_, taken := table.Bindings.In(rows, e.UserID, a.Issuer)
	if !ok || !there || !u.IsActive || o.IsDeleted || taken {
		return fault.Unauthorized()
	}
	if u.EmailKey != e.EmailKey || u.OrganizationID != e.OrganizationID {
		return table.ErrStale
	}
	p := table.Users.Key(u.ID)
	tx.If(p, "$ = ?", "is_active", true)
	tx.If(p, "$ = ?", "email_key", u.EmailKey)
	a.bind(s, tx, u, ByAddress)
	return nil
}

// arrive makes the user of an address that nobody has yet.
func (a Arrival) arrive(ctx context.Context, s *store.Store, tx *table.Tx, l looked) error {
	organization, how := a.expected(l)
	if organization == 0 || !a.here(organization) {
		return fault.Unauthorized()
	}
	rows, err := s.Read(ctx, table.Organizations.Key(organization))
	if err != nil {
		return err
	}
	o, ok := table.Organizations.In(rows, organization)
	if !ok || o.IsDeleted || how == ByDomain && (!o.DomainSignIn || model.Fold(o.Domain) != l.domain) {
		return fault.Unauthorized()
	}
	id, err := s.NewID(ctx, model.UserIDs)
	if err != nil {
		return err
	}
	for _, i := range table.Invites.All(l.rows) {
		if how == ByInvitation && i.OrganizationID == o.ID { // one that is revoked meanwhile lets nobody in
			table.Invites.Check(tx, i)
		}
	}
	table.Organizations.Check(tx, o)
	u := model.User{
		ID: id, OrganizationID: o.ID, Email: a.Email, EmailKey: l.key, FirstName: a.FirstName, LastName: a.LastName,
		IsActive: true, DateJoined: a.Now, AuditKey: personal.NewKey(),
	}
	s.CreateUser(tx, u)
	a.bind(s, tx, u, how)
	return nil
}

// expected is the organisation that waits for an address nobody has, 0 for none,
// and why. Whoever was invited is expected where he was, whatever his domain.
func (a Arrival) expected(l looked) (organization int64, how string) {
	var inviting []int64
	for _, i := range table.Invites.All(l.rows) {
		if i.StatusAt(a.Now) == model.InvitePending && i.EmailKey == l.key {
			inviting = append(inviting, i.OrganizationID)
		}
	}
	slices.Sort(inviting)
	switch inviting = slices.Compact(inviting); {
	case len(inviting) == 1:
		return inviting[0], ByInvitation
	case len(inviting) > 1:
		return 0, ""
	}
	if d, ok := table.Domains.In(l.rows, l.domain); ok && !Anybodys(l.domain) {
		return d.OrganizationID, ByDomain
	}
	return 0, ""
}

func (a Arrival) bind(s *store.Store, tx *table.Tx, u model.User, how string) {
	s.BindSubject(tx, model.Subject{
		SubjectKey: a.Subject, IssuerKey: a.Issuer, UserID: u.ID, OrganizationID: u.OrganizationID, CreatedOn: a.Now,
	})
	a.Note(tx, u, how)
}
