package governance

import (
	"fmt"
	"slices"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/resource"
)

// source is one way in which things of a kind are reached: by a membership or role of
// one's own, as a member of what they belong to, or because they are open to the
// organisation.
type source struct {
	kind *resource.Kind
	by   *resource.Kind // whose members reach them: the kind itself for one's own; nil for everybody
}

// A preview goes through the sources in this order: what somebody is a member of and
// other things belong to; then each kind, the most direct source first.
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

// own reports whether the source is what somebody is a member of, or has a role on.
func (s source) own() bool { return s.by == s.kind }

// inside reports whether it is what the members of another thing reach.
func (s source) inside() bool { return s.by != nil && !s.own() }

// list tells what there is: of the person, of a place, or of the organisation.
func (s source) list() resource.List {
	switch {
	case s.own():
		return s.kind.Lists.OfUser
	case s.by == nil:
		return s.kind.Lists.Open
	}
	return s.kind.Lists.In(s.by)
}

// path is the one by which it leads to a thing, as access names it.
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

// position is where a page goes on.
type position struct {
	source
	place int64 // whose things go on, of a source that goes place by place
	last  int64 // the last thing that was listed
}

func (p position) String() string { return fmt.Sprintf("%s %d %d", p.source, p.place, p.last) }

// positionOf reads a position; nobody but a page before has written it.
func positionOf(s string) position {
	p := position{source: sources[0]}
	name, numbers, _ := strings.Cut(s, " ")
	if i := slices.IndexFunc(sources, func(s source) bool { return s.String() == name }); i >= 0 {
		p.source = sources[i]
		_, _ = fmt.Sscan(numbers, &p.place, &p.last)
	}
	return p
}
