package audit

import (
	"context"
	"maps"
	"slices"
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// concerned returns the users that a change concerns, by their names ("user:16"):
// those of its resource first, then those of its facts.
func concerned(a model.Audit) (people []string) {
	facts := slices.Collect(maps.Keys(a.Before))
	for name := range a.After {
		facts = append(facts, name)
	}
	slices.Sort(facts)
	for _, name := range append(strings.Split(a.Resource, "/"), facts...) {
		if is, ok := model.ParseThing(name); ok && is.Kind == model.KindUser && !slices.Contains(people, name) {
			people = append(people, name)
		}
	}
	return people
}

// Mentions are the mentions of a change: one for each user that it concerns, except
// those that indexes have for Person and About.
func Mentions(a model.Audit) (out []model.Mention) {
	for _, name := range concerned(a) {
		if name != a.Person && name != a.About {
			out = append(out, model.Mention{OrganizationID: a.OrganizationID, Person: name, TS: a.TS, AuditID: a.ID})
		}
	}
	return out
}

// mentioned are the mentions of several changes.
func mentioned(rows []model.Audit) (all []model.Mention) {
	for _, a := range rows {
		all = append(all, Mentions(a)...)
	}
	return all
}

// Erased is shown in place of personal data whose user was purged.
const Erased = "erased"

// People decrypts personal data in audit rows with the keys of the users whom the
// rows name. It isn't safe for concurrent use.
type People struct {
	store *store.Store
	keys  map[int64][]byte // by user; nil for a user who was purged
}

// NewPeople returns People without any keys.
func NewPeople(s *store.Store) *People { return &People{s, map[int64][]byte{}} }

// Know reads the keys of the users named by those rows that have personal data.
func (p *People) Know(ctx context.Context, rows ...model.Audit) error {
	var keys []table.Primary
	for _, a := range rows {
		if len(concealed(a)) == 0 {
			continue
		}
		for _, id := range named(a) {
			if _, known := p.keys[id]; !known {
				p.keys[id] = nil
				keys = append(keys, table.Users.Key(id))
			}
		}
	}
	found, err := p.store.ReadShown(ctx, keys...)
	if err != nil {
		return err
	}
	for _, u := range table.Users.All(found) {
		p.keys[u.ID] = u.AuditKey
	}
	return nil
}

// Erased reports whether a row has personal data that none of the keys opens.
func (p *People) Erased(a model.Audit) bool {
	users := named(a)
	return slices.ContainsFunc(concealed(a), func(text string) bool {
		_, ok := p.reveal(users, text)
		return !ok
	})
}

// reveal decrypts a text with the key of one of the users; a wrong key never opens
// one.
func (p *People) reveal(users []int64, text string) (string, bool) {
	for _, id := range users {
		if open, ok := model.Reveal(p.keys[id], text); ok {
			return open, true
		}
	}
	return "", false
}

// Shown returns a row with its personal data decrypted, or Erased in their place.
func (p *People) Shown(a model.Audit) model.Audit {
	users := named(a)
	show := func(text string) string {
		if !model.Concealed(text) {
			return text
		}
		if open, ok := p.reveal(users, text); ok {
			return open
		}
		return Erased
	}
	a.SourceIP = show(a.SourceIP)
	a.Before, _ = replaced(a.Before, show).(map[string]any)
	a.After, _ = replaced(a.After, show).(map[string]any)
	return a
}

// replaced returns a copy of a value, with show applied to every text in it.
func replaced(v any, show func(string) string) any {
	switch v := v.(type) {
	case string:
		return show(v)
	case map[string]any:
		if v == nil {
			return v
		}
		out := make(map[string]any, len(v))
		for name, inner := range v {
			out[name] = replaced(inner, show)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = replaced(inner, show)
		}
		return out
	}
	return v
}

// concealed returns the texts in a row that are encrypted.
func concealed(a model.Audit) (texts []string) {
	note := func(text string) string {
		if model.Concealed(text) {
			texts = append(texts, text)
		}
		return text
	}
	note(a.SourceIP)
	replaced(a.Before, note)
	replaced(a.After, note)
	return texts
}

// named returns the users that a row names: its actor, those it concerns, and the
// recipients of its notices.
func named(a model.Audit) (ids []int64) {
	add := func(names ...string) {
		for _, name := range names {
			if is, ok := model.ParseThing(name); ok && is.Kind == model.KindUser && !slices.Contains(ids, is.ID) {
				ids = append(ids, is.ID)
			}
		}
	}
	add(a.Actor)
	add(concerned(a)...)
	for _, n := range a.Notices {
		add(model.UserName(n.UserID))
	}
	return ids
}
