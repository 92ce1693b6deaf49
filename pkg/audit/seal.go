package audit

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// perTransaction is the number of rows sealed at once: with the batch and the head
// they fit into one transaction.
const perTransaction = 90

// Bounds of contention between sealers of one organisation: the number of tries, and
// the longest pause between them.
const (
	sealTries = 60
	sealPause = 40 * time.Millisecond
)

// Seal links audit rows to the end of their organisations' chains, those of one
// transaction in the order of their time, and returns how many of rows, from the
// first on, are sealed. It skips rows that are sealed already, so a repeat changes
// nothing; of concurrent sealers one wins and the others go on after it.
//
// A row is sealed as it is in the table. One that differs from rows there, or is
// missing, is sealed as in rows: verify then reports it.
func Seal(ctx context.Context, s *store.Store, rows []model.Audit) (done int, err error) {
	var organizations []int64
	parts := map[int64][]model.Audit{}
	for _, a := range rows {
		if parts[a.OrganizationID] == nil {
			organizations = append(organizations, a.OrganizationID)
		}
		parts[a.OrganizationID] = append(parts[a.OrganizationID], a)
	}
	sealed := make(map[table.Primary]bool, len(rows))
	for _, organization := range organizations {
		for part := range slices.Chunk(parts[organization], perTransaction) {
			if err = s.NoteMentions(ctx, mentioned(part)); err != nil { // before the seal, so that what is sealed is found
				break
			}
			if err = sealPart(ctx, s, organization, part); err != nil {
				break
			}
			for _, a := range part {
				sealed[keyOf(a)] = true
			}
		}
		if err != nil {
			break
		}
	}
	for done < len(rows) && sealed[keyOf(rows[done])] {
		done++
	}
	return done, err
}

func keyOf(a model.Audit) table.Primary {
	return table.Audits.Key(a.OrganizationID, a.TS.String(), a.ID)
}

func sealKey(a model.Audit) table.Primary {
	return table.Seals.Key(a.OrganizationID, a.TS.String(), a.ID)
}

// byTime is the order of audit rows in their partition.
func byTime(a, b model.Audit) int {
	return cmp.Or(strings.Compare(a.TS.String(), b.TS.String()), strings.Compare(a.ID, b.ID))
}

// sealPart seals rows of one organisation in one transaction. It tries again when
// another sealer has moved the chain's end, and is unavailable after sealTries.
func sealPart(ctx context.Context, s *store.Store, organization int64, rows []model.Audit) error {
	rows = slices.CompactFunc(slices.SortedFunc(slices.Values(rows), byTime), func(a, b model.Audit) bool { return byTime(a, b) == 0 })
	keys := []table.Primary{table.SealHeads.Key(organization)}
	for _, a := range rows {
		keys = append(keys, keyOf(a), sealKey(a))
	}
	for try := range sealTries {
		found, err := s.Inspect(ctx, keys...)
		if err != nil {
			return err
		}
		if head, is := found[keys[0]]; is {
			if err := table.Sound(keys[0], head); err != nil {
				return err
			}
		}
		tx, err := links(organization, rows, found)
		if err != nil {
			return err
		}
		if err = s.Commit(ctx, tx); !errors.Is(err, table.ErrStale) {
			return err
		}
		select {
		case <-ctx.Done():
			return fault.Unavailable(ctx.Err())
		case <-time.After(rand.N(min(sealPause, time.Duration(try+1)*2*time.Millisecond))): //nolint:gosec // a pause is no secret
		}
	}
	return fault.Unavailable(errors.New("the end of the audit chain is too busy"))
}

// links notes the seals of those rows that found has no seal of, their batch, and the
// chain's new end.
func links(organization int64, rows []model.Audit, found table.Rows) (*table.Tx, error) {
	var tx table.Tx
	from, exists := table.SealHeads.In(found, organization)
	if !exists {
		from = model.SealHead{OrganizationID: organization, Hash: genesis[:]}
	}
	to := from
	batch := model.SealBatch{OrganizationID: organization, First: from.Seq + 1}
	var text, room []byte
	for _, a := range rows {
		if _, ok := found[sealKey(a)]; ok {
			continue
		}
		item, err := asTold(a, found)
		if err != nil {
			return nil, err
		}
		text = encode(text[:0], item)
		seal := model.Seal{OrganizationID: organization, TS: a.TS, AuditID: a.ID, Seq: to.Seq + 1, PrevHash: to.Hash}
		var hash [Size]byte
		hash, room = link(room, organization, seal.Seq, seal.PrevHash, text)
		seal.Hash = hash[:]
		table.Seals.Create(&tx, seal)
		batch.Rows = append(batch.Rows, model.SealedRow{TS: a.TS, AuditID: a.ID})
		to.Seq, to.Hash = seal.Seq, seal.Hash
	}
	if len(batch.Rows) == 0 {
		return &tx, nil
	}
	batch.Seq = to.Seq
	table.SealBatches.Create(&tx, batch)
	if exists {
		table.SealHeads.Change(&tx, from, to)
	} else {
		table.SealHeads.Create(&tx, to)
	}
	return &tx, nil
}

// asTold returns the item to seal for a: the stored one where it equals a, or where a
// is bare, else a's own. An unreadable row (see unsealed) is sealed as it is stored,
// so that it blocks no others and can't be replaced unnoticed.
func asTold(a model.Audit, found table.Rows) (dynamo.Item, error) {
	told, err := table.Audits.Item(a)
	if err != nil {
		return nil, err
	}
	stored, ok := found[keyOf(a)]
	if !ok {
		return told, nil
	}
	if bare(a) {
		return stored, nil
	}
	again, err := table.Remake(stored)
	if err == nil && bytes.Equal(encode(nil, again), encode(nil, told)) {
		return stored, nil
	}
	return told, nil
}
