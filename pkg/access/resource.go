package access

// Kind is a kind of thing on which permissions are checked. Nothing is of the zero
// kind, and nothing is permitted on it.
type Kind uint8

// A workspace is a team seen from Agenta's side, with one difference: a caller
// of the same organisation who has no path to it is refused with 403 there and
// with 404 on the team routes.
const (
	KindProject Kind = 1 + iota
	KindTeam
	KindWorkspace
	KindOrganization // the caller's own: no request names another
	KindAgent
)

// rules say how the things of a kind are reached and what each path gives. Each
// kind's are in its own file.
type rules struct {
	name string     // in documents, in the audit log and as a resource_type
	all  Permission // every permission that applies to it
	view Permission // without which a caller isn't told that it exists; 0 where everybody in its organisation may know
	ways func(c Caller, rank Rank, t Target) [maxWays]way

	project func(t Target) int64 // the project that it is, or belongs to; nil for none
}

// kinds are the rules of every kind.
var kinds = [...]rules{
	KindProject:      projectRules,
	KindTeam:         teamRules,
	KindWorkspace:    workspaceRules,
	KindOrganization: organizationRules,
	KindAgent:        agentRules,
}

// rules returns the rules of the kind; those of an unknown kind allow nothing.
func (k Kind) rules() *rules {
	if int(k) >= len(kinds) {
		k = 0
	}
	return &kinds[k]
}

// String names the kind for documents.
func (k Kind) String() string {
	if name := k.rules().name; name != "" {
		return name
	}
	return "nothing"
}

// Applicable returns every permission that can be granted on a resource of the
// kind.
func Applicable(k Kind) Permission { return k.rules().all }

// Resource names the input field from which an operation takes the resource that
// its permission is checked on.
type Resource struct {
	Kind     Kind
	Field    string // the input field that holds its id, by its name on the wire
	Optional bool   // checked only when the request gives the field
	ByAlias  bool   // the field holds the id of one of its aliases
}

// Project is the project whose id the field holds.
func Project(field string) Resource { return Resource{Kind: KindProject, Field: field} }

// Team is the team whose id the field holds.
func Team(field string) Resource { return Resource{Kind: KindTeam, Field: field} }

// Workspace is the team whose id the field holds, on Agenta's routes.
func Workspace(field string) Resource { return Resource{Kind: KindWorkspace, Field: field} }

// Agent is the agent whose id the field holds.
func Agent(field string) Resource { return Resource{Kind: KindAgent, Field: field} }

// AgentOfAlias is the agent that has the alias whose id the field holds.
func AgentOfAlias(field string) Resource {
	return Resource{Kind: KindAgent, Field: field, ByAlias: true}
}

// OwnOrganization is the caller's organisation, which no field names.
func OwnOrganization() Resource { return Resource{Kind: KindOrganization} }

// IfGiven is the same resource, checked only when the request names one.
func (r Resource) IfGiven() Resource { r.Optional = true; return r }
