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

// Bounds of one look for unsealed rows: the rows and seals of one question, and
// how many questions are asked.
const (
	lookSize  = 1000
	lookTimes = 8
)

// Unsealed returns changes of an organisation that have no seal yet, oldest
// first, for a sweep to seal. It looks from the watermark on, before which
// everything is sealed, and moves that to where nothing is left behind; what is
// more than one look finds is found by the next.
func Unsealed(ctx context.Context, s *store.Store, organization int64, now model.Time) ([]model.Audit, error) {
	rows, err := s.Read(ctx, table.SealHeads.Key(organization))
	if err != nil {
		return nil, err
	}
	head, exists := table.SealHeads.In(rows, organization)
	open, upTo, err := unsealed(ctx, s, organization, head.Watermark)
	if err != nil || !exists { // without a head nothing was ever sealed, and there is no row to move it in
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
		return open, nil
	}
	moved := head
	moved.Watermark = mark
	var tx table.Tx
	table.SealHeads.Change(&tx, head, moved)
	if err := s.Commit(ctx, &tx); err != nil && !errors.Is(err, table.ErrStale) { // stale: somebody seals, and the next sweep moves it
		return open, err
	}
	return open, nil
}

// unsealed looks for rows without a seal from a time on. upTo is the time
// that it looked up to, never where it looked at everything.
func unsealed(ctx context.Context, s *store.Store, organization int64, from model.Time) (open []model.Audit, upTo model.Time, err error) {
	var span table.Span
	if !from.IsZero() {
		span.From = from.String()
	}
	for range lookTimes {
		found, err := s.Audits(ctx, organization, span, lookSize)
		if err != nil {
			return nil, model.Time{}, err
		}
		log := pair(found)
		if !found.More {
			return append(open, log.unsealed()...), model.Time{}, nil
		}
		if len(log) < 2 { // it can't go on from here
			break
		}
		last := log[len(log)-1] // its seal may come after what was read
		open = append(open, log[:len(log)-1].unsealed()...)
		span.From, upTo = last.key.SK, last.audit.TS
	}
	return open, upTo, nil
}

// entry is an audit row with its seal, as the table holds them.
type entry struct {
	key      table.Primary
	audit    model.Audit
	seal     model.Seal
	sealed   bool
	readable bool // nobody made it something else by hand
}

type entries []entry

// pair puts the rows of a stretch and their seals together. A seal without its
// row is no entry.
func pair(found table.Stretch) entries {
	out := make(entries, 0, len(found.Keys)/2+1)
	for _, key := range found.Keys {
		if _, ok := table.Audits.Parse(key); !ok {
			continue
		}
		e := entry{key: key}
		_, e.sealed = found.Rows[sealBeside(key)]
		e.audit, e.readable = table.Audits.Try(found.Rows, key)
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

func (e entries) unsealed() (out []model.Audit) {
	for _, x := range e {
		if !x.sealed && x.readable {
			out = append(out, x.audit)
		}
	}
	return out
}
