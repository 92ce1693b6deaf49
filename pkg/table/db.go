package table

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
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

// Get reads the rows with the given primary keys, strongly consistent, in one round
// trip: batches are read at the same time. Rows that don't exist are missing from
// the result. A batch is not a snapshot: rows that must agree are conditioned in
// the write's transaction.
//
// Where rows are unreadable, it returns the others and an error that UnreadableIn
// takes apart.
func (d *DB) Get(ctx context.Context, keys ...Primary) (Rows, error) {
	rows, err := d.Inspect(ctx, keys...)
	if err != nil {
		return rows, err
	}
	return rows, rows.sift()
}

// Inspect is Get without the check that rows are readable: its rows are for Try,
// or for reading item by item.
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

// batch reads keys into into, asking again for those that a busy service left
// unprocessed. It calls the SDK directly, as transactions do, because guregu/dynamo
// makes a query of each key first.
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

// The pause before the unprocessed rest of a batch is asked for is random: up to
// partPause the first time, twice as long each time, and at most longPause.
const (
	partPause = 10 * time.Millisecond
	longPause = 320 * time.Millisecond
)

// item is p as the key of a call.
func (p Primary) item() dynamo.Item { return p.itemIn(make([]types.AttributeValueMemberS, 2)) }

// itemIn is item, with its two texts in memory of the caller's.
func (p Primary) itemIn(texts []types.AttributeValueMemberS) dynamo.Item {
	texts[0].Value, texts[1].Value = p.PK, p.SK
	return dynamo.Item{PK: &texts[0], SK: &texts[1]}
}

// distinct returns keys in their order, each once. Searching few keys is quicker
// than making a map of them.
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

// ErrStale is returned by Commit when a condition failed or another transaction
// was at the same items: the rows on which the caller decided may have changed.
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

// lost reports whether a transaction was cancelled for a reason that may be gone
// when it is tried again on fresh rows.
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

// Touch sets a time on the existing item p, unless its present one is later than
// since, or the item doesn't exist, which are no errors. Times are compared as
// text.
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

// Lease takes n consecutive ids of a sequence and returns the first. Ids are unique,
// with gaps, and not in order across instances. It returns ErrStale where other
// writers kept the sequence busy: the caller begins again, as after any lost race.
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
