package audit

import "wardroom/pkg/model"

// AgentState has the facts of a whole agent: those by which Explain Access later
// tells who could do what, and its configuration.
type AgentState struct {
	Project     int64  `fact:"project"`
	IsDeleted   bool   `fact:"is_deleted"`
	AccessLevel string `fact:"access_level"`
	PublicMode  string `fact:"public_mode"`
	ConfigHash  string `fact:"config_hash"`
	Type        int64  `fact:"type"`
	Version     int64  `fact:"version"`
}

// StateOfAgent returns the AgentState of an agent's row.
func StateOfAgent(a model.Agent) AgentState {
	return AgentState{
		Project: a.ProjectID, IsDeleted: a.IsDeleted, AccessLevel: a.AccessLevel, PublicMode: a.Mode(), ConfigHash: a.ConfigHash, Type: a.TypeID, Version: a.Version,
	}
}

// AgentMade records that an agent was created.
type AgentMade struct {
	changed
	Agent int64      `of:"agent"`
	State AgentState `after:",inline"`
}

// AgentEdited records a change of an agent's configuration, type, name or
// description; of texts, only that they changed.
type AgentEdited struct {
	changed
	Agent      int64        `of:"agent"`
	ConfigHash Turn[string] `fact:"config_hash"`
	Type       Turn[int64]  `fact:"type"`
	Renamed    bool         `after:"renamed,omitempty"`
	Described  bool         `after:"described,omitempty"`
}

// VersionRestored records that an agent has the configuration of an earlier version
// again.
type VersionRestored struct {
	changed
	Agent      int64        `of:"agent"`
	ConfigHash Turn[string] `fact:"config_hash"`
	Restored   int64        `after:"restored"`
}

// AgentDeleted records that an agent was deleted.
type AgentDeleted struct {
	changed
	Agent int64  `of:"agent"`
	_     always `fact:"is_deleted"`
}

// OwnerChanged records an agent's old and new owner; 0 is nobody.
type OwnerChanged struct {
	changed
	Agent int64       `of:"agent"`
	Owner Turn[int64] `fact:"owner"`
}

// Openness says who may use an agent without a permission on it.
type Openness struct {
	Level   string `fact:"access_level"`
	Mode    string `fact:"public_mode"` // "" for none
	Version int64  `fact:"version"`
}

// Standing orders o among all states of the agent.
func (o Openness) Standing() model.Standing { return model.Standing{Version: o.Version} }

// OpennessOf returns the Openness of an agent's row.
func OpennessOf(a model.Agent) Openness { return Openness{a.AccessLevel, a.Mode(), a.Version} }

// OpennessChanged records that an agent's openness changed. A row of AgentMade
// contains it as well.
type OpennessChanged struct {
	changed
	Agent    int64          `of:"agent"`
	Openness Turn[Openness] `fact:",inline"`
}

// OpennessOfAgent returns an agent's openness before and after the change of a row;
// nil where the row doesn't say.
func OpennessOfAgent(a model.Audit) Turn[Openness] {
	c, _ := Decode[OpennessChanged](a)
	return c.Openness
}

// AliasesChanged records that aliases of an agent were added, deleted or renamed.
type AliasesChanged struct {
	changed
	Agent   int64                  `of:"agent"`
	Aliases map[int64]Turn[string] `fact:"agent_alias:"`
}

// AgentTypeEdited records a change of an agent type's name or description.
type AgentTypeEdited struct {
	changed
	Organization int64 `of:"organization"`
	Type         int64 `of:"agent_type"`
	Renamed      bool  `after:"renamed"`
	Described    bool  `after:"described"`
}

// ReviewWritten records that an agent's review was written or changed.
type ReviewWritten struct {
	changed
	Agent  int64       `of:"agent"`
	Review int64       `of:"review"`
	Rating Turn[int64] `fact:"rating"` // 0 for none
}

// ReviewDeleted records that a review was deleted.
type ReviewDeleted struct {
	changed
	Agent  int64 `of:"agent"`
	Review int64 `of:"review"`
	Rating int64 `before:"rating"`
	Author int64 `before:"author"`
}
