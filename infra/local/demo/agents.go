package demo

import (
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// agent is an agent with its versions, permissions, alias, review, vote and marks.
type agent struct {
	ID          int64               `json:"id"`
	Project     int64               `json:"project"`
	Type        int64               `json:"type"`
	Name        string              `json:"name"`
	Description string              `json:"description"`
	Owner       *int64              `json:"owner"`
	AccessLevel string              `json:"access_level"`
	PublicMode  *string             `json:"public_mode"`
	CreatedBy   string              `json:"created_by"`
	CreatedOn   model.Time          `json:"created_on"`
	Versions    []model.AgentConfig `json:"versions"`
	Members     []struct {
		ID   int64  `json:"id"`
		User int64  `json:"user"`
		Role string `json:"role"`
	} `json:"members"`
	Alias *struct {
		ID    int64  `json:"id"`
		Alias string `json:"alias"`
	} `json:"alias"`
	Review *struct {
		ID        int64  `json:"id"`
		User      int64  `json:"user"`
		Review    string `json:"review"`
		Rating    int64  `json:"rating"`
		CreatedBy string `json:"created_by"`
	} `json:"review"`
	Vote *struct {
		User int64  `json:"user"`
		Vote string `json:"vote"`
	} `json:"vote"`
	Star   *mark `json:"star"`
	Recent *mark `json:"recent"`
}

// mark is a user's star of an agent, or their recent use of it.
type mark struct {
	ID   int64 `json:"id"`
	User int64 `json:"user"`
}

// agentsIn is how many agents a project has.
func (d *data) agentsIn(project int64) (n int64) {
	for _, a := range d.Agents {
		if a.Project == project {
			n++
		}
	}
	return n
}

// agents adds the agents. It computes their counters itself, since a transaction writes
// a row once.
func (d *data) agents(s *store.Store, tx *table.Tx) {
	for _, a := range d.Agents {
		row := model.Agent{
			ID: a.ID, Name: a.Name, Description: a.Description, ProjectID: a.Project, TypeID: a.Type, OwnerID: a.Owner,
			AccessLevel: a.AccessLevel, PublicMode: a.PublicMode, ConfigVersion: int64(len(a.Versions)), LastVersion: int64(len(a.Versions)),
			Stamp: model.Created(a.CreatedBy, a.CreatedOn), Version: 1,
		}
		for _, p := range d.Projects {
			if p.ID == a.Project {
				row.OrganizationID, row.TeamID = p.Organization, p.Team
			}
		}
		for i, config := range a.Versions {
			row.ConfigHash = config.Hash()
			table.AgentVersions.Create(tx, model.AgentVersion{
				AgentID: a.ID, ConfigVersion: int64(i + 1), Config: config, ConfigHash: row.ConfigHash, Stamp: model.Created(a.CreatedBy, a.CreatedOn),
			})
		}
		for _, m := range a.Members {
			table.AgentMembers.Create(tx, model.AgentMember{
				ID: m.ID, AgentID: a.ID, ProjectID: a.Project, UserID: m.User, Role: m.Role, CreatedBy: a.CreatedBy, CreatedOn: a.CreatedOn, Version: 1,
			})
		}
		store.Enlist(tx, model.Agent{}, row)
		a.opinions(s, tx, &row)
		table.Agents.Create(tx, row)
	}
}

// opinions adds the agent's alias, review, vote and marks, and counts them in row.
func (a agent) opinions(s *store.Store, tx *table.Tx, row *model.Agent) {
	if a.Alias != nil {
		row.AliasCount = 1
		alias := model.Alias{
			ID: a.Alias.ID, AgentID: a.ID, Alias: a.Alias.Alias, ProjectID: a.Project, OrganizationID: row.OrganizationID,
			Stamp: model.Created(a.CreatedBy, a.CreatedOn), Version: 1,
		}
		table.Aliases.Create(tx, alias)
		table.AliasNames.Create(tx, alias.Name())
	}
	if r := a.Review; r != nil {
		row.ReviewCount, row.RatingCount, row.RatingSum = 1, 1, r.Rating
		table.Reviews.Create(tx, model.Review{ID: r.ID, AgentID: a.ID, UserID: r.User, Review: r.Review, Rating: &r.Rating, Stamp: model.Created(r.CreatedBy, a.CreatedOn), Version: 1})
		table.Reviewers.Create(tx, model.Reviewer{AgentID: a.ID, UserID: r.User, ReviewID: r.ID})
	}
	if a.Vote != nil {
		row.LikeCount = 1
		table.Votes.Create(tx, model.Vote{AgentID: a.ID, UserID: a.Vote.User, Vote: a.Vote.Vote, Version: 1})
	}
	if a.Star != nil {
		table.Stars.Create(tx, model.Star{ID: a.Star.ID, UserID: a.Star.User, AgentID: a.ID, ProjectID: a.Project, CreatedOn: a.CreatedOn})
	}
	if a.Recent != nil {
		s.RecordRecentAgents(tx, model.Recents{}, model.Recents{
			UserID: a.Recent.User, Entries: []model.Recent{{ID: a.Recent.ID, ProjectID: a.Project, AgentID: a.ID, LastUsedOn: a.CreatedOn}},
		})
	}
}
