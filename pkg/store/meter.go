package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"wardroom/pkg/telemetry"
)

// metered makes every call to the table return its consumed capacity, and adds that
// to the request's record.
var metered = []func(*middleware.Stack) error{func(s *middleware.Stack) error {
	return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Meter", meter), middleware.After)
}}

func meter(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	record := telemetry.From(ctx)
	record.AddCall()
	const total = types.ReturnConsumedCapacityTotal
	switch p := in.Parameters.(type) {
	case *dynamodb.GetItemInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.BatchGetItemInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.QueryInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.UpdateItemInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.TransactWriteItemsInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.PutItemInput:
		p.ReturnConsumedCapacity = total
	}
	out, meta, err := next.HandleInitialize(ctx, in)
	if err != nil {
		return out, meta, err
	}
	switch r := out.Result.(type) {
	case *dynamodb.GetItemOutput:
		record.AddUnits(units(r.ConsumedCapacity), 0)
	case *dynamodb.BatchGetItemOutput:
		for i := range r.ConsumedCapacity {
			record.AddUnits(units(&r.ConsumedCapacity[i]), 0)
		}
	case *dynamodb.QueryOutput:
		record.AddUnits(units(r.ConsumedCapacity), 0)
	case *dynamodb.UpdateItemOutput:
		record.AddUnits(0, units(r.ConsumedCapacity))
	case *dynamodb.PutItemOutput:
		record.AddUnits(0, units(r.ConsumedCapacity))
	case *dynamodb.TransactWriteItemsOutput:
		for i := range r.ConsumedCapacity {
			record.AddUnits(0, units(&r.ConsumedCapacity[i]))
		}
	}
	return out, meta, nil
}

func units(c *types.ConsumedCapacity) float64 {
	if c == nil || c.CapacityUnits == nil {
		return 0
	}
	return *c.CapacityUnits
}
