package audit_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/audit"
	"wardroom/pkg/checkpoint"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// exported is the sealed log of 20 rows as a file, with a checkpoint at 20 that
// is signed, and two rows that aren't sealed.
func exported(t *testing.T) (text string, kept audit.Point, public *ecdsa.PublicKey) {
	t.Helper()
	sys := sealedLog(t)
	signer, err := checkpoint.File(filepath.Join(t.TempDir(), "deep", "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	head, _ := table.SealHeads.In(sys.Rows(t.Context(), t), int64(1))
	point := model.Checkpoint{OrganizationID: 1, Seq: 20, Hash: head.Hash, SignedOn: model.At(fixture.Epoch)}
	if point.Signature, point.Key, err = signer.Sign(t.Context(), audit.Statement(point)); err != nil {
		t.Fatal(err)
	}
	var tx table.Tx
	table.Checkpoints.Create(&tx, point)
	if err := sys.Store.Commit(t.Context(), &tx); err != nil {
		t.Fatal(err)
	}
	late := change(1, 5000)
	written(t, sys.Store, late, change(1, 5001))
	public, name, err := signer.Public(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := audit.Export(t.Context(), sys.Store, 1, model.At(fixture.Epoch), public, name, &b); err != nil {
		t.Fatal(err)
	}
	return b.String(), audit.Point{Seq: 20, Hash: hex.EncodeToString(head.Hash), SignedOn: point.SignedOn, Signature: hex.EncodeToString(point.Signature)}, public
}

func checked(t testing.TB, text string, kept ...audit.Point) audit.Report {
	t.Helper()
	r, err := audit.Check(strings.NewReader(text), kept, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestExportedLog(t *testing.T) {
	text, kept, public := exported(t)
	r := checked(t, text)
	if want := (audit.Report{OrganizationID: 1, Checked: 20, Unsealed: 2, Checkpoints: 1, Signatures: 1}); r != want {
		t.Fatalf("%+v", r)
	}
	if r, err := audit.Check(strings.NewReader(text), []audit.Point{kept}, public); err != nil || r.FirstBad != 0 || r.Signatures < 1 {
		t.Errorf("with a key and a checkpoint kept elsewhere: %+v %v", r, err)
	}
	for _, no := range []string{"", "{}\n", "\n", text[1:]} {
		if _, err := audit.Check(strings.NewReader(no), nil, nil); err == nil {
			t.Errorf("%.20q is taken for a log", no)
		}
	}

	lines := strings.SplitAfter(text, "\n")
	first := 3 // the head, the key and the checkpoint come before
	row := func(seq int) int { return first + seq - 1 }
	without := func(i int) string {
		return strings.Join(append(append([]string(nil), lines[:i]...), lines[i+1:]...), "")
	}
	with := func(i int, line string) string {
		return strings.Join(append(append(append([]string(nil), lines[:i]...), line), lines[i:]...), "")
	}
	swapped := append([]string(nil), lines...)
	swapped[row(6)], swapped[row(7)] = swapped[row(7)], swapped[row(6)]
	cut := append(append([]string(nil), lines[:row(15)]...), lines[row(21):]...)
	// The head of a cut log, as whoever cuts it would write it.
	last := lines[row(14)]
	at := strings.Index(last, `"hash":"`) + len(`"hash":"`)
	forged := `{"format":"wardroom-audit-1","organization_id":1,"seq":14,"hash":"` + last[at:at+64] + `","exported_on":"x"}` + "\n"
	for _, tt := range []struct {
		says, text string
		kept       []audit.Point
		bad        int64
	}{
		{"a row dropped", without(row(6)), nil, 6},
		{"two swapped", strings.Join(swapped, ""), nil, 6},
		{"a row twice", with(row(6), lines[row(5)]), nil, 6},
		{"the tail cut", strings.Join(cut, ""), nil, 15},
		{"the tail cut, and the head after it", forged + strings.Join(cut[1:], ""), nil, 15},
		{"the tail cut, the head and the checkpoint after it", forged + cut[1] + strings.Join(cut[3:], ""), []audit.Point{kept}, 15},
		{"something that is no row", with(row(6), "{\"seq\":\n"), nil, 6},
		{"no line at all", with(row(6), "\n"), nil, 6},
		{"a checkpoint behind its row", without(2) + lines[2], nil, 20},
	} {
		if r := checked(t, tt.text, tt.kept...); r.FirstBad != tt.bad {
			t.Errorf("%s: first bad %d (%s), want %d", tt.says, r.FirstBad, r.Reason, tt.bad)
		}
	}
	if r := checked(t, forged+cut[1]+strings.Join(cut[3:], "")); r.FirstBad != 0 {
		t.Errorf("what only a kept checkpoint can tell is told without one: %s", r.Reason)
	}
	// Any byte of any sealed row's line, and of the checkpoint.
	for _, seq := range []int{1, 20} {
		line := []byte(lines[row(seq)])
		for i := range line {
			was := line[i]
			line[i] ^= 1
			if r := checked(t, strings.Join(lines[:row(seq)], "")+string(line)+strings.Join(lines[row(seq)+1:], "")); r.FirstBad != int64(seq) {
				t.Fatalf("row %d, byte %d: first bad %d", seq, i, r.FirstBad)
			}
			line[i] = was
		}
	}
	forgedPoint := strings.Replace(text, `"signature":"30`, `"signature":"31`, 1)
	if r := checked(t, forgedPoint); r.FirstBad != 20 {
		t.Errorf("a forged signature: %+v", r)
	}
}

// Whoever has the table's items alone can make the chain himself: the key of a
// file, and the text that docs/audit.md says is hashed.
func TestDocumentedFormat(t *testing.T) {
	text, _, _ := exported(t)
	var prev [32]byte
	seq := 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, `{"seq":`) {
			continue
		}
		seq++
		row := strings.TrimSuffix(line[strings.Index(line, `"row":`)+len(`"row":`):], "}\n")
		h := sha256.New()
		h.Write([]byte("wardroom-audit-link-1\n"))
		h.Write([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, byte(seq)})
		h.Write(prev[:])
		h.Write([]byte{0, 0, 0, 0, 0, 0, byte(len(row) >> 8), byte(len(row))})
		h.Write([]byte(row))
		copy(prev[:], h.Sum(nil))
		if !strings.Contains(line, `"hash":"`+hex.EncodeToString(prev[:])) {
			t.Fatalf("row %d has another hash", seq)
		}
	}
	if seq != 20 {
		t.Error(seq)
	}
}

// To verify 100,000 exported rows takes at most twice the time of hashing them.
func TestOfflineIsAsQuickAsHashingAtScale(t *testing.T) {
	all := scale.Of(100_000)
	log, rows := audit.MadeUp(all, func(n int) model.Audit { return change(1, n) })
	ratio := 0.0
	for range 8 { // the machine may be busy with something else
		began := time.Now()
		for _, row := range rows {
			sha256.Sum256(row)
		}
		hashing := time.Since(began)
		began = time.Now()
		r, err := audit.Check(bytes.NewReader(log), nil, nil)
		took := time.Since(began)
		if err != nil || r.FirstBad != 0 || int(r.Checked) != all {
			t.Fatalf("%+v %v", r, err)
		}
		ratio = took.Seconds() / hashing.Seconds()
		t.Logf("hashing %v, verifying %v, %.2f", hashing, took, ratio)
		if ratio <= 2 {
			return
		}
	}
	t.Errorf("%.2f times as long as hashing", ratio)
}
