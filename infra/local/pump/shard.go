// Package pump is Lambda's event source mapping on one machine: it reads the stream of a
// table on a local engine and calls the stream's function with batches of records, by
// Lambda's own rule.
package pump

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/pkg/concurrent"
)

// Invoke calls the stream's function with records, as Lambda does.
type Invoke func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error)

// Rule is the delivery of a shard's records, as the stack sets it for Lambda:
//
//   - records go in order, in batches, and the next batch waits for this one;
//   - an answer that names a record makes it the first of the next batch, and
//     those before it are done;
//   - a call that fails altogether is repeated with half of the batch, and isn't
//     counted as a try;
//   - a record that is the first for too many tries goes to the dead letters and the
//     shard goes on after it.
type Rule struct {
	Invoke Invoke
	Batch  int // most records of a call
	Tries  int // most calls that have one record alone or whose answer names it
	// Dead is called with a record that was given up; a dead letter has its position, not
	// its contents.
	Dead func(events.DynamoDBEventRecord)
	// Pause waits before a try; nil doesn't.
	Pause func(ctx context.Context, try int) error
}

// errForeign is returned for an answer that Lambda treats as a failure of the batch.
var errForeign = errors.New("the answer names a record that isn't in the batch")

// Feed delivers records of one shard until all are done or dead. It returns an error
// only when the context ends.
func (r Rule) Feed(ctx context.Context, records []events.DynamoDBEventRecord) error {
	tries := 0 // of records[0]
	for size := r.Batch; len(records) > 0; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("pump: %w", err)
		}
		batch := records[:min(size, len(records))]
		done, err := r.call(ctx, batch)
		if ctx.Err() != nil {
			continue // a call that the context cut short is no try
		}
		if done > 0 {
			records, tries, size = records[done:], 0, r.Batch
			if done < len(batch) {
				tries = 1
				if err := r.pause(ctx, tries); err != nil {
					return err
				}
			}
			continue
		}
		if err != nil && len(batch) > 1 {
			size = (len(batch) + 1) / 2
		} else if tries++; tries >= r.Tries {
			r.Dead(records[0])
			records, tries, size = records[1:], 0, r.Batch
			continue
		}
		if err := r.pause(ctx, tries); err != nil {
			return err
		}
	}
	return nil
}

// call calls the function with a batch and returns how many of its first records are
// done.
func (r Rule) call(ctx context.Context, batch []events.DynamoDBEventRecord) (int, error) {
	var answer events.DynamoDBEventResponse
	err := concurrent.Do(func() (err error) {
		answer, err = r.Invoke(ctx, events.DynamoDBEvent{Records: batch})
		return err
	})
	if err != nil {
		return 0, err
	}
	done := len(batch)
	for _, failed := range answer.BatchItemFailures {
		at := -1
		for i, record := range batch {
			if record.Change.SequenceNumber == failed.ItemIdentifier {
				at = i
			}
		}
		if at < 0 {
			return 0, errForeign
		}
		done = min(done, at)
	}
	return done, nil
}

func (r Rule) pause(ctx context.Context, try int) error {
	if r.Pause == nil {
		return nil
	}
	return r.Pause(ctx, try)
}

// backOff waits longer from try to try, with jitter.
func backOff(ctx context.Context, try int) error {
	return wait(ctx, rand.N(min(50*time.Millisecond<<min(try, 8), 5*time.Second))) //nolint:gosec // G404: how long to wait is no secret
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pump: %w", ctx.Err())
	}
}

// Lambda returns the rule as the stack sets it.
func Lambda(invoke Invoke, dead func(events.DynamoDBEventRecord)) Rule {
	return Rule{Invoke: invoke, Batch: 100, Tries: 11, Dead: dead, Pause: backOff}
}
