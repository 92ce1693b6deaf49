// Package table declares the single table once.
//
// An Entity is a Go type and the patterns of its keys. A pattern is literal
// text with {attribute} holes, e.g. "TEAM#{team_id}"; holes are filled from the
// item's own attributes, so a key cannot disagree with the data it indexes.
// Indexes, the charts of docs/schema.md and the stack's table all come from the
// same list, in schema.go.
//
// guregu/dynamo turns values into items and back, reads single rows and leases
// ids. Batches, questions to indexes and transactions are put to the SDK
// directly: to build them through its expressions took half of all the
// allocations of a request (see the handler's figures of make bench).
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
	unless string // not for items with this attribute; "" for all
}

// Entity is one kind of item, kept as a T.
type Entity[T any] struct {
	name   string
	keys   []key    // keys[0] is the primary key
	guards []string // attributes that together name one state of a row

	unchanged  string           // the condition on the guards
	fields     map[string][]int // where a T has its attributes
	attributes []string         // their names, in order
	indexed    map[string]bool  // those that keys of indexes are made of
	holes      []string         // those that the primary key is made of
	inPK       int              // how many of these its partition key has
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

// Even keeps the access path added last for soft deleted items too.
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

// Guarded names the attributes that tell one state of a row from every other.
// A row that can be deleted and made again needs its id beside its version.
func (e *Entity[T]) Guarded(attributes ...string) *Entity[T] {
	e.guards = attributes
	e.unchanged = strings.TrimSuffix(strings.Repeat("$ = ? AND ", len(attributes)), " AND ")
	return e
}

// Key returns the primary key made of values, which fill the holes of the
// partition key and then those of the sort key.
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

// At returns the row with primary key p, among rows that were read.
func (e *Entity[T]) At(rows Rows, p Primary) (v T, ok bool) {
	item, ok := rows[p]
	if !ok {
		return v, false
	}
	if err := dynamo.UnmarshalItem(item, &v); err != nil {
		// Get gives no such row. It came here by Inspect, whose rows are for
		// Try alone; to take it for absent could let a second one be made.
		panic(&Unreadable{p, e.name, err})
	}
	return v, true
}

// Try is At for rows that Inspect or Within gave: one that can't be read is none.
func (e *Entity[T]) Try(rows Rows, p Primary) (v T, ok bool) {
	item, ok := rows[p]
	if !ok || dynamo.UnmarshalItem(item, &v) != nil {
		var none T
		return none, false
	}
	return v, true
}

// Parse returns what a primary key of this entity was filled with, by
// attribute; false where p is a key of another one.
func (e *Entity[T]) Parse(p Primary) (map[string]string, bool) {
	values := make(map[string]string, 2)
	ok := e.parse(p, func(hole, value string) { values[hole] = value })
	return values, ok
}

// ID returns the id that a primary key of this entity was filled with for an
// attribute; false where p is a key of another one.
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

// Rows are items by primary key, each of which can be read as what it is, unless
// Inspect or Within gave them.
type Rows map[Primary]dynamo.Item

// Add puts more rows among r.
func (r Rows) Add(more Rows) {
	for k, v := range more {
		r[k] = v
	}
}
