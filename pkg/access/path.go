package access

import "strconv"

// PathKind is the kind of a Path.
type PathKind uint8

// The kinds of paths, most direct first; the zero value is none.
const (
	Direct        PathKind = 1 + iota // their own role on the resource, or a key that is bound to it
	ViaProject                        // the project that the resource belongs to
	ViaTeam                           // the team that the resource or its project belongs to
	ByRank                            // their rank in the organisation
	ByAccessLevel                     // the resource is open to the organisation
)

// Path is a path on which a caller reaches a resource, with the project or team on it.
type Path struct {
	Kind PathKind
	ID   int64 // of the project or team, else 0
}

// String names the path as every answer does: "direct", "project:151",
// "team:7", "rank", "access_level"; "" where there is none.
func (p Path) String() string {
	switch p.Kind {
	case Direct:
		return "direct"
	case ViaProject:
		return "project:" + strconv.FormatInt(p.ID, 10)
	case ViaTeam:
		return "team:" + strconv.FormatInt(p.ID, 10)
	case ByRank:
		return "rank"
	case ByAccessLevel:
		return "access_level"
	}
	return ""
}
