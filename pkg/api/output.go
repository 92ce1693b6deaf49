package api

import (
	"fmt"
	"reflect"
)

// Noted is an answer with facts beside its data. They stand in the envelope's
// meta, documented by M; a nil *M leaves meta out. The data may be a Page, whose
// next_cursor then joins them.
type Noted[T any, M any] struct {
	Data T
	Meta M
}

func (n Noted[T, M]) noted() (any, any) { return n.Data, n.Meta }

// noted is any Noted.
type noted interface {
	noted() (data, meta any)
}

// Told is an answer whose message depends on what was done. The operation's line
// lists the messages there are.
type Told[T any] struct {
	Data    T
	Message string
}

func (t Told[T]) told() (any, string) { return t.Data, t.Message }

// told is any Told.
type told interface {
	told() (data any, message string)
}

// Verbatim is JSON that is the whole answer, as it stands: the OpenAPI
// document is not wrapped in an envelope.
type Verbatim []byte

// Versioned is data with a version: its answer carries an ETag, and If-Match
// holds a later change to it.
type Versioned interface{ RowVersion() int64 }

// Redacted is data or meta that holds a secret. What it returns is stored for
// replays instead.
type Redacted interface{ Redacted() any }

// output describes a handler's result type.
type output struct {
	data     reflect.Type // of data in the envelope
	meta     reflect.Type // of meta; nil for none
	paged    bool
	noted    bool
	told     bool
	verbatim bool
	lists    *lists // where data may hold a nil list
	notes    *lists // where meta may
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

// versioned reports whether the answer, or each row of it, carries a version.
func (o *output) versioned() bool {
	t := o.data
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.Implements(versionedType)
}

// secret reports whether the answer may hold one.
func (o *output) secret() bool {
	return o.data.Implements(redactedType) || o.meta != nil && o.meta.Implements(redactedType)
}
