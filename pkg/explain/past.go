package explain

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
)

// Past puts together how things were at a time. A time counts for a change as
// that at which its request began.
func Past(ctx context.Context, log Log, q Question, at model.Time) (State, error) {
	s := State{At: at, Place: q.place(at)}
	p := past{Question: q, log: log, organization: q.User.OrganizationID, at: at}
	g, both := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		s.User, err = p.user(both, q.User)
		return err
	})
	g.Go(func() (err error) {
		s.Levels, err = p.levels(both, q.Kind, q.ID, &s.Place.Open)
		return err
	})
	return s, g.Wait()
}

// past is a question about a time, whose parts are asked at the same time.
type past struct {
	Question
	log          Log
	organization int64
	at           model.Time
}

// rows is a view of Today that is nobody else's: a view remembers what it looked at.
func (p past) rows() *resource.View {
	v := *p.Today
	return &v
}

// levels finds what the user was on a thing, on what it belonged to then, and so
// on; open becomes how open it was, where things of the kind may be, nil for
// whoever doesn't ask.
func (p past) levels(ctx context.Context, k *resource.Kind, id int64, open *access.Openness) ([]Level, error) {
	if k == nil || k.Assign == nil || id == 0 {
		return nil, nil
	}
	l := Level{Kind: k, ID: id}
	var given grant
	var above []Level
	row, _ := k.Place(p.rows(), id)
	g, both := concurrent.WithContext(ctx)
	g.Go(func() (err error) {
		l.Member, given, err = p.member(both, k, id, open)
		return err
	})
	g.Go(func() error {
		parent, err := p.parent(both, k, row)
		if err == nil {
			above, err = p.levels(both, k.Parent, parent, nil)
		}
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if l.Member != nil && k.EndsWithParent {
		ended, err := p.buried(ctx, k.Parent.Name(row.Parent), p.User.ID, given)
		if err != nil {
			return nil, err
		}
		if ended {
			l.Member = nil
		}
	}
	return append([]Level{l}, above...), nil
}

// parent is what a thing belonged to. One that wasn't edited since is where it was.
func (p past) parent(ctx context.Context, k *resource.Kind, row resource.Place) (int64, error) {
	if k.ParentIn == nil || !row.ModifiedOn.After(p.at) {
		return row.Parent, nil
	}
	parent := &thing[audit.Parent]{in: k.ParentIn}
	err := search(ctx, p.log, p.organization, k.Name(row.ID), p.at, parent)
	switch was := parent.fact.value; {
	case !parent.known:
		return row.Parent, err
	case was == nil:
		return 0, err
	default:
		return was.ID, err
	}
}

// member finds what the user was on a thing themselves, nil for nothing, and when
// they became it. Their row as it is today says nothing of the past but since when
// it is: an undo puts back the very row that there was.
func (p past) member(ctx context.Context, k *resource.Kind, id int64, open *access.Openness) (*Member, grant, error) {
	own := &thing[audit.Membership]{in: func(a model.Audit) audit.Turn[audit.Membership] { return audit.MemberIn(a, p.User.ID) }}
	openness := &thing[audit.Openness]{in: k.OpennessIn}
	things := []sought{own}
	if open != nil && k.OpennessIn != nil {
		things = append(things, openness)
	}
	if err := search(ctx, p.log, p.organization, k.Name(id), p.at, things...); err != nil {
		return nil, grant{}, err
	}
	if was := openness.fact.value; was != nil {
		*open = access.Openness{Level: access.AccessLevel(was.Level), Mode: access.PublicMode(was.Mode)}
	}
	if own.known {
		m, given := memberOf(own.fact)
		return m, given, nil
	}
	m, is, err := p.today(ctx, k, id)
	if err != nil || !is || m.CreatedOn.After(p.at) {
		return nil, grant{}, err
	}
	return &Member{m.Role, m.ExpiresOn}, grant{m.CreatedOn, m.Epoch, true}, nil
}

// today is what the user is on a thing today. Of one that the thing asked about
// belonged to before, that is yet to be read.
func (p past) today(ctx context.Context, k *resource.Kind, id int64) (resource.Member, bool, error) {
	if m, is := k.Member(p.rows(), id, p.User.ID); is || p.belongs(k, id) {
		return m, is, nil
	}
	rows, err := p.Read(ctx, k.MemberKeys(id, 0, p.User.ID)...)
	view := resource.NewView(p.organization, p.at, rows)
	m, is := k.Member(&view, id, p.User.ID)
	return m, is, err
}

// belongs reports whether the thing asked about is one, or belongs to it today.
func (p past) belongs(k *resource.Kind, id int64) bool {
	for of, at := p.Kind, p.ID; of != nil && at != 0; {
		if of == k {
			return at == id
		}
		row, _ := of.Place(p.rows(), at)
		of, at = of.Parent, row.Parent
	}
	return false
}

// memberOf is a membership as the log tells it, nil for none, and when it was given.
func memberOf(f fact[audit.Membership]) (*Member, grant) {
	given := grant{ordered: f.stood.Known()}
	if !f.later { // else it is older than what the log tells of
		given.on = f.when
	}
	if f.value == nil {
		return nil, given
	}
	if e := f.value.ProjectEpoch; e != nil {
		given.epoch = *e
	}
	return &Member{f.value.Role, f.value.ExpiresOn}, given
}

// undoAction is what an undo is called in the audit log, as a request and as what
// follows from one.
const undoAction = "undo-removal"

// grant is when somebody was given a permission on an agent, and in which epoch of
// its project, where that was noted.
type grant struct {
	on      model.Time
	epoch   int64
	ordered bool
}

// endedBy reports whether a removal from the project comes over it, which was made
// then and raised the project to that epoch, 0 where that isn't known.
func (g grant) endedBy(epoch int64, then model.Time) bool {
	if g.ordered && epoch != 0 {
		return g.epoch < epoch
	}
	return !g.on.After(then)
}

// buried reports whether a removal from the project, which wasn't undone, has come
// over a permission that somebody has had since then: it ended with the removal,
// though it was deleted only some time later, and doesn't begin again when they are
// a member again.
func (p past) buried(ctx context.Context, place string, user int64, given grant) (bool, error) {
	undone := map[int64]bool{}
	ends := map[int64]model.Time{} // removals that ended it, unless they turn out to be undone
	ended := func(now model.Time) bool {
		for id, on := range ends {
			if !undone[id] && on.After(now.Add(Skew)) {
				return true
			}
		}
		return false
	}
	from, seen := "", 0
	for n := firstPage; ; n = min(2*n, longPage) {
		page, err := p.log.ChangesUntil(ctx, p.organization, place, p.at, from, n)
		if err != nil {
			return false, err
		}
		for _, a := range page.Rows {
			m := audit.MemberIn(a, user)
			r, _ := audit.Decode[audit.Removed](a)
			switch {
			case ended(a.TS):
				return true, nil
			case given.on.After(a.TS.Add(Skew)):
				return ended(model.Time{}), nil
			case a.Action == undoAction:
				of, _ := audit.Decode[audit.Undone](a)
				undone[r.Removal], undone[of.Removal] = true, true
			case r.Removal != 0 && m.From != nil && m.To == nil && given.endedBy(r.Epoch, a.TS):
				ends[r.Removal] = a.TS
			}
		}
		if from = page.Next; from == "" {
			return ended(model.Time{}), nil
		}
		if seen += n; seen >= MostChanges {
			return false, tooMuch()
		}
	}
}

// user finds how an account was. What was done to one user is found by their
// name, and what was done to several at once by the organisation's.
func (p past) user(ctx context.Context, row model.User) (User, error) {
	u := User{ID: row.ID, Organization: row.OrganizationID, Exists: !row.DateJoined.After(p.at)}
	active, staff, superuser := row.IsActive, row.IsStaff, row.IsSuperuser
	if u.Exists {
		own, among := accountOf(row.ID), accountOf(row.ID)
		g, both := concurrent.WithContext(ctx)
		g.Go(func() error {
			return search(both, p.log, p.organization, model.UserName(row.ID), p.at, own.sought()...)
		})
		g.Go(func() error {
			return search(both, p.log, p.organization, model.OrganizationName(row.OrganizationID), p.at, among.sought()...)
		})
		if err := g.Wait(); err != nil {
			return u, err
		}
		for i, now := range []*bool{&active, &staff, &superuser} {
			t := own[i]
			if g := among[i]; g.known && (!t.known || g.fact.better(t.fact)) {
				t = g
			}
			if was := t.fact.value; was != nil {
				*now = *parts[i](*was)
			}
		}
	}
	u.Active, u.Rank = active, access.RankOf(staff, superuser)
	return u, nil
}

// parts are what decides who a user is, each of which a change may tell alone.
var parts = [3]func(audit.Account) *bool{
	func(a audit.Account) *bool { return a.IsActive },
	func(a audit.Account) *bool { return a.IsStaff },
	func(a audit.Account) *bool { return a.IsSuperuser },
}

// account are the parts of an account, in their order.
type account [len(parts)]*thing[audit.Account]

func accountOf(user int64) (a account) {
	for i, part := range parts {
		tells := func(of *audit.Account) *audit.Account {
			if of == nil || part(*of) == nil {
				return nil
			}
			return of
		}
		a[i] = &thing[audit.Account]{in: func(row model.Audit) audit.Turn[audit.Account] {
			t := audit.AccountIn(row, user)
			return audit.Turn[audit.Account]{From: tells(t.From), To: tells(t.To)}
		}}
	}
	return a
}

func (a account) sought() (all []sought) {
	for _, t := range a {
		all = append(all, t)
	}
	return all
}
