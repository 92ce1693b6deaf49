package audit

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Erased is shown in place of personal data whose user was purged.
const Erased = "erased"

// People are the users whom audit rows name, with the keys of their personal
// data.
type People struct {
	store *store.Store
	keys  map[int64][]byte // nil for one who has none, or isn't there
}

// NewPeople knows nobody yet.
func NewPeople(s *store.Store) *People { return &People{s, map[int64][]byte{}} }

// Know reads the users named by audit rows that have personal data in them.
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

// Erased reports whether a row has personal data that nobody can read any more.
func (p *People) Erased(a model.Audit) bool {
	users := named(a)
	return slices.ContainsFunc(concealed(a), func(text string) bool {
		_, ok := p.reveal(users, text)
		return !ok
	})
}

// reveal opens a text with the key of whichever of the users it is about: a
// wrong key never opens one.
func (p *People) reveal(users []int64, text string) (string, bool) {
	for _, id := range users {
		if open, ok := model.Reveal(p.keys[id], text); ok {
			return open, true
		}
	}
	return "", false
}

// Shown returns a row with its personal data as they may be read.
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

// replaced is a value with every text in it shown.
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

// named returns the users that a row names: its actor, those of its resource,
// those that facts in it are about, and those who are to be told.
func named(a model.Audit) (ids []int64) {
	add := func(text string) {
		for part := range strings.SplitSeq(text, "/") {
			if number, ok := strings.CutPrefix(part, "user:"); ok {
				if id, err := strconv.ParseInt(number, 10, 64); err == nil && !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
	}
	add(a.Actor)
	add(a.Resource)
	for _, facts := range []map[string]any{a.Before, a.After} {
		for name := range facts {
			add(name)
		}
	}
	for _, n := range a.Notices {
		add("user:" + strconv.FormatInt(n.UserID, 10))
	}
	return ids
}
