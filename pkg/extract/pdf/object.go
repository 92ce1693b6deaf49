package pdf

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// maxStream is the most bytes of a decompressed stream.
const maxStream = 32 << 20

// maxReferences is the most references in a chain to an object.
const maxReferences = 32

// limits are pdfcpu's, for a process of 512 MB.
var limits = model.ResourceLimits{
	MaxStreamBytes: 64 << 20, MaxDecodeBytes: maxStream, MaxImagePixels: 1 << 20, MaxImageBytes: 1 << 20,
	MaxObjectCount: 1_000_000, MaxObjectStreamCount: 100_000, MaxObjectStreamFirst: 4 << 20, MaxXRefEntries: 1_000_000, MaxRecursionDepth: 100,
}

func init() { model.ConfigPath = "disable" } // else pdfcpu writes a folder of settings

// open reads a file's table of objects and returns its catalog.
func open(ctx context.Context, r io.ReadSeeker) (object, error) {
	c := model.NewDefaultConfiguration()
	c.ValidationMode, c.Offline, c.Limits = model.ValidationRelaxed, true, limits
	file, err := pdfcpu.ReadWithContext(ctx, r, c)
	if err != nil {
		return object{}, err
	}
	root, err := file.Catalog()
	if err != nil {
		return object{}, err
	}
	return object{table: file.XRefTable, is: root}, nil
}

// object is an object of a file, or an operand of a content stream. Its methods return
// zero values where it is of another type, or nil.
type object struct {
	table  *model.XRefTable
	is     types.Object // nil for none
	number int          // of an indirect object; 0 for a direct one
}

// follow resolves to, which may be a reference; a null object where it can't.
func (o object) follow(to types.Object) object {
	out := object{table: o.table, is: to}
	for range maxReferences {
		ref, refers := out.is.(types.IndirectRef)
		if !refers {
			return out
		}
		var err error
		out.number = int(ref.ObjectNumber)
		if out.is, err = o.table.Dereference(ref); err != nil {
			break
		}
	}
	return object{table: o.table}
}

func (o object) dict() types.Dict {
	switch d := o.is.(type) {
	case types.Dict:
		return d
	case types.StreamDict:
		return d.Dict
	case *types.StreamDict:
		return d.Dict
	}
	return nil
}

// get returns an entry of a dictionary, or of a stream's.
func (o object) get(name string) object {
	if entry, ok := o.dict()[name]; ok && entry != nil {
		return o.follow(entry)
	}
	return object{table: o.table}
}

func (o object) isNull() bool { return o.is == nil }

func (o object) isDict() bool { _, ok := o.is.(types.Dict); return ok }

func (o object) isStream() bool {
	switch o.is.(type) {
	case types.StreamDict, *types.StreamDict:
		return true
	}
	return false
}

func (o object) isArray() bool { _, ok := o.is.(types.Array); return ok }

func (o object) len() int {
	a, _ := o.is.(types.Array)
	return len(a)
}

func (o object) at(i int) object {
	if a, ok := o.is.(types.Array); ok && i >= 0 && i < len(a) {
		return o.follow(a[i])
	}
	return object{table: o.table}
}

func (o object) name() (string, bool) {
	n, ok := o.is.(types.Name)
	return string(n), ok
}

// num returns an integer or a real.
func (o object) num() (float64, bool) {
	switch n := o.is.(type) {
	case types.Integer:
		return float64(n), true
	case types.Float:
		return float64(n), true
	}
	return 0, false
}

func (o object) float() float64 {
	n, _ := o.num()
	return n
}

func (o object) int() int {
	n, _ := o.num()
	if n > 1<<31 || n < -1<<31 {
		return 0
	}
	return int(n)
}

// text returns a string's bytes, false for another type.
func (o object) text() (string, bool) {
	switch s := o.is.(type) {
	case operand:
		return string(s), true
	case types.StringLiteral:
		b, err := types.Unescape(string(s))
		return string(b), err == nil
	case types.HexLiteral:
		b, err := s.Bytes()
		return string(b), err == nil
	}
	return "", false
}

// data returns the decompressed bytes of a stream, or of an array of streams, of a damaged
// one those before the damage.
func (o object) data() []byte {
	switch s := o.is.(type) {
	case types.StreamDict:
		_ = s.DecodeWithLimit(maxStream)
		return s.Content
	case *types.StreamDict:
		_ = s.DecodeWithLimit(maxStream)
		return s.Content
	case types.Array:
		var all bytes.Buffer
		for i := 0; i < len(s) && all.Len() < maxStream; i++ {
			if part := o.at(i); part.isStream() {
				all.Write(part.data())
				all.WriteByte('\n')
			}
		}
		return all.Bytes()
	}
	return nil
}

// key identifies an indirect object.
func (o object) key() string { return strconv.Itoa(o.number) }

// operand is a string operand of a content stream, decoded.
type operand string

func (s operand) String() string      { return string(s) }
func (s operand) Clone() types.Object { return s }
func (s operand) PDFString() string   { return string(s) }
