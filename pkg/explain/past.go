package explain

import (
	"context"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
)

// Past reconstructs the state at a time. A change is of the time at which its request
// began. It refuses (limit) where more than MostChanges have to be read.
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

// past is a question about a time. Its parts are searched concurrently.
type past struct {
	Question
	log          Log
	organization int64
	at           model.Time
}

// rows returns a copy of Today for one goroutine, since a View isn't safe for
// concurrent use.
func (p past) rows() *resource.View {
	v := *p.Today
	return &v
}

// levels finds the user's roles on a thing, on its parent then, and so on. open,
// unless it is nil, is set to the thing's openness, where the log has it.
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

// parent returns the id of a thing's parent then. A thing that wasn't edited since
// has the same.
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

// member finds the user's own role on a thing, nil for none, and when it was given.
// Where the log doesn't name it, the present row decides if it is old enough, since an
// undo restores the very row that there was.
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

// today returns the user's present role on a thing. For a former parent, it reads the
// row.
func (p past) today(ctx context.Context, k *resource.Kind, id int64) (resource.Member, bool, error) {
	if m, is := k.Member(p.rows(), id, p.User.ID); is || p.belongs(k, id) {
		return m, is, nil
	}
	rows, err := p.Read(ctx, k.MemberKeys(id, 0, p.User.ID)...)
	view := resource.NewView(p.organization, p.at, rows)
	m, is := k.Member(&view, id, p.User.ID)
	return m, is, err
}

// belongs reports whether a thing is the one asked about, or one of its present
// parents.
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

// memberOf returns the membership of a fact, nil for none, and when it was given.
func memberOf(f fact[audit.Membership]) (*Member, grant) {
	given := grant{ordered: f.stood.Known()}
	if !f.later { // otherwise it is older than the log, and its time unknown
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

// undoAction is the action of audit rows of an undo, both of the request and of its
// consequences.
const undoAction = "undo-removal"

// grant says when a permission on an agent was given, and, where ordered, in which
// epoch of its project.
type grant struct {
	on      model.Time
	epoch   int64
	ordered bool
}

// endedBy reports whether a removal from the project voids the permission. The
// removal was at then, and raised the project to epoch, 0 where that isn't known.
func (g grant) endedBy(epoch int64, then model.Time) bool {
	if g.ordered && epoch != 0 {
		return g.epoch < epoch
	}
	return !g.on.After(then)
}

// buried reports whether a removal from the project that wasn't undone has voided a
// permission on one of its agents. A void permission is deleted only some time later,
// and stays void when the user becomes a member again.
func (p past) buried(ctx context.Context, place string, user int64, given grant) (bool, error) {
	undone := map[int64]bool{}
	ends := map[int64]model.Time{} // removals that void it, unless an undo of theirs is found
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

// user finds the account's state. Changes of one user are found by the user's name,
// those of several at once by the organisation's.
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

// parts are the facts that decide a user's state, each of which a change may have
// alone.
var parts = [3]func(audit.Account) *bool{
	func(a audit.Account) *bool { return a.IsActive },
	func(a audit.Account) *bool { return a.IsStaff },
	func(a audit.Account) *bool { return a.IsSuperuser },
}

// account has a thing for each of parts, in their order.
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
