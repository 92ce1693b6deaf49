package table

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/concurrent"
)

// DB is the table behind a connection.
type DB struct {
	db    *dynamo.DB
	table dynamo.Table
}

// Open returns the table called name.
func Open(db *dynamo.DB, name string) *DB { return &DB{db, db.Table(name)} }

// batchSize is how many items one BatchGetItem may ask for.
const batchSize = 100

// atOnce is how many batches are read at the same time.
const atOnce = 16

// Get reads the rows with these primary keys, strongly consistent, in one round
// trip: what is more than a batch is read at the same time. Rows that don't
// exist are missing from the result. A batch is not a snapshot: what must agree
// is conditioned in the write's transaction.
//
// Where rows can't be read, it returns the others and an error that UnreadableIn
// takes apart.
func (d *DB) Get(ctx context.Context, keys ...Primary) (Rows, error) {
	rows, err := d.Inspect(ctx, keys...)
	if err != nil {
		return rows, err
	}
	return rows, rows.sift()
}

// Inspect is Get for who looks at rows as they lie there, readable or not: with
// Try, or item by item.
func (d *DB) Inspect(ctx context.Context, keys ...Primary) (Rows, error) {
	keys = distinct(keys)
	switch len(keys) {
	case 0:
		return Rows{}, nil
	case 1:
		return d.one(ctx, keys[0])
	}
	rows := make(Rows, len(keys))
	if len(keys) <= batchSize {
		return rows, d.batch(ctx, keys, rows)
	}
	g := concurrent.NewGroup()
	g.SetLimit(atOnce)
	var mu sync.Mutex
	for part := range slices.Chunk(keys, batchSize) {
		g.Go(func() error {
			some := make(Rows, len(part))
			err := d.batch(ctx, part, some)
			mu.Lock()
			defer mu.Unlock()
			rows.Add(some)
			return err
		})
	}
	return rows, g.Wait()
}

func (d *DB) one(ctx context.Context, p Primary) (Rows, error) {
	var item dynamo.Item
	err := d.table.Get(PK, p.PK).Range(SK, dynamo.Equal, p.SK).Consistent(true).One(ctx, &item)
	if errors.Is(err, dynamo.ErrNotFound) {
		return Rows{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	return Rows{p: item}, nil
}

// batch asks until every key was looked at: a busy service answers a part and
// names the rest. It is put to the SDK directly, as transactions are, because
// guregu/dynamo makes a query of each key first.
func (d *DB) batch(ctx context.Context, keys []Primary, into Rows) error {
	name := d.table.Name()
	of := types.KeysAndAttributes{Keys: make([]dynamo.Item, len(keys)), ConsistentRead: aws.Bool(true)}
	texts := make([]types.AttributeValueMemberS, 2*len(keys)) // made at once: a request has many keys
	for i, k := range keys {
		of.Keys[i] = k.itemIn(texts[2*i : 2*i+2])
	}
	for wait := partPause; ; wait = min(2*wait, longPause) {
		got, err := d.db.Client().BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: of}})
		if err != nil {
			return fmt.Errorf("batch get: %w", err)
		}
		for _, item := range got.Responses[name] {
			into[primary(item)] = item
		}
		if of.Keys = got.UnprocessedKeys[name].Keys; len(of.Keys) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("batch get: %w", ctx.Err())
		case <-time.After(rand.N(wait)): //nolint:gosec // G404: how long to wait is no secret
		}
	}
}

// Bounds of the pause before the rest of a batch is asked for: the first, and
// any.
const (
	partPause = 10 * time.Millisecond
	longPause = 320 * time.Millisecond
)

// item is p as the key of a call.
func (p Primary) item() dynamo.Item { return p.itemIn(make([]types.AttributeValueMemberS, 2)) }

// itemIn is item with the two texts in a place of the caller's.
func (p Primary) itemIn(texts []types.AttributeValueMemberS) dynamo.Item {
	texts[0].Value, texts[1].Value = p.PK, p.SK
	return dynamo.Item{PK: &texts[0], SK: &texts[1]}
}

// distinct returns keys in their order, each once. Few keys are quicker looked
// through than put into a map.
func distinct(keys []Primary) []Primary {
	out := make([]Primary, 0, len(keys))
	seen := map[Primary]bool{}
	for _, k := range keys {
		if len(keys) <= few && slices.Contains(out, k) || seen[k] {
			continue
		}
		if len(keys) > few {
			seen[k] = true
		}
		out = append(out, k)
	}
	return out
}

const few = 32

// Found is a row an index led to: its primary key, and its position in the
// index's order. It says that the row was there a moment ago; read it again
// before you show it or act on it.
type Found struct {
	Primary
	Position string
}

// Each asks an index for the rows of the partition whose pattern of e is filled
// with values, in ascending order of the index, after position ("" from the
// start), at most n: fewer are all there are. It is one round trip, and another
// for each MB of keys.
func (e *Entity[T]) Each(ctx context.Context, d *DB, index, after string, n int, values ...any) ([]Found, error) {
	return e.each(ctx, d, index, "", after, n, values)
}

// AllUnder asks for all rows of such a partition whose sort key in the index
// begins with what its first holes, filled with under, make.
func (e *Entity[T]) AllUnder(ctx context.Context, d *DB, index string, values, under []any) ([]Found, error) {
	return e.each(ctx, d, index, e.path(index).sk.under(under), "", All, values)
}

func (e *Entity[T]) each(ctx context.Context, d *DB, index, prefix, after string, n int, values []any) ([]Found, error) {
	which, from := index+PK+" = :p", ""
	switch {
	case prefix != "":
		which, from = which+" AND begins_with("+index+SK+", :s)", prefix
	case after != "":
		which, from = which+" AND "+index+SK+" > :s", after
	}
	given := dynamo.Item{":p": &types.AttributeValueMemberS{Value: e.path(index).pk.with(values)}}
	if from != "" {
		given[":s"] = &types.AttributeValueMemberS{Value: from}
	}
	return e.found(ctx, d, index, &which, given, true, n)
}

func (e *Entity[T]) found(ctx context.Context, d *DB, index string, which *string, given dynamo.Item, forward bool, n int) ([]Found, error) {
	items, _, err := d.query(ctx, dynamodb.QueryInput{IndexName: &index, KeyConditionExpression: which, ExpressionAttributeValues: given, ScanIndexForward: &forward}, n)
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", index, err)
	}
	found := make([]Found, len(items))
	for i, item := range items {
		found[i] = Found{primary(item), text(item[index+SK])}
	}
	return found, nil
}

// All asks for every row there is.
const All = math.MaxInt32

// query asks until n items have come or nothing follows, since one answer of the
// service ends at 1 MB: whoever gets fewer than n has all. next is the key to go
// on behind, nil at the end.
func (d *DB) query(ctx context.Context, in dynamodb.QueryInput, n int) (items []dynamo.Item, next dynamo.Item, err error) {
	name := d.table.Name()
	in.TableName = &name
	for {
		in.Limit = aws.Int32(int32(min(n-len(items), All))) //nolint:gosec // it fits
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
		if len(items) >= n {
			return items, in.ExclusiveStartKey, nil
		}
	}
}

// Beneath reads the rows of e that lie in one partition of the table itself,
// strongly consistent, in the order of their sort keys, after position, at most
// n. values fill the partition key. It returns the position to go on at, "" at
// the end. Where rows can't be read, it returns the others, that position, and an
// error that UnreadableIn takes apart.
func (e *Entity[T]) Beneath(ctx context.Context, d *DB, after string, n int, values ...any) ([]T, string, error) {
	which := PK + " = :p AND begins_with(" + SK + ", :s)"
	in := dynamodb.QueryInput{
		KeyConditionExpression: &which, ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: dynamo.Item{
			":p": &types.AttributeValueMemberS{Value: e.keys[0].pk.with(values)},
			":s": &types.AttributeValueMemberS{Value: e.keys[0].sk.parts[0].literal},
		},
	}
	if after != "" {
		in.ExclusiveStartKey = Primary{e.keys[0].pk.with(values), after}.item()
	}
	items, next, err := d.query(ctx, in, n)
	if err != nil {
		return nil, "", fmt.Errorf("query: %w", err)
	}
	out := make([]T, 0, len(items))
	var bad []error
	for _, item := range items {
		p := primary(item)
		if err := Sound(p, item); err != nil {
			bad = append(bad, err)
		} else if v, ok := e.At(Rows{p: item}, p); ok {
			out = append(out, v)
		}
	}
	return out, text(next[SK]), errors.Join(bad...)
}

// PositionOf returns the position in an index of the row whose sort key there
// is made of values.
func (e *Entity[T]) PositionOf(index string, values ...any) string {
	return e.path(index).sk.with(values)
}

// Behind returns the position in an index behind every row whose sort key there
// begins with what its first holes, filled with values, make.
func (e *Entity[T]) Behind(index string, values ...any) string {
	return e.path(index).sk.under(values) + afterAll
}

// Said returns an id that the position in an index was filled with, 0 where it
// has none: what a row says of itself before it is read.
func (e *Entity[T]) Said(index, position, attribute string) (id int64) {
	e.path(index).sk.parse(position, func(hole, value string) {
		if hole == attribute {
			id, _ = strconv.ParseInt(value, 10, 64)
		}
	})
	return id
}

func (e *Entity[T]) path(index string) key {
	for _, k := range e.keys[1:] {
		if k.index == index {
			return k
		}
	}
	panic("table: " + e.name + " is not in " + index)
}

// ErrStale is returned by Commit when a condition failed or another transaction
// was at the same items: what the decision was based on may no longer hold.
// Read again, decide again.
var ErrStale = errors.New("rows changed meanwhile")

// Commit carries out the unit of work in one transaction, or nothing of it. Its
// client request token makes the SDK's own retry safe: a transaction whose
// answer was lost is not carried out twice. It returns ErrStale where it lost
// to another writer, and ErrTooLarge.
func (d *DB) Commit(ctx context.Context, tx *Tx) error {
	if tx.err == nil && tx.Len() == 0 {
		return nil
	}
	items, err := tx.build(d.table.Name())
	if err != nil {
		return err
	}
	token := crand.Text()
	_, err = d.db.Client().TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items, ClientRequestToken: &token})
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) && lost(canceled) {
		return fmt.Errorf("%w: %w", ErrStale, err)
	}
	if err != nil {
		return fmt.Errorf("transaction: %w", err)
	}
	return nil
}

// lost reports whether a transaction was cancelled for reasons that another
// try, on fresh rows, may not meet.
func lost(e *types.TransactionCanceledException) bool {
	for _, r := range e.CancellationReasons {
		if r.Code == nil {
			continue
		}
		switch *r.Code {
		case "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			return true
		}
	}
	return false
}

// Touch sets a time on the existing item p, unless the one there is later than
// since. Times are compared as they are written. That it was there already is
// no error.
func (d *DB) Touch(ctx context.Context, p Primary, attribute, now, since string) error {
	name := d.table.Name()
	_, err := d.db.Client().UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &name, Key: p.item(),
		UpdateExpression:         aws.String("SET #t = :now"),
		ConditionExpression:      aws.String("attribute_exists(" + PK + ") AND (attribute_not_exists(#t) OR #t <= :since)"),
		ExpressionAttributeNames: map[string]string{"#t": attribute},
		ExpressionAttributeValues: dynamo.Item{
			":now": &types.AttributeValueMemberS{Value: now}, ":since": &types.AttributeValueMemberS{Value: since},
		},
	})
	var there *types.ConditionalCheckFailedException
	if err != nil && !errors.As(err, &there) {
		return fmt.Errorf("touch: %w", err)
	}
	return nil
}

// Lease takes n ids of a sequence and returns the first. Ids are unique, with
// gaps, and not in order across instances. It is ErrStale where others were at the
// sequence all the time: whoever asks begins again, as with any lost race.
func (d *DB) Lease(ctx context.Context, sequence string, n int64) (first int64, err error) {
	p := Counters.Key(sequence)
	var row struct {
		Last int64 `dynamo:"last"`
	}
	err = d.table.Update(PK, p.PK).Range(SK, p.SK).Add("last", n).Set("sequence", sequence).Set(kind, Counters.name).Value(ctx, &row)
	var lost *types.TransactionConflictException
	switch {
	case errors.As(err, &lost):
		return 0, fmt.Errorf("lease: %w", ErrStale)
	case err != nil:
		return 0, fmt.Errorf("lease: %w", err)
	}
	return row.Last - n + 1, nil
}
