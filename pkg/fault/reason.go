package fault

// Reason is the kind of right that a caller lacks, sent as meta.reason of a 403.
type Reason string

// ReasonMeta is the key of a fault's Meta that holds its Reason.
const ReasonMeta = "reason"

// The reasons there are.
const (
	ReasonRank       Reason = "rank"        // in the organisation, or one high enough for the user or thing changed
	ReasonRole       Reason = "role"        // on the project, the team or the agent
	ReasonKeyScope   Reason = "key_scope"   // the key's scope doesn't reach so far, whoever holds it
	ReasonKeyProject Reason = "key_project" // the key is bound to a project, and this reaches beyond it
	ReasonOwn        Reason = "own"         // only the owner may, or everybody but the owner
)

var reasons = []struct {
	reason Reason
	says   string
}{
	{ReasonRank, "It takes an admin rank in the organization, or a higher one than the caller's."},
	{ReasonRole, "It takes a role on the project, team or agent, or a higher one than the caller's."},
	{ReasonKeyScope, "The scope of the API key doesn't reach so far."},
	{ReasonKeyProject, "The API key is bound to a project, and this reaches beyond it."},
	{ReasonOwn, "It is open only to the one whose own it is, or closed to them alone; a service key has nothing of its own."},
}

// Reasons lists the reasons, in the order in which documents show them.
func Reasons() []Reason {
	out := make([]Reason, len(reasons))
	for i, r := range reasons {
		out[i] = r.reason
	}
	return out
}

// Says is a sentence for documents.
func (r Reason) Says() string {
	for _, one := range reasons {
		if one.reason == r {
			return one.says
		}
	}
	return ""
}
