package removal_test

import (
	"time"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// agents are what busy's user 20 has of agents. He owns one in each of his
// projects: in 151, whose oldest admin is 7; in 160, where 21 is a viewer of it;
// two in 161, of which 21 was a viewer until now and is an owner; and one in 162,
// which has no admin. He has permissions on others beside them, in 151 and in
// project 4 of his team, which he isn't a member of; has reviewed one and voted
// on it; and has marked some.
func agents() []fixture.Given {
	return []fixture.Given{
		fixture.Agent(31, 151, "Mine", fixture.Open("organization", "")), fixture.OnAgent(31, 20, "owner"), fixture.Owns(31, 20),
		fixture.Agent(32, 151, "Yours"), fixture.OnAgent(32, 20, "editor", fixture.Ends(time.Hour)), fixture.OnAgent(32, 15, "viewer"),
		fixture.Agent(33, 160, "Alone"), fixture.OnAgent(33, 20, "owner"), fixture.OnAgent(33, 21, "viewer"), fixture.Owns(33, 20),
		fixture.Agent(34, 161, "One of two"), fixture.OnAgent(34, 20, "owner"), fixture.OnAgent(34, 21, "viewer", fixture.Ends(0)), fixture.Owns(34, 20),
		fixture.Agent(36, 161, "Two of two"), fixture.OnAgent(36, 20, "owner"), fixture.OnAgent(36, 21, "owner"), fixture.Owns(36, 20),
		fixture.Agent(35, 162, "Nobody's then"), fixture.OnAgent(35, 20, "owner"), fixture.Owns(35, 20),
		fixture.OnAgent(22, 20, "editor"),
		{reviewed(32, 20, 5), reviewed(31, 15, 2), marked(20, 31, 22)},
	}
}

// reviewed is what a user thinks of an agent: a review with a rating, and a vote
// for it.
func reviewed(agent, user, rating int64) func(*table.Tx, table.Rows) {
	return func(tx *table.Tx, _ table.Rows) {
		id := 1000*agent + user
		table.Reviews.Put(tx, model.Review{ID: id, AgentID: agent, UserID: user, Review: "So it is.", Rating: &rating, Version: 1, Stamp: model.Created("System", model.At(fixture.Epoch))})
		table.Reviewers.Put(tx, model.Reviewer{AgentID: agent, UserID: user, ReviewID: id})
		table.Votes.Put(tx, model.Vote{AgentID: agent, UserID: user, Vote: model.VoteUp, Version: 1})
		for _, counter := range []string{"review_count", "rating_count", "like_count"} {
			tx.Add(table.Agents.Key(agent), counter, 1)
		}
		tx.Add(table.Agents.Key(agent), "rating_sum", rating)
	}
}

// marked makes agents starred and recent ones of a user.
func marked(user int64, agents ...int64) func(*table.Tx, table.Rows) {
	return func(tx *table.Tx, was table.Rows) {
		list := model.Recents{UserID: user, Version: 2}
		for _, id := range agents {
			a, _ := table.Agents.In(was, id)
			table.Stars.Put(tx, model.Star{ID: 1000*id + user, UserID: user, AgentID: id, ProjectID: a.ProjectID, CreatedOn: model.At(fixture.Epoch)})
			list.Entries = append(list.Entries, model.Recent{ID: 1000*id + user, ProjectID: a.ProjectID, AgentID: id, LastUsedOn: model.At(fixture.Epoch)})
		}
		table.RecentAgents.Put(tx, list)
	}
}
