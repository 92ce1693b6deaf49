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

// maxStream is how many bytes a stream of the file unpacks to at most.
const maxStream = 32 << 20

// maxReferences is how many references may lead to one object.
const maxReferences = 32

// limits keep pdfcpu within a process of 512 MB.
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

// object is one of a file, or an operand of a content stream. Whatever is asked of one
// that is something else, or of none, is the zero value.
type object struct {
	table  *model.XRefTable
	is     types.Object // nil for none
	number int          // of an indirect one; 0 for a direct one
}

// follow is what an object refers to, or itself.
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

// get is the entry of a dictionary, or of a stream's.
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

// number returns an integer or a real.
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

// text is a string's bytes, false for what is none.
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

// data is what a stream unpacks to, or several after each other; as far as that goes,
// where one is damaged.
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

// key tells objects apart that are used more than once.
func (o object) key() string { return strconv.Itoa(o.number) }

// operand is a string of a content stream, as its bytes.
type operand string

func (s operand) String() string      { return string(s) }
func (s operand) Clone() types.Object { return s }
func (s operand) PDFString() string   { return string(s) }
