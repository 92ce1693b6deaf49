package table

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// maxItems is how many items one transaction of DynamoDB may touch.
const maxItems = 100

// Tx is a unit of work: writes that are carried out together or not at all. Calls
// on it only note writes and conditions; DB.Commit carries them out. Several calls
// about one item become one action, since a transaction may name an item once.
//
// The first error is kept and returned by Commit.
type Tx struct {
	actions map[Primary]*action
	order   []Primary
	err     error
}

type verb uint8

const (
	check verb = iota
	update
	put
	remove
)

// action is what one transaction does to one item.
type action struct {
	verb    verb
	item    dynamo.Item // put
	sets    []clause    // update
	unset   []string
	adds    []addition
	bounds  []bound
	changed bool      // by Change, which an action has once
	ifs     []clause  // conditions, all of which must hold
	room    [3]clause // memory for ifs, as many as most actions have
}

// addition is the sum that is added to a number.
type addition struct {
	attribute string
	n         int64
}

// bound is a limit on a number as it will be after the transaction.
type bound struct {
	attribute string
	op        string // "$ >= ?" or "$ <= ?"
	limit     int64
}

// clause is a piece of an expression: $ stands for a name, ? for a value.
type clause struct {
	expr string
	args []any
}

func (tx *Tx) on(p Primary, v verb) *action {
	if tx.actions == nil {
		tx.actions = make(map[Primary]*action, 8)
		tx.order = make([]Primary, 0, 8)
	}
	a, ok := tx.actions[p]
	if !ok {
		a = &action{verb: v}
		a.ifs = a.room[:0]
		tx.actions[p] = a
		tx.order = append(tx.order, p)
		return a
	}
	switch {
	case v == check, a.verb == v && v == update:
	case a.verb == check:
		a.verb = v
	default:
		tx.fail(fmt.Errorf("table: two different writes of %v in one transaction", p))
	}
	return a
}

func (tx *Tx) fail(err error) {
	if tx.err == nil {
		tx.err = err
	}
}

// If adds a condition on the item p.
func (tx *Tx) If(p Primary, expr string, args ...any) {
	tx.on(p, check).demand(clause{expr, args})
}

// demand adds a condition, unless the action has it.
func (a *action) demand(c clause) {
	if !slices.ContainsFunc(a.ifs, func(d clause) bool { return d.expr == c.expr && slices.Equal(d.args, c.args) }) {
		a.ifs = append(a.ifs, c)
	}
}

// Absent demands that there is no item p.
func (tx *Tx) Absent(p Primary) { tx.If(p, "attribute_not_exists("+PK+")") }

// Add adds n to a number of the existing item p. It commutes with other
// changes of the item, so it neither needs nor moves its version. Additions to
// one number are summed.
func (tx *Tx) Add(p Primary, attribute string, n int64) {
	a := tx.on(p, update)
	a.demand(clause{expr: "attribute_exists(" + PK + ")"})
	for i := range a.adds {
		if a.adds[i].attribute == attribute {
			a.adds[i].n += n
			return
		}
	}
	a.adds = append(a.adds, addition{attribute, n})
}

// Set gives an attribute of the existing item p a value, whatever it had. It
// neither needs nor moves the item's version.
func (tx *Tx) Set(p Primary, attribute string, value any) {
	a := tx.on(p, update)
	a.demand(clause{expr: "attribute_exists(" + PK + ")"})
	a.sets = append(a.sets, clause{"$ = ?", []any{attribute, value}})
}

// AtLeast demands that a number of p is no less than limit once everything this
// transaction adds is added.
func (tx *Tx) AtLeast(p Primary, attribute string, limit int64) {
	a := tx.on(p, check)
	a.bounds = append(a.bounds, bound{attribute, "$ >= ?", limit})
}

// AtMost demands that a number of p is no more than limit once everything this
// transaction adds is added.
func (tx *Tx) AtMost(p Primary, attribute string, limit int64) {
	a := tx.on(p, check)
	a.bounds = append(a.bounds, bound{attribute, "$ <= ?", limit})
}

// Len returns how many items the transaction touches.
func (tx *Tx) Len() int { return len(tx.order) }

// Creates reports whether the transaction puts the item p, on whose present state
// no condition can be made.
func (tx *Tx) Creates(p Primary) bool {
	a, ok := tx.actions[p]
	return ok && a.verb == put
}

// Written lists the items that the transaction writes, not those on which it
// only has conditions.
func (tx *Tx) Written() []Primary {
	var written []Primary
	for _, p := range tx.order {
		if tx.actions[p].verb != check {
			written = append(written, p)
		}
	}
	return written
}

// Create writes v, on condition that its item doesn't exist.
func (e *Entity[T]) Create(tx *Tx, v T) {
	p := e.put(tx, v)
	tx.Absent(p)
}

// Put writes v, whether its item exists or not.
func (e *Entity[T]) Put(tx *Tx, v T) { e.put(tx, v) }

func (e *Entity[T]) put(tx *Tx, v T) Primary {
	item, err := e.Item(v)
	if err != nil {
		tx.fail(err)
		return Primary{}
	}
	p := primary(item)
	tx.on(p, put).item = item
	return p
}

// Check demands that the row of v is still as it was read.
func (e *Entity[T]) Check(tx *Tx, v T) { e.same(tx, e.keyOf(&v), &v) }

// CheckIn demands that the row with the primary key made of values is still as in
// rows; nothing where rows lack it.
func (e *Entity[T]) CheckIn(tx *Tx, rows Rows, values ...any) {
	p := e.Key(values...)
	item, ok := rows[p]
	if !ok {
		return
	}
	args := make([]any, 0, 2*len(e.guards))
	for _, g := range e.guards {
		var value any = item[g]
		if n, ok := value.(*types.AttributeValueMemberN); ok {
			value, _ = strconv.ParseInt(n.Value, 10, 64) // as Check has it, so that one condition isn't made twice
		}
		args = append(args, g, value)
	}
	tx.If(p, e.unchanged, args...)
}

// Delete deletes v, which must still be as it was read.
func (e *Entity[T]) Delete(tx *Tx, v T) {
	p := e.keyOf(&v)
	tx.on(p, remove)
	e.same(tx, p, &v)
}

// Drop deletes the row of v, whatever its state; conditions are up to the caller.
func (e *Entity[T]) Drop(tx *Tx, v T) { tx.on(e.keyOf(&v), remove) }

// Change turns the row from, which must still be as it was read, into to, which has
// the same key. Only attributes that differ are written, so counters that others
// add to meanwhile aren't overwritten.
func (e *Entity[T]) Change(tx *Tx, from, to T) {
	item, err := e.Item(to)
	if err != nil {
		tx.fail(err)
		return
	}
	p := e.keyOf(&from)
	if p != primary(item) {
		tx.fail(fmt.Errorf("table: a change of %s would change its key", e.name))
		return
	}
	a := tx.on(p, update)
	if a.changed {
		tx.fail(fmt.Errorf("table: two changes of %v in one transaction", p))
		return
	}
	a.changed = true
	names, moves := e.differing(&from, &to)
	for _, name := range names {
		a.become(name, item[name])
	}
	if moves {
		old, err := e.Item(from)
		if err != nil {
			tx.fail(err)
			return
		}
		for _, k := range e.keys[1:] {
			for _, name := range []string{k.index + PK, k.index + SK} {
				if text(old[name]) != text(item[name]) {
					a.become(name, item[name])
				}
			}
		}
	}
	e.same(tx, p, &from)
}

// become sets an attribute, or removes it where v is nil.
func (a *action) become(name string, v types.AttributeValue) {
	if v == nil {
		a.unset = append(a.unset, name)
		return
	}
	a.sets = append(a.sets, clause{"$ = ?", []any{name, v}})
}

// same demands that the guards of the row p are equal to v's.
func (e *Entity[T]) same(tx *Tx, p Primary, v *T) {
	args := make([]any, 0, 2*len(e.guards))
	for i, value := range e.values(v, e.guards) {
		args = append(args, e.guards[i], value)
	}
	tx.on(p, check).demand(clause{e.unchanged, args})
}

func primary(item dynamo.Item) Primary {
	return Primary{text(item[PK]), text(item[SK])}
}

func text(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// settle turns bounds on the outcome into conditions on the present numbers, and
// drops additions of 0.
func (a *action) settle() {
	for _, b := range a.bounds {
		for _, s := range a.adds {
			if s.attribute == b.attribute {
				b.limit -= s.n
			}
		}
		a.demand(clause{b.op, []any{b.attribute, b.limit}})
	}
	a.bounds = nil
	a.adds = slices.DeleteFunc(a.adds, func(s addition) bool { return s.n == 0 })
	if a.verb == update && len(a.adds) == 0 && len(a.sets) == 0 && len(a.unset) == 0 {
		a.verb = check
	}
}
