package followup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// margin is how long before Lambda's deadline a batch or a sweep ends, so that it can
// still answer what is done.
const margin = time.Second

// insert is the name of the event of a new item in a stream.
const insert = string(events.DynamoDBOperationTypeInsert)

// Filter is Lambda's filter pattern of the stream's records: inserts of audit rows.
// Passes is the same for one record.
func Filter() string {
	pattern, err := json.Marshal(map[string]any{
		"eventName": []string{insert},
		"dynamodb":  map[string]any{"NewImage": map[string]any{table.KindAttr: map[string]any{"S": []string{table.Audits.Name()}}}},
	})
	if err != nil {
		panic(err) // texts always marshal
	}
	return string(pattern)
}

// Passes reports whether a record is an insert of an audit row.
func Passes(r events.DynamoDBEventRecord) bool {
	of, ok := r.Change.NewImage[table.KindAttr]
	return r.EventName == insert && ok && of.DataType() == events.DataTypeString && of.String() == table.Audits.Name()
}

// ErrNothingDone fails an invocation of which no record of several was done. Lambda then
// halves the batch, which it would not do if the first record were named as the one to
// go on from; so a record that always fails ends up alone, and goes to the dead letters
// alone.
var ErrNothingDone = errors.New("the first record of the batch failed")

// Stream does a work for the audit rows of batches of records.
type Stream struct {
	Work      Work
	Telemetry telemetry.Options
}

// Handle answers a batch with the sequence number of the record to go on from, or none
// when all are done. It returns ErrNothingDone where a smaller batch may do better.
func (s Stream) Handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	ctx, cancel := endEarlier(ctx)
	defer cancel()
	ctx, _ = telemetry.Begin(ctx, requestID(ctx), "")
	rows, at, err := audits(e.Records)
	done := 0
	if len(rows) > 0 {
		var failed error
		done, failed = guarded(ctx, s.Work, rows)
		err = errors.Join(failed, err)
	}
	first := at[done]
	telemetry.Batch{Operation: "stream", Items: len(e.Records), Done: first, Failed: len(e.Records) - first, Err: err}.Write(ctx, s.Telemetry)
	var answer events.DynamoDBEventResponse
	switch {
	case first == len(e.Records):
	case first == 0 && len(e.Records) > 1:
		return answer, ErrNothingDone
	default:
		answer.BatchItemFailures = []events.DynamoDBBatchItemFailure{{ItemIdentifier: e.Records[first].Change.SequenceNumber}}
	}
	return answer, nil
}

// audits returns the audit rows that records insert, up to the first unreadable one; it
// skips other records. at[i] is the record to go on from when i rows are done.
func audits(records []events.DynamoDBEventRecord) (rows []model.Audit, at []int, err error) {
	for i, r := range records {
		if !Passes(r) {
			continue
		}
		at = append(at, i)
		item, err := itemOf(r.Change.NewImage)
		if err != nil {
			return rows, at, err
		}
		row, _, err := table.Audits.From(item)
		if err != nil {
			return rows, at, fmt.Errorf("record %s: %w", r.Change.SequenceNumber, err)
		}
		rows = append(rows, row)
	}
	return rows, append(at, len(records)), nil
}

// endEarlier returns a context that ends margin before ctx's deadline.
func endEarlier(ctx context.Context) (context.Context, context.CancelFunc) {
	end, has := ctx.Deadline()
	if !has {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, end.Add(-margin))
}

func requestID(ctx context.Context) string {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}
