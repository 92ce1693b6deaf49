package audit

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Record is a change as answers show it. Its number and hashes are null until it is
// sealed.
type Record struct {
	Seq       *int64         `json:"seq"`
	Hash      *string        `json:"hash"`
	PrevHash  *string        `json:"prev_hash"`
	TS        model.Time     `json:"ts"`
	Actor     string         `json:"actor" doc:"user:ID, key:PREFIX, system or operator"`
	Action    string         `json:"action" doc:"Id of the operation"`
	Resource  string         `json:"resource" doc:"project:151, or what belongs to it: project:151/user:16"`
	Before    map[string]any `json:"before"`
	After     map[string]any `json:"after"`
	Outcome   string         `json:"outcome"`
	RequestID string         `json:"request_id"`
	SourceIP  string         `json:"source_ip" doc:"\"erased\", as all personal data, once its user is purged"`
}

// Filter selects changes. A field with its zero value selects all.
type Filter struct {
	Actor, Action string
	Resource      model.Ref
	Start, End    model.Time // from Start on, before End
	Descending    bool       // the newest first
}

func (f Filter) matches(a model.Audit) bool {
	return (f.Actor == "" || f.Actor == a.Actor) && (f.Action == "" || f.Action == a.Action) && f.concerns(a)
}

// concerns reports whether a change is about the filter's resource: about the whole,
// about a part of it, or, where the resource is a user, about their part of a place.
func (f Filter) concerns(a model.Audit) bool {
	about, _ := model.ParseRef(a.Resource)
	if f.Resource.IsZero() || f.Resource == about || f.Resource == about.Whole() {
		return true
	}
	person := f.Resource.Thing
	if !f.Resource.Part.IsZero() {
		if person = f.Resource.Part; f.Resource.Thing != about.Thing {
			return false
		}
	}
	return slices.Contains(concerned(a), person.String())
}

// span returns the part of a partition within the filter's times and from a position
// on; empty is true where there is none.
func (f Filter) span(after string) (span table.Span, empty bool) {
	if !f.Start.IsZero() {
		span.From = f.Start.String()
	}
	if !f.End.IsZero() {
		span.To = f.End.String() // a key is its time and more, so one of End itself is after it
	}
	if span.Descending = f.Descending; !f.Descending {
		span.From = max(span.From, after)
	} else if after != "" && (span.To == "" || after < span.To) {
		span.To = after
	}
	return span, span.To != "" && span.From > span.To
}

// List returns changes of an organisation in the filter's order, after a position, and
// the position of the next page, "" at the end. It reads limit changes, however many
// of them the filter selects, so every page costs the same, and may be short.
func List(ctx context.Context, s *store.Store, organization int64, f Filter, after string, limit int) (page []Record, next string, err error) {
	span, empty := f.span(after)
	if empty {
		return nil, "", nil
	}
	read := func() (table.Stretch, error) { return read(ctx, s, organization, span, limit) }
	if f.Actor != "" || !f.Resource.IsZero() {
		read = func() (table.Stretch, error) { return find(ctx, s, organization, f, span, limit) }
	}
	found, err := read()
	if err != nil {
		return nil, "", err
	}
	log := pair(found)
	if len(log) > 0 && log[0].key.SK == after {
		log = log[1:]
	}
	if len(log) > limit || found.More && len(log) > 0 {
		log = log[:min(limit, len(log))]
		next = log[len(log)-1].key.SK
	}
	log = slices.DeleteFunc(log, func(e entry) bool {
		if !e.readable {
			_ = store.LeaveOut(ctx, table.Sound(e.key, found.Rows[e.key]))
		}
		return !e.readable || !f.matches(e.audit)
	})
	rows := make([]model.Audit, 0, len(log))
	for _, e := range log {
		rows = append(rows, e.audit)
	}
	people := NewPeople(s)
	if err := people.Know(ctx, rows...); err != nil {
		return nil, "", err
	}
	for _, e := range log {
		page = append(page, record(people.Shown(e.audit), e))
	}
	return page, next, nil
}

// read reads the log itself: the change at the position, limit more, another to see
// whether the list goes on, and the seals of all.
func read(ctx context.Context, s *store.Store, organization int64, span table.Span, limit int) (table.Stretch, error) {
	found, err := s.Audits(ctx, organization, span, 2*(limit+2))
	if n := len(found.Keys); found.More && n > 0 && !span.Descending { // the last one's seal may not have come
		if _, ok := table.Audits.Parse(found.Keys[n-1]); ok {
			found.Keys = found.Keys[:n-1]
		}
	}
	return found, err
}

// find asks the index by resource or by actor, and reads the rows that it finds.
func find(ctx context.Context, s *store.Store, organization int64, f Filter, span table.Span, limit int) (table.Stretch, error) {
	var found []table.Found
	var err error
	switch about := f.Resource; {
	case about.IsZero():
		found, err = s.AuditsBy(ctx, organization, f.Actor, span, limit+2)
	case about == model.KindUser.Ref(about.ID):
		found, err = findPerson(ctx, s, organization, about.String(), span, limit+2)
	default:
		found, err = s.AuditsAbout(ctx, organization, about.Whole().String(), span, limit+2)
	}
	out := table.Stretch{More: len(found) == limit+2}
	for _, x := range found {
		out.Keys = append(out.Keys, x.Primary)
	}
	if err != nil {
		return out, err
	}
	keys := make([]table.Primary, 0, 2*len(out.Keys))
	for _, key := range out.Keys {
		keys = append(keys, key, sealBeside(key))
	}
	out.Rows, err = s.Inspect(ctx, keys...)
	return out, err
}

// findPerson finds at most n changes of a user's account and of their part of places,
// in the order of the span. Each list is asked for n, so none ends before the n-th of
// all.
func findPerson(ctx context.Context, s *store.Store, organization int64, person string, span table.Span, n int) ([]table.Found, error) {
	own, err := s.AuditsAbout(ctx, organization, person, span, n)
	if err != nil {
		return nil, err
	}
	elsewhere, err := s.AuditsOf(ctx, organization, person, span, n)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(own, elsewhere)
	slices.SortFunc(all, func(a, b table.Found) int {
		if span.Descending {
			a, b = b, a
		}
		return strings.Compare(a.Position, b.Position)
	})
	all = slices.CompactFunc(all, func(a, b table.Found) bool { return a.Primary == b.Primary })
	return all[:min(n, len(all))], nil
}

func record(a model.Audit, e entry) Record {
	r := Record{
		TS: a.TS, Actor: a.Actor, Action: a.Action, Resource: a.Resource, Before: a.Before, After: a.After,
		Outcome: a.Outcome, RequestID: a.RequestID, SourceIP: a.SourceIP,
	}
	if e.sealed {
		hash, prev := hex.EncodeToString(e.seal.Hash), hex.EncodeToString(e.seal.PrevHash)
		r.Seq, r.Hash, r.PrevHash = &e.seal.Seq, &hash, &prev
	}
	return r
}
