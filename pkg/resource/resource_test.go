package resource_test

import (
	"reflect"
	"slices"
	"testing"

	"wardroom/pkg/resource"
)

// What is asked of every kind, each kind says; what is asked only of some, those say
// that have what it belongs to.
func TestKindsAreWhole(t *testing.T) {
	of := func(k *resource.Kind, field string) bool { return !reflect.ValueOf(*k).FieldByName(field).IsZero() }
	needs := func(k *resource.Kind, fields ...string) {
		t.Helper()
		for _, field := range fields {
			if !of(k, field) {
				t.Errorf("%s has no %s", k.Kind, field)
			}
		}
	}
	through := map[*resource.Kind]bool{}
	for _, k := range resource.Kinds() {
		if k.Parent != nil {
			through[k.Parent] = true
		}
		for _, in := range k.Lists.Inside {
			through[in.Of] = true
		}
	}
	for _, k := range resource.Kinds() {
		needs(k, "Kind", "Key", "Place", "RoleKeys", "MemberKeys", "Member", "Find", "Target", "Manage", "First", "Path")
		if of(k, "Assign") { // somebody is a member of it
			needs(k, "MemberAt", "Require", "Rows", "Lacks")
		}
		if through[k] {
			needs(k, "Through", "LacksThrough")
		}
		if of(k, "OpennessIn") != of(k, "RequireOpen") || of(k, "OpennessIn") != (k.Lists.Open != nil) {
			t.Errorf("%s is open, and isn't", k.Kind)
		}
		inTeam := k.Parent == &resource.Team || slices.ContainsFunc(k.Lists.Inside, func(in resource.Inside) bool { return in.Of == &resource.Team })
		if inTeam {
			needs(k, "RequireTeam")
		}
		if k.EndsWithParent {
			needs(k, "Parent", "End", "EndRows")
			if k.Lists.In(k.Parent) == nil {
				t.Errorf("%s isn't listed by what it ends with", k.Kind)
			}
		}
		if resource.Named(k.Kind.String()) != k {
			t.Errorf("%s is another kind by its name", k.Kind)
		}
		if back := resource.OfThing(k.Ref(7).Thing); back != k {
			t.Errorf("%s is another kind by its reference", k.Kind)
		}
	}
}
