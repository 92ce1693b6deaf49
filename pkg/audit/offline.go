package audit

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"wardroom/pkg/model"
)

// Report is the result of Check.
type Report struct {
	OrganizationID int64
	Checked        int64 // rows whose links are valid
	Unsealed       int64 // rows that weren't sealed when the log was exported
	Checkpoints    int   // on the chain
	Signatures     int   // the checkpoints whose signatures were checked with the public key
	FirstBad       int64 // the number of the first bad row; 0 where the log is valid
	Reason         string
}

// longest bounds a line: a row has at most 400 KB, which escapes may make six times
// as long.
const longest = 4 << 20

// ErrFormat is returned for a file that isn't an exported log.
var ErrFormat = errors.New("not an exported audit log")

// Check verifies an exported log without the table. kept are checkpoints that were
// kept elsewhere. Signatures are checked with public; where it is nil, with the key in
// the log, which is believed. It returns ErrFormat for a file that is no log.
func Check(log io.Reader, kept []Point, public *ecdsa.PublicKey) (Report, error) {
	c := &checker{public: public, points: map[int64][]Point{}, digest: sha256.New(), given: public != nil}
	r := bufio.NewReaderSize(log, longest)
	if err := c.start(r); err != nil {
		return Report{}, err
	}
	for _, p := range kept {
		c.note(p)
	}
	for c.FirstBad == 0 {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) {
			if errors.Is(err, bufio.ErrBufferFull) {
				c.bad(c.Checked+1, "a line is longer than any row")
				break
			}
			return c.Report, fmt.Errorf("read: %w", err)
		}
		c.line(bytes.TrimSuffix(line, []byte{'\n'}))
	}
	c.end()
	return c.Report, nil
}

type checker struct {
	Report
	head   headLine
	prev   [Size]byte
	public *ecdsa.PublicKey
	given  bool // public came from outside of the log
	name   string
	points map[int64][]Point
	last   int64 // the highest number of a checkpoint
	digest hash.Hash
	sum    []byte
	prefix []byte
}

func (c *checker) bad(seq int64, reason string, args ...any) {
	if c.FirstBad == 0 {
		c.FirstBad, c.Reason = seq, fmt.Sprintf(reason, args...)
	}
}

func (c *checker) start(r *bufio.Reader) error {
	line, err := r.ReadSlice('\n')
	if err != nil || json.Unmarshal(line, &c.head) != nil || c.head.Format != format {
		return ErrFormat
	}
	c.OrganizationID = c.head.OrganizationID
	return nil
}

// line checks one line. Most are sealed rows, which are read without a JSON parser:
// the bytes of the row are those that were hashed.
func (c *checker) line(line []byte) {
	if bytes.HasPrefix(line, []byte(lineSeq)) {
		c.row(line)
		return
	}
	var k keyLine
	var p pointLine
	switch {
	case bytes.HasPrefix(line, []byte(lineUnsealed)):
		c.Unsealed++
	case json.Unmarshal(line, &k) == nil && k.PEM != "":
		c.key(k)
	case json.Unmarshal(line, &p) == nil && p.Checkpoint.Hash != "":
		c.note(p.Checkpoint)
	default:
		c.bad(c.Checked+1, "a line that isn't one of an audit log")
	}
}

func (c *checker) key(k keyLine) {
	block, _ := pem.Decode([]byte(k.PEM))
	if c.name = k.Key; c.given || block == nil {
		return
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if public, ok := key.(*ecdsa.PublicKey); ok && err == nil {
		c.public = public
	}
}

// row checks one sealed row against the link before.
func (c *checker) row(line []byte) {
	want := c.Checked + 1
	seq, rest := number(line[len(lineSeq):])
	var prev, sum [Size]byte
	rest, ok := hashed(rest, linePrev, &prev)
	rest, ok2 := hashed(rest, lineHash, &sum)
	rest, ok3 := bytes.CutPrefix(rest, []byte(lineRow))
	rest, ok4 := bytes.CutSuffix(rest, []byte{'}'})
	switch {
	case !ok || !ok2 || !ok3 || !ok4:
		c.bad(want, "a line that isn't one of an audit log")
		return
	case seq != want:
		c.bad(want, "the row is missing; %d stands in its place", seq)
		return
	case prev != c.prev:
		c.bad(want, "it doesn't follow the link before")
		return
	}
	c.prefix = append(c.prefix[:0], linkDomain...)
	c.prefix = binary.BigEndian.AppendUint64(c.prefix, uint64(c.OrganizationID)) //nolint:gosec // any bits will do: they are hashed
	c.prefix = binary.BigEndian.AppendUint64(c.prefix, uint64(seq))              //nolint:gosec // likewise
	c.prefix = append(c.prefix, prev[:]...)
	c.prefix = binary.BigEndian.AppendUint64(c.prefix, uint64(len(rest)))
	c.digest.Reset()
	_, _ = c.digest.Write(c.prefix) // a hash takes everything
	_, _ = c.digest.Write(rest)
	if c.sum = c.digest.Sum(c.sum[:0]); !bytes.Equal(c.sum, sum[:]) {
		c.bad(want, "the row isn't the one that was sealed")
		return
	}
	c.Checked, c.prev = seq, sum
	if len(c.points) > 0 {
		c.pass(seq)
	}
}

// number reads a number, and returns the bytes after it.
func number(b []byte) (n int64, rest []byte) {
	i := 0
	for ; i < len(b) && i < 18 && b[i] >= '0' && b[i] <= '9'; i++ {
		n = 10*n + int64(b[i]-'0')
	}
	return n, b[i:]
}

// hashed reads a hash after a fixed text, and returns the bytes after it.
func hashed(b []byte, before string, into *[Size]byte) (rest []byte, ok bool) {
	b, ok = bytes.CutPrefix(b, []byte(before))
	if !ok || len(b) < 2*Size {
		return b, false
	}
	_, err := hex.Decode(into[:], b[:2*Size])
	return b[2*Size:], err == nil
}

func (c *checker) note(p Point) {
	if p.Seq < 1 {
		return
	}
	if p.Seq <= c.Checked {
		c.bad(p.Seq, "a checkpoint stands behind the row that it is about")
	}
	if slices.ContainsFunc(c.points[p.Seq], func(o Point) bool {
		return o.SignedOn.Equal(p.SignedOn) && o.Signature == p.Signature && o.Hash == p.Hash
	}) {
		return // both in the log and kept elsewhere
	}
	c.points[p.Seq] = append(c.points[p.Seq], p)
	c.last = max(c.last, p.Seq)
}

// pass compares the checkpoints of a number with the chain, which has come there.
func (c *checker) pass(seq int64) {
	for _, p := range c.points[seq] {
		sum, err := hex.DecodeString(p.Hash)
		signature, err2 := hex.DecodeString(p.Signature)
		if err != nil || err2 != nil || !bytes.Equal(sum, c.prev[:]) {
			c.bad(seq, "a checkpoint says otherwise")
			return
		}
		if c.public != nil && (p.Key == "" || p.Key == c.name) { // one of an earlier key is compared with the chain alone
			if !Signed(model.Checkpoint{OrganizationID: c.OrganizationID, Seq: seq, Hash: sum, SignedOn: p.SignedOn, Signature: signature}, c.public) {
				c.bad(seq, "the signature of the checkpoint is not that of its key")
				return
			}
			c.Signatures++
		}
		c.Checkpoints++
	}
}

func (c *checker) end() {
	switch {
	case c.last > c.Checked:
		c.bad(c.Checked+1, "the chain ends before a checkpoint that was signed at %d", c.last)
	case c.head.Seq != c.Checked:
		c.bad(c.Checked+1, "the chain ends before its head, %d", c.head.Seq)
	case c.head.Hash != hex.EncodeToString(c.prev[:]):
		c.bad(max(c.Checked, 1), "the head has another hash than the last link")
	}
}
