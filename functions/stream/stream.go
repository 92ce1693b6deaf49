// Package stream is the function that no route reaches: the table's stream and a
// schedule invoke it. It does the work that follows from writes.
package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/pkg/audit"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/followup"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

// Slug names the function, as a group's slug does.
const Slug = "stream"

// Name is the function's name for people.
const Name = "Stream"

// Work is the work of every audit row, in this order. Sealing is last: a sealed row has
// no work left, except work that needs somebody to mend the table first.
func Work(s *store.Store, now func() model.Time) followup.Work {
	return followup.InOrder(
		func(ctx context.Context, rows []model.Audit) (int, error) { return followup.Notify(ctx, s, rows) },
		followup.Each(passing(func(ctx context.Context, a model.Audit) error { return removal.Follow(ctx, s, a, now()) })),
		followup.Each(passing(func(ctx context.Context, a model.Audit) error { return followup.Purge(ctx, s, a, now()) })),
		followup.Each(passing(func(ctx context.Context, a model.Audit) error { return followup.FollowProject(ctx, s, a, now()) })),
		func(ctx context.Context, rows []model.Audit) (int, error) { return audit.Seal(ctx, s, rows) },
	)
}

// passing lets an audit row go on to its seal where its work needs an unreadable row,
// and reports that to the log and the alarm: waiting for that row would block the chain,
// and the sweep of its unsealed rows, too. The work isn't lost. A removal stays in the
// pending index, where every sweep fails at it until the row is mended; the purge of a
// deleted project finds its agents again.
func passing(do func(context.Context, model.Audit) error) func(context.Context, model.Audit) error {
	return func(ctx context.Context, a model.Audit) error {
		err := do(ctx, a)
		var bad *store.Unreadable
		if errors.As(err, &bad) {
			telemetry.From(ctx).LeaveOut(fmt.Errorf("what follows from audit row %s: %w", a.ID, err))
			return nil
		}
		return err
	}
}

// Function answers the stream's batches and the schedule's calls.
type Function struct {
	Stream followup.Stream
	Sweep  followup.Sweep
}

// New wires the function.
func New(s *store.Store, now func() model.Time, o telemetry.Options) *Function {
	work := Work(s, now)
	return &Function{
		Stream: followup.Stream{Work: work, Telemetry: o},
		Sweep: followup.Sweep{
			Store: s, Work: work, Now: now, Grace: followup.Grace, Telemetry: o,
			Finish: func(ctx context.Context, id int64) (bool, error) { return removal.Finish(ctx, s, id, now()) },
			Unsealed: func(ctx context.Context, organization int64, now model.Time) ([]model.Audit, error) {
				return audit.Unsealed(ctx, s, organization, now)
			},
		},
	}
}

// Scheduled is the event that the schedule sends.
func Scheduled() map[string]any { return map[string]any{"sweep": true} }

// ErrEvent says that an event is neither a batch of the table's stream nor the
// schedule's.
var ErrEvent = errors.New("stream: neither a batch of the table's stream nor a call to sweep")

// Handle takes either event, since both come to one function. It returns ErrEvent
// for anything else.
//
// A panic is an error of this one batch, which Lambda halves until the record at fault
// is alone: it doesn't end the instance.
func (f *Function) Handle(ctx context.Context, raw json.RawMessage) (answer any, err error) {
	panicked := concurrent.Do(func() error {
		answer, err = f.handle(ctx, raw)
		return nil
	})
	if panicked != nil {
		return nil, panicked
	}
	return answer, err
}

func (f *Function) handle(ctx context.Context, raw json.RawMessage) (any, error) {
	var e struct {
		Sweep   bool            `json:"sweep"`
		Records json.RawMessage `json:"Records"`
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	switch {
	case e.Sweep:
		// What failed is in the log, and the next sweep tries it again; an
		// error here would only make Lambda start the same sweep at once.
		report, _ := f.Sweep.Run(ctx)
		return report, nil
	case e.Records != nil:
		var batch events.DynamoDBEvent
		if err := json.Unmarshal(raw, &batch); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrEvent, err)
		}
		return f.Stream.Handle(ctx, batch)
	}
	return nil, ErrEvent
}
