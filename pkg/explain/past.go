package explain

import (
	"context"

	"wardroom/pkg/access"
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
		ended, err := p.buried(ctx, k.Parent.Name(row.Parent), model.UserName(p.User.ID), given)
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
	if k.ParentFact == "" || !row.ModifiedOn.After(p.at) {
		return row.Parent, nil
	}
	facts, err := search(ctx, p.log, p.organization, k.Name(row.ID), p.at, plainly, k.ParentFact)
	if err != nil {
		return 0, err
	}
	if f, ok := facts[k.ParentFact]; ok {
		return number(f.value), nil
	}
	return row.Parent, nil
}

// member finds what the user was on a thing themselves, nil for nothing, and when
// they became it. Their row as it is today says nothing of the past but since when
// it is: an undo puts back the very row that there was.
func (p past) member(ctx context.Context, k *resource.Kind, id int64, open *access.Openness) (*Member, grant, error) {
	user := model.UserName(p.User.ID)
	things := []string{user}
	if open != nil {
		things = append(things, k.OpenFacts...)
	}
	facts, err := search(ctx, p.log, p.organization, k.Name(id), p.at, plainly, things...)
	if err != nil {
		return nil, grant{}, err
	}
	if open != nil && k.OpenFacts != nil {
		openThen(open, facts, k.OpenFacts)
	}
	if f, ok := facts[user]; ok {
		given := grant{ordered: f.stood.Known()}
		told, _ := f.value.(map[string]any)
		if given.epoch = number(told[model.ProjectEpochFact]); !f.later { // else it is older than what the log tells of
			given.on = f.when
		}
		return memberOf(f.value), given, nil
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
	rows, err := p.Read(ctx, k.MemberKeys(id, p.User.ID)...)
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

// openThen takes how open a thing was from what the log told of its access level
// and its mode.
func openThen(open *access.Openness, facts map[string]fact, names []string) {
	if f, ok := facts[names[0]]; ok {
		open.Level = access.AccessLevel(text(f.value))
	}
	if f, ok := facts[names[1]]; ok {
		open.Mode = access.PublicMode(text(f.value))
	}
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
func (p past) buried(ctx context.Context, place, name string, given grant) (bool, error) {
	const removal = "removal_id"
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
			_, was := a.Before[name]
			_, is := a.After[name]
			id := number(a.After[removal])
			switch {
			case ended(a.TS):
				return true, nil
			case given.on.After(a.TS.Add(Skew)):
				return ended(model.Time{}), nil
			case a.Action == undoAction:
				undone[id], undone[number(a.Before[removal])] = true, true
			case id != 0 && was && !is && given.endedBy(number(a.After[model.EpochFact]), a.TS):
				ends[id] = a.TS
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

func text(v any) string {
	s, _ := v.(string)
	return s
}

// memberOf is a membership as the log tells it, nil for none.
func memberOf(v any) *Member {
	facts, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	m := &Member{}
	m.Role, _ = facts["role"].(string)
	if text, ok := facts["expires_on"].(string); ok {
		var end model.Time
		if end.UnmarshalText([]byte(text)) == nil {
			m.ExpiresOn = &end
		}
	}
	return m
}

// number is an id among the facts of an audit row, 0 for none.
func number(fact any) int64 {
	id, _ := model.Integer(fact)
	return id
}

// The facts of an account.
const (
	isActive    = "is_active"
	isStaff     = "is_staff"
	isSuperuser = "is_superuser"
)

// user finds how an account was. What was done to one user is found by their
// name, and what was done to several at once by the organisation's.
func (p past) user(ctx context.Context, row model.User) (User, error) {
	u := User{ID: row.ID, Organization: row.OrganizationID, Exists: !row.DateJoined.After(p.at)}
	was := map[string]bool{isActive: row.IsActive, isStaff: row.IsStaff, isSuperuser: row.IsSuperuser}
	if u.Exists {
		name := model.UserName(row.ID)
		var own, among map[string]fact
		g, both := concurrent.WithContext(ctx)
		for about, into := range map[string]*map[string]fact{name: &own, model.OrganizationName(row.OrganizationID): &among} {
			g.Go(func() (err error) {
				*into, err = search(both, p.log, p.organization, about, p.at, ofUser(name, about == name), isActive, isStaff, isSuperuser)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return u, err
		}
		for thing := range was {
			f, ok := own[thing]
			if g, too := among[thing]; too && (!ok || g.better(f)) {
				f, ok = g, true
			}
			if v, is := f.value.(bool); ok && is {
				was[thing] = v
			}
		}
	}
	u.Active, u.Rank = was[isActive], access.RankOf(was[isStaff], was[isSuperuser])
	return u, nil
}

// ofUser picks what a change says of one account: under their name, and in a
// change of them alone also by itself.
func ofUser(name string, alone bool) telling {
	pick := func(side map[string]any) map[string]any {
		if told, ok := side[name].(map[string]any); ok {
			return told
		}
		if alone {
			return side
		}
		return nil
	}
	return func(a model.Audit) (before, after map[string]any) { return pick(a.Before), pick(a.After) }
}
