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

// perTransaction is how many rows are sealed at once: with the batch and the
// head they fit into one transaction.
const perTransaction = 90

// Bounds of contention between sealers of one organisation: how often one tries,
// and the longest pause between.
const (
	sealTries = 60
	sealPause = 40 * time.Millisecond
)

// Seal links audit rows to the end of their organisations' chains, in the order
// of their time as far as they come together, and says how many from the start
// are sealed. Rows that are sealed already are left alone, so a repeat changes
// nothing; of sealers at the same time one wins and the others go on after it.
//
// What is sealed is the row as the table holds it. A row that meanwhile isn't
// as rows tell, or isn't there, is sealed as they tell: verify then names it.
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

// sealPart seals rows of one organisation in one transaction, again until it is
// the only one at the chain's end.
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

// links notes the links of rows that have none among those found, and the move
// of the chain's end behind them.
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

// asTold returns the row as the table holds it, if that says what a says, or if
// a is nothing but its key: a row that can't be read (see unsealed) is sealed as
// it lies there, so that it holds up none and nobody can put another in its place.
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
