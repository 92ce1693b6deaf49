package model

// States of an offboarding plan, in order.
const (
	Planned = "planned"
	Applied = "applied"
)

// Offboarding is a plan for everything that a leaver has. Its steps aren't stored:
// the removal that applies it hands over whatever the leaver has by then.
type Offboarding struct {
	ID             int64  `dynamo:"plan_id"`
	OrganizationID int64  `dynamo:"organization_id"`
	Hash           string `dynamo:"plan_hash"`
	UserID         int64  `dynamo:"user_id"`
	Heirs                 // who takes over
	State          string `dynamo:"state"`
	RemovalID      int64  `dynamo:"removal_id,omitempty"` // once it is applied
	CreatedBy      string `dynamo:"created_by"`
	CreatedOn      Time   `dynamo:"created_on"`
	ExpiresOn      Time   `dynamo:"expires_on"`
	TTL            int64  `dynamo:"ttl"`
	Version        int64  `dynamo:"version"`
}

// Heirs are the users who take over a leaver's things. A kind of thing without an
// heir of its own goes to TransferTo.
type Heirs struct {
	TransferTo int64  `dynamo:"transfer_to"`
	Agents     *int64 `dynamo:"agents_to,omitempty"`
	Corpora    *int64 `dynamo:"corpora_to,omitempty"`
	Projects   *int64 `dynamo:"projects_to,omitempty"`
}

// OfProjects is the user who becomes admin where the leaver is the last one.
func (h Heirs) OfProjects() int64 {
	if h.Projects != nil {
		return *h.Projects
	}
	return h.TransferTo
}

// OfAgents is the user who becomes owner of the leaver's agents.
func (h Heirs) OfAgents() int64 {
	if h.Agents != nil {
		return *h.Agents
	}
	return h.TransferTo
}

// All lists the heirs, each once.
func (h Heirs) All() []int64 {
	all := []int64{h.TransferTo}
	for _, other := range []*int64{h.Agents, h.Corpora, h.Projects} {
		if other != nil {
			all = append(all, *other)
		}
	}
	return Distinct(all)
}
