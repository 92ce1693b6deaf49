package access

import "iter"

// Caller is whoever makes a request: a user, or a service key, which is no
// user. An inactive user, a revoked or an expired key never becomes a Caller.
type Caller struct {
	User         int64 // 0 for a service key
	Organization int64
	Rank         Rank  // of the user; ignored for a service key
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

// Target is a resource, with what the caller's own rows say about it.
type Target struct {
	Kind         Kind
	ID           int64
	Organization int64
	Project      int64       // the project of a thing in one
	Team         int64       // the team of a project, or of a thing's project; 0 where it has none
	Role         string      // the caller's own role on a thing in a project; "" for none, and once it has expired
	ProjectRole  ProjectRole // their role in the project, or in the thing's, likewise
	TeamRole     Role        // their role in the team, or in the project's team
	Open         Openness    // who may use a thing without a role on it
}

// Decision is the answer to a request for permissions on a target.
type Decision struct {
	Visible bool       // the caller may know that it exists; else the answer is 404
	Allowed bool       // never without Visible
	Path    Path       // the most direct path that allowed it, where Allowed
	Granted Permission // all the caller may do with the target, over all paths
}

// Decide decides whether the caller has every permission of need on the target.
// An empty need is refused: a permission nobody named is one nobody has.
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

// RolesByPath yields the paths that Paths yields, each with the role that the caller
// has by it: the one they were given, or its equivalent on the target.
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

// HighestRole returns the highest of the roles that RolesByPath yields, and the most
// direct path that gives it; "" where the caller has none. It is for kinds whose
// roles are nested.
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

// way is a path with the permissions and the role that it gives; without
// permissions, the path doesn't lead to the target.
type way struct {
	path  Path
	gives Permission
	as    string
}

// maxWays is the most paths that lead to a thing of any kind.
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
