package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/pkg/table"
)

// CreateTable makes the table, with stream and TTL, unless it exists, and reports
// whether it made it. In AWS the stack makes it. edits change the input, for tests.
func CreateTable(ctx context.Context, db *dynamodb.Client, name string, edits ...func(*dynamodb.CreateTableInput)) (made bool, err error) {
	s := table.Schema()
	in := &dynamodb.CreateTableInput{
		TableName:   aws.String(name),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keySchema(s.PK, s.SK),
		StreamSpecification: &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
		},
	}
	attributes := []string{s.PK, s.SK}
	for _, i := range s.Indexes {
		attributes = append(attributes, i.PK, i.SK)
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(i.Name), KeySchema: keySchema(i.PK, i.SK),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		})
	}
	for _, a := range attributes {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(a), AttributeType: types.ScalarAttributeTypeS})
	}
	for _, edit := range edits {
		edit(in)
	}
	if _, err := db.CreateTable(ctx, in); err != nil {
		var exists *types.ResourceInUseException
		if errors.As(err, &exists) {
			return false, nil
		}
		return false, fmt.Errorf("create table %s: %w", name, err)
	}
	if err := dynamodb.NewTableExistsWaiter(db, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second
	}).Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(name)}, 30*time.Second); err != nil {
		return true, fmt.Errorf("create table %s: %w", name, err)
	}
	_, err = db.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String(name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(s.TTL), Enabled: aws.Bool(true)},
	})
	if err != nil {
		return true, fmt.Errorf("time to live of %s: %w", name, err)
	}
	return true, nil
}

func keySchema(pk, sk string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: aws.String(pk), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String(sk), KeyType: types.KeyTypeRange},
	}
}

// Streamless leaves out the stream, for tables whose stream nobody reads: DynamoDB Local
// keeps the streams of deleted tables and searches all of them at every write, so that
// after some dozens of tables every call takes five times as long.
func Streamless(in *dynamodb.CreateTableInput) { in.StreamSpecification = nil }
