// Package table declares the single table once.
//
// An Entity is a Go type and the patterns of its keys. A pattern is literal
// text with {attribute} holes, e.g. "TEAM#{team_id}"; holes are filled from the
// item's own attributes, so a key cannot disagree with the data it indexes.
// Indexes, the charts of docs/schema.md and the stack's table all come from the
// same list, in schema.go.
//
// guregu/dynamo turns values into items and back, reads single rows and leases
// ids. Batches, queries and transactions call the SDK directly: building them
// through guregu's expressions took half of all the allocations of a request (see
// the handler's figures of make bench).
package table

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// Names of attributes every item has. An index gsiN has gsiNpk and gsiNsk.
const (
	PK   = "pk"
	SK   = "sk"
	kind = "kind"
	TTL  = "ttl" // seconds since 1970; DynamoDB deletes the item some time after

	versionAttr = "version"
	deletedAttr = "is_deleted"
)

// Primary is the primary key of an item.
type Primary struct{ PK, SK string }

// HashKey and RangeKey make a Primary usable in a batch of guregu/dynamo.
func (p Primary) HashKey() any  { return p.PK }
func (p Primary) RangeKey() any { return p.SK }

// key is one index as one entity uses it.
type key struct {
	index  string // "" for the table itself
	pk, sk pattern
	serves string // the question this key answers
	always bool   // also for items that are soft deleted
	unless string // not for items with this attribute; "" for none such
}

// Entity is one kind of item, kept as a T.
type Entity[T any] struct {
	name   string
	keys   []key    // keys[0] is the primary key
	guards []string // attributes that together identify one state of a row

	unchanged  string           // the condition on the guards
	fields     map[string][]int // the index of T's field, by attribute
	attributes []string         // the names of fields, sorted
	indexed    map[string]bool  // the attributes that keys of indexes are made of
	holes      []string         // the attributes that the primary key is made of
	inPK       int              // how many of these are in its partition key
	sound      func() []checked // the checks that an item's attributes can be read
}

// GSI adds a secondary access path. An item has it only while it has every
// attribute of both patterns and is not soft deleted: the index is sparse.
func (e *Entity[T]) GSI(index, pk, sk, serves string) *Entity[T] {
	k := key{index, compile(pk), compile(sk), serves, false, ""}
	e.keys = append(e.keys, k)
	for _, hole := range append(k.pk.holes(), k.sk.holes()...) {
		e.indexed[hole] = true
	}
	return e
}

// Even makes the access path added last include soft deleted items.
func (e *Entity[T]) Even() *Entity[T] {
	e.keys[len(e.keys)-1].always = true
	return e
}

// Without leaves items that have the attribute out of the access path added
// last.
func (e *Entity[T]) Without(attribute string) *Entity[T] {
	e.keys[len(e.keys)-1].unless = attribute
	e.indexed[attribute] = true
	return e
}

// Guarded names the attributes that identify one state of a row, for conditions
// that it is unchanged. A row that can be deleted and made again needs its id
// beside its version.
func (e *Entity[T]) Guarded(attributes ...string) *Entity[T] {
	e.guards = attributes
	e.unchanged = strings.TrimSuffix(strings.Repeat("$ = ? AND ", len(attributes)), " AND ")
	return e
}

// Key returns the primary key made of values, which fill the holes of the
// partition key and then those of the sort key. It panics on a wrong number of
// them.
func (e *Entity[T]) Key(values ...any) Primary {
	if len(values) != len(e.holes) {
		panic(fmt.Sprintf("table: %s has other holes than %d", e.name, len(values)))
	}
	return Primary{e.keys[0].pk.with(values[:e.inPK]), e.keys[0].sk.with(values[e.inPK:])}
}

// Item returns v as stored: its attributes, its kind, and every key.
func (e *Entity[T]) Item(v T) (dynamo.Item, error) {
	item, err := dynamo.MarshalItem(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.name, err)
	}
	texts := make([]types.AttributeValueMemberS, 0, 1+2*len(e.keys)) // made at once: a transaction has many keys
	set := func(name, value string) {
		texts = append(texts, types.AttributeValueMemberS{Value: value})
		item[name] = &texts[len(texts)-1]
	}
	set(kind, e.name)
	deleted, _ := item[deletedAttr].(*types.AttributeValueMemberBOOL)
	for i, k := range e.keys {
		if _, out := item[k.unless]; i > 0 && (out || !k.always && deleted != nil && deleted.Value) {
			continue
		}
		pk, ok1 := k.pk.fill(item)
		sk, ok2 := k.sk.fill(item)
		if ok1 && ok2 {
			set(k.index+PK, pk)
			set(k.index+SK, sk)
		} else if i == 0 {
			return nil, fmt.Errorf("table: %s lacks an attribute of its primary key, or has a # in it", e.name)
		}
	}
	return item, nil
}

// In returns the row with the primary key made of values, among rows that were
// read; false where there is none.
func (e *Entity[T]) In(rows Rows, values ...any) (T, bool) {
	return e.At(rows, e.Key(values...))
}

// At returns the row with primary key p, among rows that Get read; false where
// there is none. It panics on an unreadable one.
func (e *Entity[T]) At(rows Rows, p Primary) (v T, ok bool) {
	item, ok := rows[p]
	if !ok {
		return v, false
	}
	if err := dynamo.UnmarshalItem(item, &v); err != nil {
		// Get returns no such row. It came from Inspect, whose rows are for
		// Try alone; taking it for absent could let a second one be made.
		panic(&Unreadable{p, e.name, err})
	}
	return v, true
}

// Try is At for rows that Inspect or Items returned: it is false for an unreadable
// one, too.
func (e *Entity[T]) Try(rows Rows, p Primary) (v T, ok bool) {
	item, ok := rows[p]
	if !ok || dynamo.UnmarshalItem(item, &v) != nil {
		var none T
		return none, false
	}
	return v, true
}

// Parse returns the values in a primary key of this entity, by attribute; false
// where p is the key of another entity.
func (e *Entity[T]) Parse(p Primary) (map[string]string, bool) {
	values := make(map[string]string, 2)
	ok := e.parse(p, func(hole, value string) { values[hole] = value })
	return values, ok
}

// ID returns the id that a primary key of this entity has for an attribute; false
// where p is the key of another entity.
func (e *Entity[T]) ID(p Primary, attribute string) (id int64, ok bool) {
	ok = e.parse(p, func(hole, value string) {
		if hole == attribute {
			id, _ = strconv.ParseInt(value, 10, 64) // 0, which is no id
		}
	})
	return id, ok && id != 0
}

func (e *Entity[T]) parse(p Primary, take func(hole, value string)) bool {
	return e.keys[0].pk.parse(p.PK, take) && e.keys[0].sk.parse(p.SK, take)
}

// Rows are items by primary key. Each is readable as its entity, unless Inspect or
// Items returned them.
type Rows map[Primary]dynamo.Item

// Add adds more rows to r, which replace those with the same keys.
func (r Rows) Add(more Rows) {
	for k, v := range more {
		r[k] = v
	}
}
