package model

import (
	"errors"
	"strconv"
	"strings"
)

// Kind is the kind of a thing, as names spell it.
type Kind string

// The kinds of things that have names.
const (
	KindOrganization Kind = "organization"
	KindTeam         Kind = "team"
	KindProject      Kind = "project"
	KindAgent        Kind = "agent"
	KindAlias        Kind = "agent_alias"
	KindAgentType    Kind = "agent_type"
	KindReview       Kind = "review"
	KindUser         Kind = "user"
	KindKey          Kind = "api_key"
	KindInvite       Kind = "invite"
)

// Thing is a kind and an id.
type Thing struct {
	Kind Kind
	ID   int64
}

// String is the name of the thing alone: "project:151".
func (t Thing) String() string { return string(t.Kind) + ":" + strconv.FormatInt(t.ID, 10) }

// IsZero reports whether t is no thing.
func (t Thing) IsZero() bool { return t == Thing{} }

// Ref is the name of a thing in the audit log, in effects and in notices:
// "project:151", and of a part of one "project:151/user:16". The zero Ref is the
// name of nothing.
type Ref struct {
	Thing
	Part Thing // zero where the whole thing is meant
}

// String is the name as it is written; "" for that of nothing.
func (r Ref) String() string {
	switch {
	case r.IsZero():
		return ""
	case r.Part.IsZero():
		return r.Thing.String()
	}
	return r.Thing.String() + "/" + r.Part.String()
}

// User names a user's part of the thing, such as a membership:
// "project:151/user:16".
func (r Ref) User(id int64) Ref { return Ref{r.Thing, Thing{KindUser, id}} }

// Whole is the thing itself, of which r may be a part.
func (r Ref) Whole() Ref { return Ref{Thing: r.Thing} }

// ParseRef reads a name that String has written, and no other text.
func ParseRef(text string) (Ref, bool) {
	whole, rest, parted := strings.Cut(text, "/")
	thing, ok := ParseThing(whole)
	if !ok || !parted {
		return Ref{Thing: thing}, ok
	}
	part, ok := ParseThing(rest)
	if !ok {
		return Ref{}, false
	}
	return Ref{thing, part}, true
}

// ErrNotRef says that a text is no name of a thing.
var ErrNotRef = errors.New("not the name of a thing")

// MarshalText implements encoding.TextMarshaler.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads text that MarshalText wrote, or returns ErrNotRef.
func (r *Ref) UnmarshalText(b []byte) error {
	read, ok := ParseRef(string(b))
	if !ok && len(b) > 0 {
		return ErrNotRef
	}
	*r = read
	return nil
}

// ParseThing reads the name of a thing alone.
func ParseThing(text string) (Thing, bool) {
	kind, digits, named := strings.Cut(text, ":")
	if !named { // as most facts of the log are: making an error of each would cost
		return Thing{}, false
	}
	id, err := strconv.ParseInt(digits, 10, 64)
	t := Thing{Kind(kind), id}
	if err != nil || kind == "" || t.String() != text {
		return Thing{}, false
	}
	return t, true
}

// Ref names the thing of that kind with an id.
func (k Kind) Ref(id int64) Ref { return Ref{Thing: Thing{k, id}} }

// ProjectName is the name of a project.
func ProjectName(id int64) string { return KindProject.Ref(id).String() }

// TeamName is the name of a team.
func TeamName(id int64) string { return KindTeam.Ref(id).String() }

// AgentName is the name of an agent.
func AgentName(id int64) string { return KindAgent.Ref(id).String() }

// ReviewName is the name of a review of an agent.
func ReviewName(agent, id int64) string {
	return Ref{Thing{KindAgent, agent}, Thing{KindReview, id}}.String()
}

// AgentTypeName is the name of a type of agents.
func AgentTypeName(organization, id int64) string {
	return Ref{Thing{KindOrganization, organization}, Thing{KindAgentType, id}}.String()
}

// UserName is the name of a user.
func UserName(id int64) string { return KindUser.Ref(id).String() }

// OrganizationName is the name of an organisation.
func OrganizationName(id int64) string { return KindOrganization.Ref(id).String() }

// KeyName is the name of an API key.
func KeyName(id int64) string { return KindKey.Ref(id).String() }

// InviteName is the name of an invitation.
func InviteName(id int64) string { return KindInvite.Ref(id).String() }

// MemberName is the name of a user's part of the thing named of, such as a
// membership: "project:151/user:16".
func MemberName(of string, user int64) string { return of + "/" + UserName(user) }
