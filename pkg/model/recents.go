package model

import (
	"slices"
	"time"
)

// keptRecents is how many of a user's recent things are kept.
const keptRecents = 20

// Recents is the newest projects of a user, or the newest agents, newest first,
// in one row: adding one is one write, and reading them is one read.
type Recents struct {
	UserID  int64    `dynamo:"user_id"`
	Entries []Recent `dynamo:"entries"`
	Version int64    `dynamo:"version"`
}

// Recent is one entry of Recents: a project, or an agent with its project.
type Recent struct {
	ID         int64 `dynamo:"id"`
	ProjectID  int64 `dynamo:"project_id"`
	AgentID    int64 `dynamo:"agent_id,omitempty"`
	LastUsedOn Time  `dynamo:"last_used_on"`
}

// of reports whether e and other are of the same thing.
func (e Recent) of(other Recent) bool {
	return e.ProjectID == other.ProjectID && e.AgentID == other.AgentID
}

// Entry returns the entry of e's thing, and false with e itself where there is none.
func (r Recents) Entry(e Recent) (Recent, bool) {
	i := slices.IndexFunc(r.Entries, e.of)
	if i < 0 {
		return e, false
	}
	return r.Entries[i], true
}

// With returns the list with e, used at now, first, and cut to its length. Pages
// begin by time, so no two entries have the same: where the clock hasn't moved on,
// e is a microsecond after the one before.
func (r Recents) With(e Recent, now Time) Recents {
	r = r.Without(e)
	if e.LastUsedOn = now; len(r.Entries) > 0 && !now.After(r.Entries[0].LastUsedOn) {
		e.LastUsedOn = r.Entries[0].LastUsedOn.Add(time.Microsecond)
	}
	r.Entries = append([]Recent{e}, r.Entries...)
	r.Entries = r.Entries[:min(len(r.Entries), keptRecents)]
	return r
}

// Without returns the list without the entry of e's thing.
func (r Recents) Without(e Recent) Recents {
	r.Entries = slices.DeleteFunc(slices.Clone(r.Entries), e.of)
	return r
}

// Page returns at most limit entries after a position, "" for the beginning, and
// the position of the next page, "" at the end.
func (r Recents) Page(after string, limit int) (entries []Recent, next string) {
	entries = r.Entries
	if after != "" { // the time of the last entry shown
		older := slices.IndexFunc(entries, func(e Recent) bool { return e.LastUsedOn.String() < after })
		if older < 0 {
			return nil, ""
		}
		entries = entries[older:]
	}
	if len(entries) > limit {
		entries = entries[:limit]
		next = entries[limit-1].LastUsedOn.String()
	}
	return entries, next
}

// RecentProject is a project somebody used, and when.
type RecentProject struct {
	ID         int64   `json:"id"`
	Project    Project `json:"project"`
	LastUsedOn Time    `json:"last_used_on"`
}
