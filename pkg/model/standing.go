package model

import "cmp"

// Standing orders the successive rows of one thing, such as the memberships that a
// user had in a team one after the other, without trusting clocks: a membership has
// the epoch of its place when it began, which each end of a membership there raises,
// and its version rises with each change. A thing that is never made anew, such as
// an account, has no epoch.
type Standing struct{ Epoch, Version int64 }

// Known reports whether s is of a row: every version is 1 or more.
func (s Standing) Known() bool { return s.Version > 0 }

// Compare orders standings of one thing, older ones first.
func (s Standing) Compare(t Standing) int {
	return cmp.Or(cmp.Compare(s.Epoch, t.Epoch), cmp.Compare(s.Version, t.Version))
}
