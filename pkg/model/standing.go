package model

import "cmp"

// Standing says where a row stands among all that were there of one thing, as the
// memberships of a user in a team are, one after the other. The table gives it, so
// that it holds whatever clocks say: a membership begins in the present epoch of
// its place, which each end of one there raises, and its version rises with each
// change. What lives once, as an account does, has no epoch.
type Standing struct{ Epoch, Version int64 }

// Known reports whether a row told where it stands: every version is 1 or more.
func (s Standing) Known() bool { return s.Version > 0 }

// Compare orders standings of one thing, the older one first.
func (s Standing) Compare(t Standing) int {
	return cmp.Or(cmp.Compare(s.Epoch, t.Epoch), cmp.Compare(s.Version, t.Version))
}
