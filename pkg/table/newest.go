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

// Newest is Each the other way round: the rows of the partition before a
// position, "" from the end, in descending order of the index, at most n.
func (e *Entity[T]) Newest(ctx context.Context, d *DB, index, before string, n int, values ...any) ([]Found, error) {
	name, which := d.table.Name(), index+PK+" = :p AND "+index+SK+" < :s"
	got, err := d.db.Client().Query(ctx, &dynamodb.QueryInput{
		TableName: &name, IndexName: &index, KeyConditionExpression: &which, ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(n)), //nolint:gosec // a page has far fewer rows
		ExpressionAttributeValues: dynamo.Item{
			":p": &types.AttributeValueMemberS{Value: e.path(index).pk.with(values)},
			":s": &types.AttributeValueMemberS{Value: cmp.Or(before, afterAll)},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", index, err)
	}
	found := make([]Found, len(got.Items))
	for i, item := range got.Items {
		found[i] = Found{primary(item), text(item[index+SK])}
	}
	return found, nil
}
