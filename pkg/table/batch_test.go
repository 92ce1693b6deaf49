package table

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// A busy service answers a part of a batch and names the rest, which is asked
// for until it comes or the request's time is over.
func TestRestOfABatch(t *testing.T) {
	asked := 0
	db := Open(dynamo.NewFromIface(answering(func(input any) any {
		asked++
		keys := input.(*dynamodb.BatchGetItemInput).RequestItems["none"]
		out := &dynamodb.BatchGetItemOutput{Responses: map[string][]dynamo.Item{"none": keys.Keys[:1]}}
		if keys.Keys = keys.Keys[1:]; len(keys.Keys) > 0 {
			out.UnprocessedKeys = map[string]types.KeysAndAttributes{"none": keys}
		}
		return out
	})), "none")
	rows, err := db.Inspect(t.Context(), project, team, Users.Key(int64(1)))
	if len(rows) != 3 || err != nil || asked != 3 {
		t.Errorf("%d rows in %d calls, %v", len(rows), asked, err)
	}
}

func TestBatchThatNeverEnds(t *testing.T) {
	db := Open(dynamo.NewFromIface(answering(func(input any) any {
		return &dynamodb.BatchGetItemOutput{UnprocessedKeys: input.(*dynamodb.BatchGetItemInput).RequestItems}
	})), "none")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := db.Get(ctx, project, team); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
