package audit

import (
	"bytes"
	"context"
	"slices"

	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// rows reads the audit rows with the keys due, and their seals. It reads the log from
// where it was scanned to up to the last of them, so that it finds rows that the chain
// doesn't have; rows before that, which were sealed late, it reads one by one.
func (v *verifier) rows(ctx context.Context, s *store.Store, due []table.Primary) (table.Rows, error) {
	wanted := make(map[table.Primary]bool, len(due))
	var late []table.Primary
	to := v.last
	for _, key := range due {
		wanted[key] = true
		if v.scanned && key.SK <= v.last.SK {
			late = append(late, key, sealBeside(key))
		} else if key.SK > to.SK {
			to = key
		}
	}
	rows, err := s.Inspect(ctx, late...)
	if err != nil {
		return nil, err
	}
	if to.SK == v.last.SK {
		return rows, nil
	}
	err = v.look(ctx, s, sealBeside(to).SK, func(e entry, found table.Rows) {
		if wanted[e.key] {
			rows[e.key], rows[sealBeside(e.key)] = found[e.key], found[sealBeside(e.key)]
			if rows[sealBeside(e.key)] == nil {
				delete(rows, sealBeside(e.key))
			}
			return
		}
		v.meet(e)
	})
	v.reach(to)
	return rows, err
}

// look scans the log from where it was scanned to up to the sort key to, "" for its
// end, and calls see for each row.
func (v *verifier) look(ctx context.Context, s *store.Store, to string, see func(entry, table.Rows)) error {
	span := table.Span{To: to}
	if v.scanned {
		span.From = sealBeside(v.last).SK
	}
	for {
		found, err := s.Audits(ctx, v.organization, span, lookSize)
		if err != nil {
			return err
		}
		log := pair(found)
		cut := len(log)
		if found.More && cut > 1 {
			cut-- // the last row's seal may be on the next page
		}
		for _, e := range log[:cut] {
			see(e, found.Rows)
		}
		if !found.More || len(log) == 0 {
			return nil
		}
		if span.From = log[len(log)-1].key.SK; cut == len(log) {
			span.From = sealBeside(log[cut-1].key).SK
		}
	}
}

// meet notes a row that isn't among those being checked. It may be unsealed yet or be
// elsewhere in the chain, which settle looks up; any other was inserted.
func (v *verifier) meet(e entry) {
	switch {
	case e.sealed:
		v.strays[e.key] = e.seal.Seq
	case v.head.Watermark.String() > e.key.SK:
		v.strays[e.key] = 0
	}
}

// settle looks up the chain's entries of the rows that meet noted, and reports the
// first row without one as bad.
func (v *verifier) settle(ctx context.Context, s *store.Store, first int64, due []table.Primary) error {
	for key, seq := range v.strays {
		if seq > v.head.Seq { // sealed since, or the head was put back, which the end tells
			continue
		}
		if seq > 0 {
			batches, _, err := s.SealBatches(ctx, v.organization, seq, 1)
			if err != nil {
				return err
			}
			if len(batches) == 1 && lists(batches[0], seq) && keyOf(v.audit(batches[0].Rows[seq-batches[0].First])) == key {
				delete(v.strays, key)
				continue
			}
		}
		before := slices.IndexFunc(due, func(k table.Primary) bool { return k.SK > key.SK })
		if before < 0 {
			before = len(due)
		}
		v.bad(first+int64(before), "a row was put in that the chain doesn't have: %s", key.SK)
		return nil
	}
	return nil
}

// end checks that nothing sealed follows the last link, and that the head names it.
func (v *verifier) end(ctx context.Context, s *store.Store) error {
	if v.head.Seq > 0 && !bytes.Equal(v.head.Hash, v.prev) {
		v.bad(v.head.Seq, "the head has another hash than the last link")
		return nil
	}
	if err := v.look(ctx, s, "", func(e entry, _ table.Rows) { v.meet(e) }); err != nil {
		return err
	}
	if err := v.settle(ctx, s, v.head.Seq+1, nil); err != nil || !v.OK {
		return err
	}
	// Somebody may have sealed since the head was read; but then it has moved.
	rows, err := s.Read(ctx, table.SealHeads.Key(v.organization))
	if err != nil {
		return err
	}
	now, _ := table.SealHeads.In(rows, v.organization)
	batches, _, err := s.SealBatches(ctx, v.organization, v.head.Seq+1, 1)
	if err != nil {
		return err
	}
	beyond := func(seq int64) bool { return seq > now.Seq && seq > v.head.Seq }
	for _, seq := range v.strays {
		if beyond(seq) {
			v.bad(v.head.Seq+1, "there are seals behind the chain's end")
		}
	}
	if len(batches) > 0 && beyond(batches[0].Seq) {
		// It was written between the two reads if the head has moved by now.
		if rows, err = s.Read(ctx, table.SealHeads.Key(v.organization)); err != nil {
			return err
		}
		if now, _ = table.SealHeads.In(rows, v.organization); beyond(batches[0].Seq) {
			v.bad(v.head.Seq+1, "there are batches behind the chain's end")
		}
	}
	return nil
}
