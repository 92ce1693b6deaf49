package audit

import (
	"context"
	"errors"
	"time"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// inFlight is how long after its time a row may still be written: a request has
// ten seconds, and clocks differ by less than the rest.
const inFlight = 2 * time.Minute

// Bounds of one search for unsealed rows: the rows and seals of one query, and the
// number of queries.
const (
	lookSize  = 1000
	lookTimes = 8
)

// Unsealed returns changes of an organisation that have no seal yet, oldest first,
// for a sweep to seal. It searches from the watermark, before which everything is
// sealed, and moves that up; more than one search finds is left to the next call. Of
// an unreadable row it returns the key alone, to be sealed as it is stored, and
// beside the rows an error that UnreadableIn takes apart.
func Unsealed(ctx context.Context, s *store.Store, organization int64, now model.Time) ([]model.Audit, error) {
	rows, err := s.Read(ctx, table.SealHeads.Key(organization))
	if err != nil {
		return nil, err
	}
	head, exists := table.SealHeads.In(rows, organization)
	open, upTo, err := unsealed(ctx, s, organization, head.Watermark)
	if _, only := table.UnreadableIn(err); err != nil && !only || !exists { // without a head nothing was ever sealed, and there is no row to move it in
		return open, err
	}
	mark := now.Add(-inFlight)
	if !upTo.IsZero() && mark.After(upTo) {
		mark = upTo
	}
	if len(open) > 0 && mark.After(open[0].TS) {
		mark = open[0].TS
	}
	if !mark.After(head.Watermark) {
		return open, err
	}
	moved := head
	moved.Watermark = mark
	var tx table.Tx
	table.SealHeads.Change(&tx, head, moved)
	if lost := s.Commit(ctx, &tx); lost != nil && !errors.Is(lost, table.ErrStale) { // stale: somebody seals, and the next sweep moves it
		return open, lost
	}
	return open, err
}

// unsealed searches for rows without a seal from a time on. upTo is the time up to
// which it searched, never where it reached the end. Unreadable rows are returned as
// by Unsealed.
func unsealed(ctx context.Context, s *store.Store, organization int64, from model.Time) (open []model.Audit, upTo model.Time, bad error) {
	var span table.Span
	if !from.IsZero() {
		span.From = from.String()
	}
	var errs []error
	for range lookTimes {
		found, err := s.Audits(ctx, organization, span, lookSize)
		if err != nil {
			return nil, model.Time{}, err
		}
		log := pair(found)
		if found.More && len(log) < 2 { // another page from here would begin with the same row
			break
		}
		rest := log
		if found.More { // the last one's seal may come after what was read
			rest = log[:len(log)-1]
		}
		for _, e := range rest {
			if e.sealed {
				continue
			}
			if !e.readable {
				errs = append(errs, table.Sound(e.key, found.Rows[e.key]))
			}
			if keyOf(e.audit) == e.key {
				open = append(open, e.audit)
			}
		}
		if !found.More {
			return open, model.Time{}, errors.Join(errs...)
		}
		last := log[len(log)-1]
		span.From, upTo = last.key.SK, last.audit.TS
	}
	return open, upTo, errors.Join(errs...)
}

// entry is an audit row with its seal, as they are stored.
type entry struct {
	key      table.Primary
	audit    model.Audit // its key alone, where it can't be read
	seal     model.Seal
	sealed   bool
	readable bool
}

type entries []entry

// pair pairs the rows of a stretch with their seals. A seal without its row is
// dropped.
func pair(found table.Stretch) entries {
	out := make(entries, 0, len(found.Keys)/2+1)
	for _, key := range found.Keys {
		if _, ok := table.Audits.Parse(key); !ok {
			continue
		}
		e := entry{key: key}
		_, e.sealed = found.Rows[sealBeside(key)]
		if e.audit, e.readable = table.Audits.Try(found.Rows, key); !e.readable {
			e.audit = atKey(key)
		}
		e.seal, _ = table.Seals.Try(found.Rows, sealBeside(key))
		out = append(out, e)
	}
	return out
}

// sealBeside is the key of the seal of the audit row with this key.
func sealBeside(key table.Primary) table.Primary {
	at, _ := table.Audits.Parse(key)
	organization, _ := table.Audits.ID(key, "organization_id")
	return table.Seals.Key(organization, at["ts"], at["audit_id"])
}

// atKey returns an audit row with the fields of its key alone.
func atKey(key table.Primary) (a model.Audit) {
	at, _ := table.Audits.Parse(key)
	a.OrganizationID, _ = table.Audits.ID(key, "organization_id")
	a.ID = at["audit_id"]
	_ = a.TS.UnmarshalText([]byte(at["ts"])) // never, where it is none: then the row isn't sealed
	return a
}

// bare reports whether a was made by atKey: every stored row has an action and an
// actor.
func bare(a model.Audit) bool { return a.Action == "" && a.Actor == "" }
