package api

import (
	"fmt"
	"reflect"
)

// Noted is an answer with facts beside its data, in the envelope's meta, which M
// documents; a nil *M omits meta. The data may be a Page, whose next_cursor is in meta
// too.
type Noted[T any, M any] struct {
	Data T
	Meta M
}

func (n Noted[T, M]) noted() (any, any) { return n.Data, n.Meta }

// noted is any Noted.
type noted interface {
	noted() (data, meta any)
}

// Told is an answer with a message that its handler chooses, of those that the
// operation's line lists.
type Told[T any] struct {
	Data    T
	Message string
}

func (t Told[T]) told() (any, string) { return t.Data, t.Message }

// told is any Told.
type told interface {
	told() (data any, message string)
}

// Verbatim is JSON that is the whole answer, without an envelope, such as the OpenAPI
// document.
type Verbatim []byte

// Versioned is data with a version: its answer has an ETag, which the If-Match of a
// later change names.
type Versioned interface{ RowVersion() int64 }

// Redacted is data or meta with a secret. Redacted returns it without, to be stored for
// replays.
type Redacted interface{ Redacted() any }

// output describes a handler's result type.
type output struct {
	data     reflect.Type // the envelope's data
	meta     reflect.Type // the envelope's meta; nil for none
	paged    bool
	noted    bool
	told     bool
	verbatim bool
	lists    *lists // the lists in data
	notes    *lists // the lists in meta
}

var (
	pagedType     = reflect.TypeFor[paged]()
	notedType     = reflect.TypeFor[noted]()
	toldType      = reflect.TypeFor[told]()
	verbatimType  = reflect.TypeFor[Verbatim]()
	versionedType = reflect.TypeFor[Versioned]()
	redactedType  = reflect.TypeFor[Redacted]()
)

func outputOf(t, in reflect.Type) *output {
	o := &output{data: t, verbatim: t == verbatimType}
	if t.Implements(notedType) {
		o.noted, o.data, o.meta = true, t.Field(0).Type, t.Field(1).Type
	}
	if t.Implements(toldType) {
		o.told, o.data = true, t.Field(0).Type
	}
	if o.data.Implements(pagedType) {
		o.paged, o.data = true, o.data.Field(0).Type
		if f, ok := in.FieldByName("Paging"); !ok || f.Type != pagingType {
			panic(fmt.Sprintf("%s: an operation that answers a Page embeds Paging", in))
		}
	}
	o.lists = listsIn(o.data)
	if o.meta != nil {
		o.notes = listsIn(o.meta)
	}
	return o
}

// versioned reports whether the data, or each item of it, is Versioned.
func (o *output) versioned() bool {
	t := o.data
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.Implements(versionedType)
}

// secret reports whether the answer may have a secret.
func (o *output) secret() bool {
	return o.data.Implements(redactedType) || o.meta != nil && o.meta.Implements(redactedType)
}
