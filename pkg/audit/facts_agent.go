package audit

import "wardroom/pkg/model"

// AgentState is what the log says of a whole agent: what Explain Access needs to
// tell later who could do what, and which configuration it had.
type AgentState struct {
	Project     int64  `fact:"project"`
	IsDeleted   bool   `fact:"is_deleted"`
	AccessLevel string `fact:"access_level"`
	PublicMode  string `fact:"public_mode"`
	ConfigHash  string `fact:"config_hash"`
	Type        int64  `fact:"type"`
	Version     int64  `fact:"version"`
}

// StateOfAgent is that of an agent's row.
func StateOfAgent(a model.Agent) AgentState {
	return AgentState{
		Project: a.ProjectID, IsDeleted: a.IsDeleted, AccessLevel: a.AccessLevel, PublicMode: a.Mode(), ConfigHash: a.ConfigHash, Type: a.TypeID, Version: a.Version,
	}
}

// AgentMade is that there is a new agent.
type AgentMade struct {
	changed
	Agent int64      `of:"agent"`
	State AgentState `after:",inline"`
}

// AgentEdited is that an agent has another configuration, type, name or description;
// of texts only that they are others.
type AgentEdited struct {
	changed
	Agent      int64        `of:"agent"`
	ConfigHash Turn[string] `fact:"config_hash"`
	Type       Turn[int64]  `fact:"type"`
	Renamed    bool         `after:"renamed,omitempty"`
	Described  bool         `after:"described,omitempty"`
}

// VersionRestored is that an agent has the configuration again that it had in an
// earlier version.
type VersionRestored struct {
	changed
	Agent      int64        `of:"agent"`
	ConfigHash Turn[string] `fact:"config_hash"`
	Restored   int64        `after:"restored"`
}

// AgentDeleted is that an agent is deleted.
type AgentDeleted struct {
	changed
	Agent int64  `of:"agent"`
	_     always `fact:"is_deleted"`
}

// OwnerChanged is that an agent belongs to somebody else; 0 is nobody.
type OwnerChanged struct {
	changed
	Agent int64       `of:"agent"`
	Owner Turn[int64] `fact:"owner"`
}

// Openness is who may use an agent without a permission on it.
type Openness struct {
	Level   string `fact:"access_level"`
	Mode    string `fact:"public_mode"` // "" for none
	Version int64  `fact:"version"`
}

// Standing says where it stands among all states of the agent.
func (o Openness) Standing() model.Standing { return model.Standing{Version: o.Version} }

// OpennessOf is that of an agent's row.
func OpennessOf(a model.Agent) Openness { return Openness{a.AccessLevel, a.Mode(), a.Version} }

// OpennessChanged is that an agent was opened or closed. A row of AgentMade tells it
// as well.
type OpennessChanged struct {
	changed
	Agent    int64          `of:"agent"`
	Openness Turn[Openness] `fact:",inline"`
}

// OpennessOfAgent is what a row tells of how open its agent was and is.
func OpennessOfAgent(a model.Audit) Turn[Openness] {
	c, _ := Decode[OpennessChanged](a)
	return c.Openness
}

// AliasesChanged is that an agent got aliases, lost them, or that they are others.
type AliasesChanged struct {
	changed
	Agent   int64                  `of:"agent"`
	Aliases map[int64]Turn[string] `fact:"agent_alias:"`
}

// AgentTypeEdited is that a type of agents has another name or description.
type AgentTypeEdited struct {
	changed
	Organization int64 `of:"organization"`
	Type         int64 `of:"agent_type"`
	Renamed      bool  `after:"renamed"`
	Described    bool  `after:"described"`
}

// ReviewWritten is that somebody reviewed an agent, or changed their review.
type ReviewWritten struct {
	changed
	Agent  int64       `of:"agent"`
	Review int64       `of:"review"`
	Rating Turn[int64] `fact:"rating"` // 0 for none
}

// ReviewDeleted is that a review is deleted.
type ReviewDeleted struct {
	changed
	Agent  int64 `of:"agent"`
	Review int64 `of:"review"`
	Rating int64 `before:"rating"`
	Author int64 `before:"author"`
}
