package governance

import (
	"fmt"
	"slices"
	"testing"
)

func TestSources(t *testing.T) {
	want := []string{
		"project@project", "team@team", // one's own, of what others belong to
		"project@team",
		"agent@agent", "agent@project", "agent@team", "agent@",
	}
	var got []string
	for _, s := range sources {
		got = append(got, s.String())
		at := position{source: s, place: 7, last: 21}
		if back := positionOf(at.String()); back != at {
			t.Errorf("%q is read as %q", at, back)
		}
		if s.list() == nil {
			t.Error(s, "lists nothing")
		}
	}
	if !slices.Equal(got, want) || ofPlaces != 2 {
		t.Errorf("%q, of which %d make up the first page", got, ofPlaces)
	}
	for _, odd := range []string{"", "p.1.2", "agent@planet 1 2", "agent@team"} {
		if at := positionOf(odd); odd != "agent@team" && at != (position{source: sources[0]}) || at.place != 0 {
			t.Error(fmt.Sprintf("%q is read as", odd), at)
		}
	}
}
