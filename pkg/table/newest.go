package table

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// Newest is Each the other way round: the rows of the partition before a
// position, "" from the end, in descending order of the index, at most n: fewer
// are all there are.
func (e *Entity[T]) Newest(ctx context.Context, d *DB, index, before string, n int, values ...any) ([]Found, error) {
	which := index + PK + " = :p AND " + index + SK + " < :s"
	return e.found(ctx, d, index, &which, dynamo.Item{
		":p": &types.AttributeValueMemberS{Value: e.path(index).pk.with(values)},
		":s": &types.AttributeValueMemberS{Value: cmp.Or(before, afterAll)},
	}, false, n)
}
