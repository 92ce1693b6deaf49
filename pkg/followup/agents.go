package followup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// agentsChunk is how many agents are looked at at a time. To move one is three rows: its
// own, and its place in two lists.
const agentsChunk = 30

// room is how many rows a transaction may have before the end of another agent
// goes into the next one: the agent, its two lists, two rows for each of its
// aliases, an audit row and the project.
const room = 100 - (5 + 2*store.MaxAliases)

// txMargin is how much of the time must be left for one more transaction.
const txMargin = 500 * time.Millisecond

// endAction is the action in the audit log of deleting an agent with its project.
const endAction = "finish-project-deletion"

// tries is how often work begins anew that lost to another writer.
const tries = 10

// Both say that not all agents of a project have followed it yet, and that who is
// called again goes on: errShort for want of time, errLate because an index is late
// or somebody else is at it.
var (
	errShort = errors.New("followup: no time for all of them to follow their project")
	errLate  = fmt.Errorf("followup: not all of them have followed their project: %w", table.ErrStale)
)

// MoveAgents lets the agents of a project follow a change of it that an audit row
// tells of, if it tells of one: when it goes to another team they are listed
// there, and when it is deleted they are, too.
func MoveAgents(ctx context.Context, s *store.Store, a model.Audit, now model.Time) error {
	switch p, told := audit.Decode[audit.ProjectChanged](a); {
	case told && p.Deleted():
		return store.Again(ctx, tries, func() error { return EndAgents(ctx, s, p.Project, now) })
	case told && p.Moved():
		return store.Again(ctx, tries, func() error { return moveAgents(ctx, s, p.Project) })
	}
	return nil
}

// moveAgents lets the rows of a project's agents say the team that it has now. Each
// transaction holds the project to that team, so that of two moves the later one
// wins, whichever is followed first.
func moveAgents(ctx context.Context, s *store.Store, id int64) error {
	seen, most := int64(0), int64(0)
	for from := int64(0); ; {
		p, agents, last, err := agentsPage(ctx, s, id, from)
		if err = store.LeaveOut(ctx, err); err != nil || p.ID == 0 || p.IsDeleted { // its deletion is a change of its own
			return err
		}
		var tx table.Tx
		for _, a := range agents {
			if seen++; a.Team() != p.Team() {
				s.MoveAgent(&tx, a, p)
			}
		}
		if err := commit(ctx, s, &tx); err != nil {
			return err
		}
		// One that was seen and has gone since doesn't stand for one that wasn't.
		most = max(most, p.AgentCount)
		if from = last; last == 0 {
			if seen < most {
				return errLate
			}
			return nil
		}
	}
}

// EndAgents deletes the agents of a project that was deleted, in as many transactions
// as it takes.
func EndAgents(ctx context.Context, s *store.Store, id int64, now model.Time) error {
	for from := int64(0); ; {
		p, agents, last, err := agentsPage(ctx, s, id, from)
		if err != nil || !p.IsDeleted {
			return err
		}
		var tx table.Tx
		for _, a := range agents {
			aliases, err := aliasesOf(ctx, s, a)
			if err != nil {
				return err
			}
			if tx.Len() > room {
				if err := commit(ctx, s, &tx); err != nil {
					return err
				}
				tx = table.Tx{}
			}
			s.DeleteAgent(&tx, a, aliases, p.ModifiedBy, now)
			s.RecordAudit(&tx, audit.Row(model.Audit{OrganizationID: a.OrganizationID, TS: now, Actor: model.System, Action: endAction}, audit.AgentDeleted{Agent: a.ID}))
		}
		if err := commit(ctx, s, &tx); err != nil {
			return err
		}
		if from = last; last == 0 {
			if int64(len(agents)) < p.AgentCount {
				return errLate
			}
			return nil
		}
	}
}

// aliasesOf reads the aliases of an agent, all that its row counts (errLate).
func aliasesOf(ctx context.Context, s *store.Store, a model.Agent) ([]model.Alias, error) {
	if a.AliasCount == 0 {
		return nil, nil
	}
	found, err := s.AliasesOf(ctx, a.ID, 0, store.MaxAliases)
	if err != nil {
		return nil, err
	}
	keys := make([]table.Primary, len(found))
	for i, at := range found {
		keys[i] = table.Aliases.Key(at.ID)
	}
	rows, err := s.Read(ctx, keys...)
	aliases := table.Aliases.All(rows)
	if err == nil && int64(len(aliases)) != a.AliasCount {
		err = errLate
	}
	return aliases, err
}

// agentsPage reads a project and some of its agents that aren't deleted, after an id,
// and returns the last of them, 0 where the index has no more. Where rows can't
// be read, it returns the others and an error that table.UnreadableIn takes apart.
func agentsPage(ctx context.Context, s *store.Store, id, from int64) (p model.Project, agents []model.Agent, last int64, err error) {
	found, err := s.AgentsOfProject(ctx, id, from, agentsChunk)
	if err != nil {
		return p, nil, 0, err
	}
	keys := []table.Primary{table.Projects.Key(id)}
	for _, at := range found {
		keys = append(keys, table.Agents.Key(at.Agent))
	}
	rows, err := s.Read(ctx, keys...)
	if _, only := table.UnreadableIn(err); err != nil && !only {
		return p, nil, 0, err
	}
	p, _ = table.Projects.In(rows, id)
	for _, at := range found {
		if a, ok := table.Agents.In(rows, at.Agent); ok && !a.IsDeleted {
			agents = append(agents, a)
		}
	}
	if len(found) == agentsChunk {
		last = found[agentsChunk-1].Agent
	}
	return p, agents, last, err
}

// commit writes what was noted. A race that was lost is one to be run again by
// whoever calls again, as is what there is no time left for.
func commit(ctx context.Context, s *store.Store, tx *table.Tx) error {
	if end, ok := ctx.Deadline(); tx.Len() > 0 && ok && time.Until(end) < txMargin {
		return errShort
	}
	return s.Commit(ctx, tx)
}
