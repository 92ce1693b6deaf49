package audit_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// sealedLog is a system with a log of 20 rows in two batches, the 16th of them
// sealed late, in a batch of its own: it has the number 20.
func sealedLog(t *testing.T) *fixture.System {
	t.Helper()
	sys := fixture.New(t)
	sys.Put(t, fixture.NewLog())
	rows := changes(1, 20)
	written(t, sys.Store, rows...)
	seal(t, sys.Store, rows[:8]...)
	seal(t, sys.Store, slices.Concat(rows[8:15], rows[16:])...)
	seal(t, sys.Store, rows[15])
	if _, err := audit.Unsealed(t.Context(), sys.Store, 1, model.At(fixture.Epoch.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	return sys
}

// numbered says which row has which number.
func numbered(seq int64) model.Audit {
	switch {
	case seq == 20:
		return change(1, 16)
	case seq > 15:
		return change(1, int(seq)+1)
	}
	return change(1, int(seq))
}

func keyOf(seq int64) table.Primary {
	a := numbered(seq)
	return table.Audits.Key(int64(1), a.TS.String(), a.ID)
}

func sealOf(seq int64) table.Primary {
	a := numbered(seq)
	return table.Seals.Key(int64(1), a.TS.String(), a.ID)
}

type item = map[string]types.AttributeValue

func put(t testing.TB, sys *fixture.System, it item) {
	t.Helper()
	if _, err := sys.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &sys.Table, Item: it}); err != nil {
		t.Fatal(err)
	}
}

func drop(t testing.TB, sys *fixture.System, key table.Primary) {
	t.Helper()
	_, err := sys.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &sys.Table, Key: item{
		"pk": &types.AttributeValueMemberS{Value: key.PK}, "sk": &types.AttributeValueMemberS{Value: key.SK},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func verdict(t testing.TB, sys *fixture.System, from, to int64) audit.Verdict {
	t.Helper()
	v, err := audit.Verify(t.Context(), sys.Store, 1, from, to, model.At(fixture.Epoch.Add(time.Hour)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// found demands that verify names the number as the first bad one, whether it
// begins at the start of the chain or in the middle of it.
func found(t testing.TB, sys *fixture.System, says string, seq int64) {
	t.Helper()
	if v := verdict(t, sys, 1, 0); v.OK || v.FirstBadSeq == nil || *v.FirstBadSeq != seq {
		t.Errorf("%s: ok %v, first bad %d (%s), want %d", says, v.OK, aws.ToInt64(v.FirstBadSeq), v.Reason(), seq)
	}
}

func TestWholeChain(t *testing.T) {
	sys := sealedLog(t)
	for from := range int64(21) {
		for _, to := range []int64{0, 5, 20, 100} {
			if v := verdict(t, sys, from, to); !v.OK || v.NextSeq != nil || v.Unsealed != 0 {
				t.Errorf("from %d to %d: %+v %s", from, to, v, v.Reason())
			}
		}
	}
	if v := verdict(t, sys, 0, 0); v.Checked != 20 || v.Erased != 20 { // nobody has key16
		t.Errorf("%+v", v)
	}
	written(t, sys.Store, change(1, 5000), change(1, 5001))
	if v := verdict(t, sys, 0, 0); !v.OK || v.Unsealed != 2 {
		t.Errorf("with changes that wait: %d of them, %s", v.Unsealed, v.Reason())
	}
}

// Any byte of any attribute of a sealed row, and of its seal.
func TestFlippedByte(t *testing.T) {
	sys := sealedLog(t)
	rows := sys.Rows(t.Context(), t)
	for _, seq := range []int64{1, 12, 20} {
		for _, key := range []table.Primary{keyOf(seq), sealOf(seq)} {
			was := rows[key]
			for name := range was {
				for _, changed := range flips(was[name]) {
					now := maps.Clone(was)
					now[name] = changed
					if name == "pk" || name == "sk" {
						drop(t, sys, key)
					}
					put(t, sys, now)
					found(t, sys, fmt.Sprintf("%s of %s", name, key.SK), seq)
					if name == "pk" || name == "sk" {
						drop(t, sys, table.Primary{PK: now["pk"].(*types.AttributeValueMemberS).Value, SK: now["sk"].(*types.AttributeValueMemberS).Value})
					}
				}
			}
			more := maps.Clone(was)
			more["more"] = &types.AttributeValueMemberS{Value: "x"}
			put(t, sys, more)
			found(t, sys, "one more attribute", seq)
			put(t, sys, was)
		}
	}
	if v := verdict(t, sys, 1, 0); !v.OK {
		t.Errorf("put back: %s", v.Reason())
	}
}

// flips are values that differ from v in a byte, at any depth.
func flips(v types.AttributeValue) (out []types.AttributeValue) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if v.Value != "" {
			b := []byte(v.Value)
			b[len(b)/2] ^= 1
			out = append(out, &types.AttributeValueMemberS{Value: string(b)})
		}
	case *types.AttributeValueMemberN:
		b := []byte(v.Value)
		b[len(b)-1] = '0' + (b[len(b)-1]-'0'+1)%10
		out = append(out, &types.AttributeValueMemberN{Value: string(b)})
	case *types.AttributeValueMemberB:
		b := slices.Clone(v.Value)
		b[len(b)/2] ^= 1
		out = append(out, &types.AttributeValueMemberB{Value: b})
	case *types.AttributeValueMemberBOOL:
		out = append(out, &types.AttributeValueMemberBOOL{Value: !v.Value})
	case *types.AttributeValueMemberNULL:
		out = append(out, &types.AttributeValueMemberS{Value: ""})
	case *types.AttributeValueMemberM:
		for name, inner := range v.Value {
			for _, changed := range flips(inner) {
				m := maps.Clone(v.Value)
				m[name] = changed
				out = append(out, &types.AttributeValueMemberM{Value: m})
			}
		}
	case *types.AttributeValueMemberL:
		for i, inner := range v.Value {
			for _, changed := range flips(inner) {
				l := slices.Clone(v.Value)
				l[i] = changed
				out = append(out, &types.AttributeValueMemberL{Value: l})
			}
		}
	}
	return out
}

// What else can be done to a log by hand.
func TestTampering(t *testing.T) {
	for _, tt := range []struct {
		says string
		do   func(*testing.T, *fixture.System, table.Rows)
		bad  int64
	}{
		{"a row dropped", func(t *testing.T, s *fixture.System, _ table.Rows) { drop(t, s, keyOf(5)) }, 5},
		{"a seal dropped", func(t *testing.T, s *fixture.System, _ table.Rows) { drop(t, s, sealOf(9)) }, 9},
		{"a row and its seal dropped", func(t *testing.T, s *fixture.System, _ table.Rows) { drop(t, s, keyOf(9)); drop(t, s, sealOf(9)) }, 9},
		{"a batch dropped", func(t *testing.T, s *fixture.System, _ table.Rows) {
			drop(t, s, table.SealBatches.Key(int64(1), int64(19)))
		}, 9},
		{"the last row dropped", func(t *testing.T, s *fixture.System, _ table.Rows) { drop(t, s, keyOf(20)); drop(t, s, sealOf(20)) }, 20},
		{"the last batch and its rows dropped", func(t *testing.T, s *fixture.System, _ table.Rows) {
			drop(t, s, table.SealBatches.Key(int64(1), int64(20)))
			drop(t, s, keyOf(20))
			drop(t, s, sealOf(20))
		}, 20},
		{"the head dropped", func(t *testing.T, s *fixture.System, _ table.Rows) { drop(t, s, table.SealHeads.Key(int64(1))) }, 1},
		{"the head put back", func(t *testing.T, s *fixture.System, rows table.Rows) {
			head := maps.Clone(rows[table.SealHeads.Key(int64(1))])
			head["seq"] = &types.AttributeValueMemberN{Value: "8"}
			head["hash"] = rows[sealOf(8)]["hash"]
			put(t, s, head)
		}, 9},
		{"the head's hash changed", func(t *testing.T, s *fixture.System, rows table.Rows) {
			head := maps.Clone(rows[table.SealHeads.Key(int64(1))])
			head["hash"] = rows[sealOf(8)]["hash"]
			put(t, s, head)
		}, 20},
		{"two rows swapped", func(t *testing.T, s *fixture.System, rows table.Rows) {
			a, b := maps.Clone(rows[keyOf(3)]), maps.Clone(rows[keyOf(4)])
			for name := range a {
				if name != "pk" && name != "sk" {
					a[name], b[name] = b[name], a[name]
				}
			}
			put(t, s, a)
			put(t, s, b)
		}, 3},
		{"two seals swapped", func(t *testing.T, s *fixture.System, rows table.Rows) {
			a, b := maps.Clone(rows[sealOf(3)]), maps.Clone(rows[sealOf(4)])
			for _, name := range []string{"seq", "hash", "prev_hash"} {
				a[name], b[name] = b[name], a[name]
			}
			put(t, s, a)
			put(t, s, b)
		}, 3},
		{"a row put in among the sealed", func(t *testing.T, s *fixture.System, _ table.Rows) {
			a := change(1, 5)
			a.ID = "Bxxxx"
			written(t, s.Store, a)
		}, 6},
		{"a row put in with a seal of its own", func(t *testing.T, s *fixture.System, rows table.Rows) {
			a := change(1, 5)
			a.ID = "Bxxxx"
			written(t, s.Store, a)
			forged, _ := table.Seals.At(rows, sealOf(6))
			forged.TS, forged.AuditID = a.TS, a.ID
			it, err := table.Seals.Item(forged)
			if err != nil {
				t.Fatal(err)
			}
			put(t, s, it)
		}, 6},
	} {
		t.Run(tt.says, func(t *testing.T) {
			sys := sealedLog(t)
			tt.do(t, sys, sys.Rows(t.Context(), t))
			found(t, sys, tt.says, tt.bad)
		})
	}
}

// A row that was changed or dropped before anybody sealed it is found as well:
// it is sealed as the stream told of it.
func TestChangedBeforeSealing(t *testing.T) {
	sys := fixture.New(t)
	sys.Put(t, fixture.NewLog())
	rows := changes(1, 3)
	written(t, sys.Store, rows...)
	told := stored(t, sys)
	bad := maps.Clone(sys.Rows(t.Context(), t)[table.Audits.Key(int64(1), rows[1].TS.String(), rows[1].ID)])
	bad["actor"] = &types.AttributeValueMemberS{Value: "user:1"}
	put(t, sys, bad)
	seal(t, sys.Store, told...)
	found(t, sys, "a row changed before it was sealed", 2)
}

// The tail of the chain cut in every place tells nothing but to a checkpoint.
func TestCutTail(t *testing.T) {
	sys := sealedLog(t)
	rows := sys.Rows(t.Context(), t)
	head, _ := table.SealHeads.In(rows, int64(1))
	var tx table.Tx
	table.Checkpoints.Create(&tx, model.Checkpoint{OrganizationID: 1, Seq: head.Seq, Hash: head.Hash, SignedOn: model.At(fixture.Epoch), Key: "k", Signature: []byte{1}})
	if err := sys.Store.Commit(t.Context(), &tx); err != nil {
		t.Fatal(err)
	}
	for seq := int64(9); seq <= 20; seq++ {
		drop(t, sys, keyOf(seq))
		drop(t, sys, sealOf(seq))
	}
	drop(t, sys, table.SealBatches.Key(int64(1), int64(19)))
	drop(t, sys, table.SealBatches.Key(int64(1), int64(20)))
	cut := maps.Clone(rows[table.SealHeads.Key(int64(1))])
	cut["seq"], cut["hash"] = &types.AttributeValueMemberN{Value: "8"}, rows[sealOf(8)]["hash"]
	put(t, sys, cut)
	found(t, sys, "the tail", 9)
	if v, err := audit.Verify(t.Context(), sys.Store, 1, 0, 0, model.Now(), func(model.Checkpoint) bool { return false }); err != nil || v.OK || *v.FirstBadSeq != 20 {
		t.Errorf("a checkpoint that nobody signed: %+v, %v", v, err)
	}
	drop(t, sys, table.Checkpoints.Key(int64(1), int64(20)))
	if v := verdict(t, sys, 1, 0); !v.OK {
		t.Errorf("without a checkpoint nothing is left to tell of it, and yet: %s", v.Reason())
	}
}

// A verification that runs out of time says where to go on.
func TestOutOfTime(t *testing.T) {
	sys := fixture.New(t)
	sys.Put(t, fixture.NewLog())
	rows := changes(1, 900)
	written(t, sys.Store, rows...)
	seal(t, sys.Store, rows...)
	checked, next, calls := int64(0), int64(1), 0
	for next != 0 {
		v, err := audit.Verify(late{t.Context()}, sys.Store, 1, next, 0, model.Now(), nil)
		if err != nil || !v.OK || v.Checked == 0 {
			t.Fatalf("from %d: %+v, %v", next, v, err)
		}
		checked, next, calls = checked+v.Checked, aws.ToInt64(v.NextSeq), calls+1
	}
	if checked != 900 || calls != 2 {
		t.Errorf("%d rows in %d calls", checked, calls)
	}
}

// late is a request whose time is nearly over, and never ends.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(time.Second), true }
