package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// Query reads one partition of an index or of the table itself. It is a value: each
// method returns another query and leaves its own as it was. One of Prefix, Span,
// After and AfterID selects a part of the partition, none of them all of it; on the
// table itself, After can be combined with Prefix or Span.
//
//	table.Teams.Query("gsi1", organization).AfterID(7).Limit(10).Keys(ctx, db)
//
// The table itself ("") is read strongly consistent. An index is late by a moment
// and has keys alone: read the rows again, by Get, before they are shown or acted
// on.
type Query[T any] struct {
	of        *Entity[T]
	key       key
	partition string
	prefix    string // of sort keys
	span      Span
	after     start
	limit     int
	once      bool
}

// start is the position after which a query begins, in ascending and in descending
// order. They differ where a prefix of sort keys stands for all keys with it.
type start struct{ ascending, descending string }

// Query returns the query of the rows whose partition key in the index, "" for the
// table itself, is filled with values.
func (e *Entity[T]) Query(index string, values ...any) Query[T] {
	k := e.keys[0]
	if index != "" {
		k = e.path(index)
	}
	return Query[T]{of: e, key: k, partition: k.pk.with(values), limit: math.MaxInt32}
}

// Every sort key is between these: keys begin with a digit or a letter.
const (
	beforeAll = "!"
	afterAll  = "~"
)

// Prefix restricts the query to the sort keys whose first holes are filled with
// values.
func (q Query[T]) Prefix(values ...any) Query[T] {
	q.prefix = q.key.sk.under(values)
	return q
}

// Span is a part of a partition, in an order: from the position From to the position
// To, both included, and From not after To in either order. "" is the beginning, or
// the end.
type Span struct {
	From, To   string
	Descending bool
}

// Span restricts the query to a span, and orders it so.
func (q Query[T]) Span(s Span) Query[T] {
	q.span = s
	return q
}

// After begins the query after a position, in the query's order. "" is the
// beginning.
func (q Query[T]) After(position string) Query[T] {
	q.after = start{position, position}
	return q
}

// AfterID begins the query after the rows whose sort key begins with this id. 0 is
// the beginning.
func (q Query[T]) AfterID(id int64) Query[T] {
	q.after = start{}
	if id != 0 {
		first := q.key.sk.under([]any{id})
		q.after = start{first + afterAll, first}
	}
	return q
}

// Limit bounds how many rows are answered. Without it, all are.
func (q Query[T]) Limit(n int) Query[T] {
	q.limit = min(n, math.MaxInt32)
	return q
}

// Reverse orders the rows by descending sort keys.
func (q Query[T]) Reverse() Query[T] {
	q.span.Descending = true
	return q
}

// Once calls the service once, whose answers end at 1 MB: there may be fewer rows
// than the limit though more follow. It is for rows that may be large, by Items or
// Values, which say whether more follow.
func (q Query[T]) Once() Query[T] {
	q.once = true
	return q
}

// Found is a row that a query found: its primary key, and its position in the order
// of the query's index.
type Found struct {
	Primary
	Position string
}

// Keys returns the keys of the rows, in order. Fewer than the limit means that no
// more follow. It takes one round trip, and another for each MB of keys.
func (q Query[T]) Keys(ctx context.Context, d *DB) ([]Found, error) {
	if q.once {
		panic("table: Keys doesn't tell whether more follow, as Once needs")
	}
	in := q.input()
	if q.key.index == "" { // indexes project keys alone
		in.ProjectionExpression = aws.String(PK + ", " + SK)
	}
	items, _, err := d.query(ctx, in, q.limit, false)
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", q.key.index, err)
	}
	found := make([]Found, len(items))
	for i, item := range items {
		found[i] = Found{primary(item), text(item[q.key.index+SK])}
	}
	return found, nil
}

// Stretch is the answer of Items: rows, their keys in the order of the query, and
// whether more may follow.
type Stretch struct {
	Keys []Primary
	Rows Rows
	More bool
}

// Items returns the rows of a query of the table itself, unreadable ones and those
// of other entities in the partition included.
func (q Query[T]) Items(ctx context.Context, d *DB) (Stretch, error) {
	q.onTable()
	items, next, err := d.query(ctx, q.input(), q.limit, q.once)
	if err != nil {
		return Stretch{}, fmt.Errorf("query: %w", err)
	}
	out := Stretch{make([]Primary, len(items)), make(Rows, len(items)), len(next) > 0}
	for i, item := range items {
		out.Keys[i] = primary(item)
		out.Rows[out.Keys[i]] = item
	}
	return out, nil
}

// Values returns the entity's rows of a query of the table itself, and the position
// after which more may follow, "" where nothing does. Where rows are unreadable, it
// returns the others, the position, and an error that UnreadableIn takes apart.
func (q Query[T]) Values(ctx context.Context, d *DB) ([]T, string, error) {
	q.onTable()
	if q.prefix == "" { // others may share the partition
		q = q.Prefix()
	}
	items, next, err := d.query(ctx, q.input(), q.limit, q.once)
	if err != nil {
		return nil, "", fmt.Errorf("query: %w", err)
	}
	out := make([]T, 0, len(items))
	var bad []error
	for _, item := range items {
		p := primary(item)
		if err := Sound(p, item); err != nil {
			bad = append(bad, err)
		} else if v, ok := q.of.At(Rows{p: item}, p); ok {
			out = append(out, v)
		}
	}
	return out, text(next[SK]), errors.Join(bad...)
}

func (q Query[T]) onTable() {
	if q.key.index != "" {
		panic("table: " + q.key.index + " has the keys of a " + q.of.name + " alone")
	}
}

// input is the query as the service takes it.
func (q Query[T]) input() dynamodb.QueryInput {
	in := dynamodb.QueryInput{ScanIndexForward: aws.Bool(!q.span.Descending)}
	if q.key.index == "" {
		in.ConsistentRead = aws.Bool(true)
	} else {
		in.IndexName = &q.key.index
	}
	condition, given := q.key.index+PK+" = :p", dynamo.Item{":p": &types.AttributeValueMemberS{Value: q.partition}}
	with := func(more, name, value string) {
		condition += " AND " + more
		given[name] = &types.AttributeValueMemberS{Value: value}
	}
	sk, after, beyond := q.key.index+SK, q.after.ascending, " > :s"
	if q.span.Descending {
		after, beyond = q.after.descending, " < :s"
	}
	spanned := q.span.From != "" || q.span.To != ""
	switch bounded := q.prefix != "" || spanned; {
	case q.prefix != "" && spanned:
		panic("table: a query has a prefix or a span")
	case after != "" && !bounded:
		with(sk+beyond, ":s", after)
	case after != "" && q.key.index != "":
		panic("table: a query of an index that begins after a position has no other bound")
	case after != "":
		in.ExclusiveStartKey = Primary{q.partition, after}.item()
	}
	switch {
	case q.prefix != "":
		with("begins_with("+sk+", :s)", ":s", q.prefix)
	case spanned:
		with(sk+" BETWEEN :from AND :to", ":from", cmp.Or(q.span.From, beforeAll))
		given[":to"] = &types.AttributeValueMemberS{Value: cmp.Or(q.span.To, afterAll)}
	}
	in.KeyConditionExpression, in.ExpressionAttributeValues = &condition, given
	return in
}

// query asks the service until n items have come or nothing follows, since one
// answer ends at 1 MB; or once. next is the key after which to go on, nil at the
// end.
func (d *DB) query(ctx context.Context, in dynamodb.QueryInput, n int, once bool) (items []dynamo.Item, next dynamo.Item, err error) {
	name := d.table.Name()
	in.TableName = &name
	for {
		in.Limit = aws.Int32(int32(n - len(items))) //nolint:gosec // Limit has bounded it
		got, err := d.db.Client().Query(ctx, &in)
		if err != nil {
			return nil, nil, err
		}
		if items == nil {
			items = got.Items
		} else {
			items = append(items, got.Items...)
		}
		if in.ExclusiveStartKey = got.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return items, nil, nil
		}
		if once || len(items) >= n {
			return items, in.ExclusiveStartKey, nil
		}
	}
}

// Holes calls take with the attributes in the primary key and in the position of a
// row that an index found: those that are known before the row is read. It is false
// for a row of another entity, and take's values are void then.
func (e *Entity[T]) Holes(index string, f Found, take func(attribute, value string)) bool {
	return e.parse(f.Primary, take) && e.path(index).sk.parse(f.Position, take)
}

func (e *Entity[T]) path(index string) key {
	for _, k := range e.keys[1:] {
		if k.index == index {
			return k
		}
	}
	panic("table: " + e.name + " is not in " + index)
}

// Siblings returns the keys of at most n other items in the partition of p, strongly
// consistent. Fewer than n are all there are.
func (d *DB) Siblings(ctx context.Context, p Primary, n int) ([]Primary, error) {
	items, _, err := d.query(ctx, dynamodb.QueryInput{
		KeyConditionExpression: aws.String(PK + " = :p"), ProjectionExpression: aws.String(PK + ", " + SK), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: dynamo.Item{":p": &types.AttributeValueMemberS{Value: p.PK}},
	}, n+1, false)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	out := make([]Primary, 0, len(items))
	for _, item := range items {
		if q := primary(item); q != p && len(out) < n {
			out = append(out, q)
		}
	}
	return out, nil
}
