package store

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/pkg/telemetry"
)

// meter makes a call return its consumed capacity.
func meter(in any) {
	const total = types.ReturnConsumedCapacityTotal
	switch p := in.(type) {
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
	}
}

// consumed adds a call's consumed capacity to the request's record.
func consumed(record *telemetry.Record, out any) {
	switch r := out.(type) {
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
	case *dynamodb.TransactWriteItemsOutput:
		for i := range r.ConsumedCapacity {
			record.AddUnits(0, units(&r.ConsumedCapacity[i]))
		}
	}
}

func units(c *types.ConsumedCapacity) float64 {
	if c == nil || c.CapacityUnits == nil {
		return 0
	}
	return *c.CapacityUnits
}
