package access

import "iter"

// Caller is whoever makes a request: a user, or a service key, which is no
// user. An inactive user, a revoked or an expired key never becomes a Caller.
type Caller struct {
	User         int64 // 0 for a service key
	Organization int64
	Rank         Rank  // of the user; a service key's own is not looked at
	Service      bool  // a service key
	BoundProject int64 // the key reaches this project only; 0 for keys that aren't bound, and for tokens
}

// Is reports whether the caller is that very user, which a service key
// never is.
func (c Caller) Is(user int64) bool { return user > 0 && c.User == user && !c.Service }

// rank is the rank by which the caller acts: an unbound service key is an
// application admin, a bound one has no rank. A caller that is neither a user
// nor a service key, or both, is nobody.
func (c Caller) rank() (rank Rank, someone bool) {
	switch {
	case !c.Service:
		return c.Rank, c.User > 0
	case c.BoundProject == 0:
		return ApplicationAdmin, c.User == 0
	}
	return User, c.User == 0
}

// MayGive reports whether the caller may give somebody a rank: none above their own,
// and a service key none at all.
func (c Caller) MayGive(rank Rank) bool {
	return rank == User || !c.Service && rank <= c.ActingRank()
}

// ActingRank is the rank by which the caller acts.
func (c Caller) ActingRank() Rank {
	rank, _ := c.rank()
	return rank
}

// Target is a resource as it stands, with the caller's own rows on it.
type Target struct {
	Kind         Kind
	ID           int64
	Organization int64
	Project      int64       // the project of a thing in one
	Team         int64       // the team of a project, or of a thing's project; 0 where it has none
	Role         string      // the caller's own live role on a thing in a project, "" where they have none
	ProjectRole  ProjectRole // their live membership of the project, or of the thing's
	TeamRole     Role        // their live membership of the team, or of the project's team
	Open         Openness    // what a thing is to those who have no role on it
}

// Decision is the answer to a request for permissions on a target.
type Decision struct {
	Visible bool       // the caller may know that it exists; else the answer is 404
	Allowed bool       // never without Visible
	Path    Path       // the most direct path that allowed it, where Allowed
	Granted Permission // all the caller may do with the target, over all paths
}

// Decide answers whether the caller may do on the target what need names. A
// need of nothing is refused: a permission nobody named is one nobody has.
func Decide(c Caller, t Target, need Permission) Decision {
	var d Decision
	w, here := waysTo(c, t)
	if !here {
		return d
	}
	for i := range w {
		if w[i].gives == 0 {
			continue
		}
		d.Granted |= w[i].gives
		if !d.Allowed && need != 0 && d.Granted.Has(need) {
			d.Allowed, d.Path = true, w[i].path
		}
	}
	view := t.Kind.rules().view
	d.Visible = view == 0 || d.Granted.Has(view)
	return d
}

// Paths yields every path by which the caller reaches the target, most direct
// first, with what it gives there.
func Paths(c Caller, t Target) iter.Seq2[Path, Permission] {
	return func(yield func(Path, Permission) bool) {
		w, _ := waysTo(c, t)
		for i := range w {
			if w[i].gives != 0 && !yield(w[i].path, w[i].gives) {
				return
			}
		}
	}
}

// RolesByPath yields the same paths with the role as which the caller acts by each: their
// own, or the one that it amounts to there.
func RolesByPath(c Caller, t Target) iter.Seq2[Path, string] {
	return func(yield func(Path, string) bool) {
		w, _ := waysTo(c, t)
		for i := range w {
			if w[i].gives != 0 && !yield(w[i].path, w[i].as) {
				return
			}
		}
	}
}

// HighestRole is the role, of those that RolesByPath yields, that includes all others, and
// the most direct path that gives it; "" where the caller has none. It is for kinds
// whose roles are nested.
func HighestRole(c Caller, t Target) (role string, path Path) {
	w, _ := waysTo(c, t)
	var gives Permission
	for i := range w {
		if w[i].gives != gives && w[i].gives.Has(gives) {
			gives, role, path = w[i].gives, w[i].as, w[i].path
		}
	}
	return role, path
}

// way is a path, what it gives, nothing where it is closed, and as what.
type way struct {
	path  Path
	gives Permission
	as    string
}

// maxWays is how many paths may lead to a thing.
const maxWays = 5

// waysTo lists the caller's paths to the target, most direct first. It reports
// false where there is none whatever their roles: the target is another
// organisation's, out of reach of their bound key, or of no kind.
func waysTo(c Caller, t Target) (w [maxWays]way, here bool) {
	rank, someone := c.rank()
	kind := t.Kind.rules()
	if !someone || c.Organization <= 0 || c.Organization != t.Organization || kind.ways == nil {
		return w, false
	}
	if c.BoundProject != 0 && (kind.project == nil || c.BoundProject != kind.project(t)) {
		return w, false
	}
	if c.Service {
		// Memberships belong to users; rows that came along are not the key's.
		t.Role, t.ProjectRole, t.TeamRole, t.Open = "", "", "", Openness{}
		if c.BoundProject != 0 {
			t.ProjectRole = ProjectAdmin
		}
	}
	return kind.ways(c, rank, t), true
}
