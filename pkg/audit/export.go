package audit

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"strconv"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// format names the form of an exported log.
const format = "wardroom-audit-1"

// The lines of an exported log before its rows. docs/audit.md describes them.
type (
	headLine struct {
		Format         string `json:"format"`
		OrganizationID int64  `json:"organization_id"`
		Seq            int64  `json:"seq"`
		Hash           string `json:"hash"`
		ExportedOn     string `json:"exported_on"`
	}
	keyLine struct {
		Key string `json:"key"`
		PEM string `json:"pem"`
	}
	pointLine struct {
		Checkpoint Point `json:"checkpoint"`
	}
)

// Point is a checkpoint as the API answers it and exported logs have it.
type Point struct {
	Seq       int64      `json:"seq"`
	Hash      string     `json:"hash"`
	SignedOn  model.Time `json:"signed_on"`
	Key       string     `json:"key,omitempty"`
	Signature string     `json:"signature"`
}

// The fixed parts of a line with a sealed row, and of one that isn't sealed.
const (
	lineSeq      = `{"seq":`
	linePrev     = `,"prev_hash":"`
	lineHash     = `","hash":"`
	lineRow      = `","row":`
	lineUnsealed = `{"unsealed":`
)

// Export writes the log of an organisation as lines of JSON: a head, the public key,
// unless it is nil, and its name, the checkpoints, every sealed row in the order of
// the chain with the very bytes that were hashed, and the unsealed rows. It checks
// nothing: rows that the table lacks are missing in the file.
func Export(ctx context.Context, s *store.Store, organization int64, now model.Time, public *ecdsa.PublicKey, name string, out io.Writer) error {
	w := bufio.NewWriterSize(out, 1<<20)
	var points []model.Checkpoint // before the head, which moves on before a checkpoint is signed
	for at, more := int64(1), true; more; {
		some, next, err := s.Checkpoints(ctx, organization, at, together)
		if err != nil {
			return err
		}
		for _, c := range some {
			at = c.Seq + 1
		}
		points, more = append(points, some...), next && len(some) > 0
	}
	rows, err := s.Read(ctx, table.SealHeads.Key(organization))
	if err != nil {
		return err
	}
	head := HeadOf(rows, organization)
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	_ = lines.Encode(headLine{format, organization, head.Seq, hex.EncodeToString(head.Hash), now.String()}) // the writer keeps its error for Flush
	if public != nil {
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			return fmt.Errorf("the public key: %w", err)
		}
		_ = lines.Encode(keyLine{name, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))})
	}
	for _, c := range points {
		_ = lines.Encode(pointLine{Point{c.Seq, hex.EncodeToString(c.Hash), c.SignedOn, c.Key, hex.EncodeToString(c.Signature)}})
	}
	for at := int64(1); at <= head.Seq; {
		if at, err = exportSome(ctx, s, organization, at, head.Seq, w); err != nil {
			return err
		}
	}
	if err := exportOpen(ctx, s, organization, head, w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// exportSome writes the rows of some batches from a number on, up to the number to,
// and returns the number to go on with.
func exportSome(ctx context.Context, s *store.Store, organization, from, to int64, w *bufio.Writer) (next int64, err error) {
	batches, _, err := s.SealBatches(ctx, organization, from, 10)
	if err != nil {
		return 0, err
	}
	if len(batches) == 0 {
		return to + 1, nil
	}
	var keys []table.Primary
	for _, b := range batches {
		for _, row := range b.Rows {
			key := table.Audits.Key(organization, row.TS.String(), row.AuditID)
			keys = append(keys, key, sealBeside(key))
		}
		next = max(next, b.Seq+1)
	}
	rows, err := s.Inspect(ctx, keys...)
	if err != nil {
		return 0, err
	}
	var line []byte
	for i := 0; i < len(keys); i += 2 {
		item, ok := rows[keys[i]]
		seal, sealed := table.Seals.Try(rows, keys[i+1])
		if !ok || !sealed || seal.Seq < from || seal.Seq > to {
			continue
		}
		line = strconv.AppendInt(append(line[:0], lineSeq...), seal.Seq, 10)
		line = hex.AppendEncode(append(line, linePrev...), seal.PrevHash)
		line = hex.AppendEncode(append(line, lineHash...), seal.Hash)
		line = encode(append(line, lineRow...), item)
		_, _ = w.Write(append(line, '}', '\n'))
	}
	return max(next, from+1), nil
}

// exportOpen writes the rows that aren't sealed yet.
func exportOpen(ctx context.Context, s *store.Store, organization int64, head model.SealHead, w *bufio.Writer) error {
	open, _, err := unsealed(ctx, s, organization, head.Watermark)
	if err = store.LeaveOut(ctx, err); err != nil {
		return err
	}
	keys := make([]table.Primary, len(open))
	for i, a := range open {
		keys[i] = keyOf(a)
	}
	rows, err := s.Inspect(ctx, keys...)
	if err != nil {
		return err
	}
	for _, key := range keys {
		_, _ = w.Write(append(encode([]byte(lineUnsealed), rows[key]), '}', '\n'))
	}
	return nil
}
