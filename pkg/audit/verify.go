package audit

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"time"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Verdict is the result of Verify.
type Verdict struct {
	OK              bool    `json:"ok"`
	Checked         int64   `json:"checked" doc:"Rows whose links were checked"`
	FirstBadSeq     *int64  `json:"first_bad_seq" doc:"Where the chain doesn't hold; for rows that are too many or cut off, the number they stand before or had"`
	NextSeq         *int64  `json:"next_seq" doc:"Where to go on, by from_seq; null at the end"`
	Erased          int64   `json:"erased" doc:"Rows with personal data of people who were purged"`
	Unsealed        int64   `json:"unsealed" doc:"Changes that wait to be sealed"`
	OldestUnsealedS float64 `json:"oldest_unsealed_s" doc:"How long the oldest of them has waited, in seconds"`

	reason string
}

// verifier is the state of a verification.
type verifier struct {
	Verdict
	organization int64
	prev         []byte        // the hash of the link before the next
	last         table.Primary // the row up to which the log was scanned
	scanned      bool          // last is set
	head         model.SealHead
	checkpoints  map[int64]model.Checkpoint
	people       *People
	strays       map[table.Primary]int64 // rows that meet noted, by the numbers of their seals, 0 for none
	room, text   []byte
}

// Reason describes what is wrong with the first bad row, "" where none is.
func (v Verdict) Reason() string { return v.reason }

// reserve is the time before its deadline at which a verification stops.
const reserve = 1500 * time.Millisecond

// together is the number of links that are read and checked at a time.
const together = 400

// Verify checks an organisation's chain from the number from up to the number to (0:
// its end), as far as the deadline of ctx allows: that the numbers have no gap, that
// each link has the hash of its row and of the link before, that no row among the
// sealed ones is missing in the chain, that the end is where the head says, and that
// every checkpoint is on the chain. It stops at the first bad row. signed, unless it
// is nil, reports whether a checkpoint's signature is valid.
func Verify(ctx context.Context, s *store.Store, organization, from, to int64, now model.Time, signed func(model.Checkpoint) bool) (Verdict, error) {
	v := &verifier{Verdict: Verdict{OK: true}, organization: organization, people: NewPeople(s), strays: map[table.Primary]int64{}, checkpoints: map[int64]model.Checkpoint{}}
	from = max(from, 1)
	if err := v.open(ctx, s, from, signed); err != nil {
		return Verdict{}, err
	}
	whole := to == 0 || to >= v.head.Seq
	if whole {
		to = v.head.Seq
	}
	next := from
	for v.OK && next <= to {
		if end, ok := ctx.Deadline(); ok && time.Until(end) < reserve && next > from {
			v.NextSeq = &next
			err := v.waiting(ctx, s, now)
			return v.Verdict, err
		}
		err := v.some(ctx, s, &next, to)
		if err != nil {
			return Verdict{}, err
		}
	}
	if v.OK && whole {
		if err := v.end(ctx, s); err != nil {
			return Verdict{}, err
		}
	}
	err := v.waiting(ctx, s, now)
	return v.Verdict, err
}

// bad notes the first bad row.
func (v *verifier) bad(seq int64, reason string, args ...any) {
	if v.OK {
		v.OK, v.FirstBadSeq, v.reason = false, &seq, fmt.Sprintf(reason, args...)
	}
}

// open reads the chain's end, its checkpoints, and the link before from.
func (v *verifier) open(ctx context.Context, s *store.Store, from int64, signed func(model.Checkpoint) bool) error {
	rows, err := s.Read(ctx, table.SealHeads.Key(v.organization))
	if err != nil {
		return err
	}
	v.head, _ = table.SealHeads.In(rows, v.organization)
	from = min(from, v.head.Seq+1) // after the end, only the end remains to be checked
	for at, more := from, true; more; {
		var some []model.Checkpoint
		if some, more, err = s.Checkpoints(ctx, v.organization, at, together); err != nil {
			return err
		}
		for _, c := range some {
			v.checkpoints[c.Seq] = c
			if signed != nil && !signed(c) {
				v.bad(c.Seq, "the signature of the checkpoint is not that of its key")
			}
			if c.Seq > v.head.Seq { // signed since, if the head has moved by now
				if rows, err = s.Read(ctx, table.SealHeads.Key(v.organization)); err != nil {
					return err
				}
				v.head, _ = table.SealHeads.In(rows, v.organization)
			}
			if c.Seq > v.head.Seq {
				v.bad(v.head.Seq+1, "the chain ends before a checkpoint that was signed at %d", c.Seq)
			}
			at = c.Seq + 1
		}
		more = more && len(some) > 0
	}
	v.prev = genesis[:]
	if from == 1 || !v.OK {
		return nil
	}
	batches, _, err := s.SealBatches(ctx, v.organization, from-1, 1)
	if err != nil {
		return err
	}
	if len(batches) == 0 || !lists(batches[0], from-1) {
		v.bad(from-1, "its batch is missing")
		return nil
	}
	b := batches[0]
	row := b.Rows[from-1-b.First]
	key := table.Seals.Key(v.organization, row.TS.String(), row.AuditID)
	if rows, err = s.Inspect(ctx, key); err != nil {
		return err
	}
	seal, ok := table.Seals.Try(rows, key)
	if !ok {
		v.bad(from-1, "its seal is missing")
		return nil
	}
	v.prev = seal.Hash
	for _, row := range b.Rows[:from-b.First] { // the log counts as scanned up to these
		v.reach(keyOf(v.audit(row)))
	}
	return nil
}

func lists(b model.SealBatch, seq int64) bool {
	return b.First <= seq && seq <= b.Seq && int64(len(b.Rows)) == b.Seq-b.First+1
}

func (v *verifier) audit(row model.SealedRow) model.Audit {
	return model.Audit{OrganizationID: v.organization, TS: row.TS, ID: row.AuditID}
}

func (v *verifier) reach(key table.Primary) {
	if !v.scanned || key.SK > v.last.SK {
		v.last, v.scanned = key, true
	}
}

// some checks the links from *next on, about together of them, and sets *next to the
// number after them.
func (v *verifier) some(ctx context.Context, s *store.Store, next *int64, to int64) error {
	batches, _, err := s.SealBatches(ctx, v.organization, *next, together)
	if err != nil {
		return err
	}
	var due []table.Primary
	first := *next
	for _, b := range batches {
		at := first + int64(len(due))
		if at > to || len(due) >= together {
			break
		}
		if !lists(b, at) {
			break
		}
		for _, row := range b.Rows[at-b.First:] {
			if at++; at > to+1 {
				break
			}
			due = append(due, keyOf(v.audit(row)))
		}
	}
	if len(due) == 0 {
		v.bad(first, "no batch lists it")
		return nil
	}
	rows, err := v.rows(ctx, s, due)
	if err != nil {
		return err
	}
	audits := make([]model.Audit, 0, len(due))
	for _, key := range due {
		a, _ := table.Audits.Try(rows, key)
		audits = append(audits, a)
	}
	if err := v.people.Know(ctx, audits...); err != nil {
		return err
	}
	for i, key := range due {
		if v.check(first+int64(i), key, rows); !v.OK {
			return nil
		}
		delete(v.strays, key)
	}
	*next = first + int64(len(due))
	return v.settle(ctx, s, first, due)
}

// check compares one link with its row and the link before.
func (v *verifier) check(seq int64, key table.Primary, rows table.Rows) {
	item, ok := rows[key]
	stored, sealed := rows[sealBeside(key)]
	switch {
	case !ok:
		v.bad(seq, "its row is missing")
		return
	case !sealed:
		v.bad(seq, "its seal is missing")
		return
	}
	v.text = encode(v.text[:0], item)
	var hash [Size]byte
	hash, v.room = link(v.room, v.organization, seq, v.prev, v.text)
	at, _ := table.Audits.Parse(key)
	var ts model.Time
	_ = ts.UnmarshalText([]byte(at["ts"]))
	want, err := table.Seals.Item(model.Seal{OrganizationID: v.organization, TS: ts, AuditID: at["audit_id"], Seq: seq, PrevHash: v.prev, Hash: hash[:]})
	if err != nil || !reflect.DeepEqual(stored, want) {
		v.bad(seq, "its row, its seal or the link before was changed")
		return
	}
	v.Checked++
	if c, ok := v.checkpoints[seq]; ok && !bytes.Equal(c.Hash, hash[:]) {
		v.bad(seq, "a checkpoint says otherwise")
	}
	a, _ := table.Audits.Try(rows, key)
	if v.people.Erased(a) {
		v.Erased++
	}
	v.prev = hash[:]
}

// waiting counts the rows that aren't sealed yet.
func (v *verifier) waiting(ctx context.Context, s *store.Store, now model.Time) error {
	open, _, err := unsealed(ctx, s, v.organization, v.head.Watermark)
	if err = store.LeaveOut(ctx, err); err != nil {
		return err
	}
	if v.Unsealed = int64(len(open)); len(open) > 0 {
		v.OldestUnsealedS = max(0, now.Std().Sub(open[0].TS.Std()).Seconds())
	}
	return nil
}
