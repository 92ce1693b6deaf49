package table

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// Span is a stretch of a partition, in ascending order of its sort keys, or in
// descending order: from From to To, both included. "" is the beginning, or the
// end.
type Span struct {
	From, To   string
	Descending bool
}

// No sort key is outside of these: keys begin with a digit or a letter.
const (
	beforeAll = "!"
	afterAll  = "~"
)

func (s Span) condition(index, pk string) (*string, dynamo.Item) {
	which := index + PK + " = :p AND " + index + SK + " BETWEEN :from AND :to"
	return &which, dynamo.Item{
		":p":    &types.AttributeValueMemberS{Value: pk},
		":from": &types.AttributeValueMemberS{Value: cmp.Or(s.From, beforeAll)},
		":to":   &types.AttributeValueMemberS{Value: cmp.Or(s.To, afterAll)},
	}
}

// Below returns what a span begins with that has everything behind the rows
// whose sort key in the table itself begins with what its first holes, filled
// with values, make.
func (e *Entity[T]) Below(values ...any) string { return e.keys[0].sk.under(values) + afterAll }

// Stretch is what a question to a partition was answered: rows in the order of
// their span, and whether the partition goes on after them.
type Stretch struct {
	Keys []Primary
	Rows Rows
	More bool
}

// Within reads a span of the partition in which the rows of e with these values
// lie, strongly consistent, at most n rows: those of other entities that share
// the partition, too. It is one round trip, which may be answered with fewer
// rows than there are; More tells.
func (e *Entity[T]) Within(ctx context.Context, d *DB, span Span, n int, values ...any) (Stretch, error) {
	which, given := span.condition("", e.keys[0].pk.with(values))
	name := d.table.Name()
	got, err := d.db.Client().Query(ctx, &dynamodb.QueryInput{
		TableName: &name, KeyConditionExpression: which, ExpressionAttributeValues: given, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(!span.Descending), Limit: aws.Int32(int32(n)), //nolint:gosec // a page has far fewer rows
	})
	if err != nil {
		return Stretch{}, fmt.Errorf("query: %w", err)
	}
	out := Stretch{make([]Primary, len(got.Items)), make(Rows, len(got.Items)), len(got.LastEvaluatedKey) > 0}
	for i, item := range got.Items {
		out.Keys[i] = primary(item)
		out.Rows[out.Keys[i]] = item
	}
	return out, nil
}

// EachWithin is Each for a span of the index.
func (e *Entity[T]) EachWithin(ctx context.Context, d *DB, index string, span Span, n int, values ...any) ([]Found, error) {
	which, given := span.condition(index, e.path(index).pk.with(values))
	return e.found(ctx, d, index, which, given, !span.Descending, n)
}
