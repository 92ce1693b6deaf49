package governance

import (
	"fmt"
	"slices"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/resource"
)

// source is one way by which users reach things of a kind: by their own role on them, by
// their role on a thing that they belong to, or because they are open to the
// organisation.
type source struct {
	kind *resource.Kind
	by   *resource.Kind // the kind whose members reach them: the same for their own roles; nil for open things
}

// A preview goes through the sources in this order: the user's own places first, which
// are the first ofPlaces; then each kind, the most direct source first.
var sources, ofPlaces = func() (all []source, n int) {
	kinds := explained()
	for _, k := range slices.Backward(kinds) {
		if k.Lists.OfUser != nil && isPlace(k) {
			all = append(all, source{k, k})
		}
	}
	n = len(all)
	for _, k := range kinds {
		if k.Lists.OfUser != nil && !isPlace(k) {
			all = append(all, source{k, k})
		}
		for _, inside := range k.Lists.Inside {
			all = append(all, source{k, inside.Of})
		}
		if k.Lists.Open != nil {
			all = append(all, source{k, nil})
		}
	}
	return all, n
}()

// isPlace reports whether things of another kind belong to those of this one.
func isPlace(k *resource.Kind) bool {
	return slices.ContainsFunc(explained(), func(other *resource.Kind) bool {
		return slices.ContainsFunc(other.Lists.Inside, func(in resource.Inside) bool { return in.Of == k })
	})
}

// own reports whether the source is of the things on which a user has their own role.
func (s source) own() bool { return s.by == s.kind }

// inside reports whether the source is of the things in the places of kind by.
func (s source) inside() bool { return s.by != nil && !s.own() }

// list returns the list of the source's things, under the user, a place, or the
// organisation.
func (s source) list() resource.List {
	switch {
	case s.own():
		return s.kind.Lists.OfUser
	case s.by == nil:
		return s.kind.Lists.Open
	}
	return s.kind.Lists.In(s.by)
}

// path returns the name of the path, as access.Path has it, by which the source leads to
// a thing.
func (s source) path(place int64) string {
	switch {
	case s.own():
		return access.Path{Kind: access.Direct}.String()
	case s.by == nil:
		return access.Path{Kind: access.ByAccessLevel}.String()
	}
	return s.by.Name(place)
}

func (s source) String() string {
	by := ""
	if s.by != nil {
		by = s.by.Kind.String()
	}
	return s.kind.Kind.String() + "@" + by
}

// position is the position after which a page begins.
type position struct {
	source
	place int64 // the place whose things follow, for a source that goes place by place
	last  int64 // the last thing listed
}

func (p position) String() string { return fmt.Sprintf("%s %d %d", p.source, p.place, p.last) }

// positionOf parses a position that String has written; "" is the beginning.
func positionOf(s string) position {
	p := position{source: sources[0]}
	name, numbers, _ := strings.Cut(s, " ")
	if i := slices.IndexFunc(sources, func(s source) bool { return s.String() == name }); i >= 0 {
		p.source = sources[i]
		_, _ = fmt.Sscan(numbers, &p.place, &p.last)
	}
	return p
}
