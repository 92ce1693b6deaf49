package access

// Scope is the extent of an API key's access. The value is stored and sent unchanged.
type Scope string

// The scopes of a key.
const (
	ScopeAll        Scope = "all"
	ScopeReadOnly   Scope = "read_only"
	ScopeRestricted Scope = "restricted"
)

// Grant is what a restricted key may do in one group of operations.
type Grant string

// The grants of a restricted key.
const (
	GrantNone  Grant = "none"
	GrantRead  Grant = "read"
	GrantWrite Grant = "write"
)

// KeyScope restricts what a credential may be used for, and never adds a right.
// The zero value permits nothing, so a key row that lost its scope is useless
// rather than almighty; credentials that aren't keys get ScopeAll.
type KeyScope struct {
	Scope  Scope
	Groups map[string]Grant // of a restricted key, by the group's slug; none where absent
}

// Permits reports whether the scope allows an operation of the group; reads is
// true for a GET and for operations marked as reads.
func (s KeyScope) Permits(group string, reads bool) bool {
	switch s.Scope {
	case ScopeAll:
		return true
	case ScopeReadOnly:
		return reads
	case ScopeRestricted:
		switch s.Groups[group] {
		case GrantWrite:
			return true
		case GrantRead:
			return reads
		}
	}
	return false
}

// Groups are the groups of operations that a restricted key can be given,
// functions.All by their slugs. Nothing below functions/ may import that list,
// so a test holds this one against it.
func Groups() []string {
	return []string{"agent", "project", "user", "notification", "workspace", "account", "governance", "system"}
}

// Covers reports whether s permits everything that other permits, in groups added
// later too, so that nobody makes a key that can do more than the key they use.
func (s KeyScope) Covers(other KeyScope) bool {
	if s.Scope == ScopeAll || other.Scope != ScopeRestricted {
		return s.Scope == ScopeAll || s.Scope == ScopeReadOnly && other.Scope == ScopeReadOnly
	}
	for group := range other.Groups {
		for _, reads := range []bool{true, false} {
			if other.Permits(group, reads) && !s.Permits(group, reads) {
				return false
			}
		}
	}
	return true
}
