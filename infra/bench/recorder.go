package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/store"
)

// recorder records the calls of a client, so that they can be repeated bare: without the
// handler's code.
type recorder struct {
	mu    sync.Mutex
	calls []call
	over  bool // the recording has ended
}

type call struct {
	input      any
	begin, end time.Time
}

// option makes a client record its calls, without leases of ids: one lease serves 64
// operations.
func (r *recorder) option(o *dynamodb.Options) {
	note := middleware.InitializeMiddlewareFunc("Note", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		c := call{input: in.Parameters, begin: time.Now()}
		out, meta, err := next.HandleInitialize(ctx, in)
		c.end = time.Now()
		r.mu.Lock()
		defer r.mu.Unlock()
		if _, lease := in.Parameters.(*dynamodb.UpdateItemInput); !lease && !r.over {
			r.calls = append(r.calls, c)
		}
		return out, meta, err
	})
	o.APIOptions = append(slices.Clip(o.APIOptions), func(s *middleware.Stack) error { return s.Initialize.Add(note, middleware.After) })
}

// trips returns the inputs of the recorded calls by trip, and forgets them. Calls that
// were under way at the same time are one trip.
func (r *recorder) trips() (out [][]any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.SortFunc(r.calls, func(a, b call) int { return a.end.Compare(b.end) })
	var last time.Time
	for _, c := range r.calls {
		if out == nil || !c.begin.Before(last) {
			out, last = append(out, nil), c.end
		}
		out[len(out)-1] = append(out[len(out)-1], c.input)
	}
	r.calls = nil
	return out
}

// end ends the recording, or resumes it where over is false.
func (r *recorder) end(over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = over
}

// repeat makes the calls again, the calls of a trip at the same time.
func repeat(ctx context.Context, client *store.Caller, trips [][]any) error {
	for _, trip := range trips {
		if len(trip) == 1 {
			if err := send(ctx, client, trip[0]); err != nil {
				return err
			}
			continue
		}
		g, ctx := concurrent.WithContext(ctx)
		for _, in := range trip {
			g.Go(func() error { return send(ctx, client, in) })
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// send makes one call, with a copy of its input.
func send(ctx context.Context, client *store.Caller, in any) (err error) {
	switch in := anew(in).(type) {
	case *dynamodb.GetItemInput:
		_, err = client.GetItem(ctx, in)
	case *dynamodb.BatchGetItemInput:
		_, err = client.BatchGetItem(ctx, in)
	case *dynamodb.QueryInput:
		_, err = client.Query(ctx, in)
	case *dynamodb.TransactWriteItemsInput:
		_, err = client.TransactWriteItems(ctx, in)
	default:
		err = fmt.Errorf("a %T can't be made bare", in)
	}
	return err
}
