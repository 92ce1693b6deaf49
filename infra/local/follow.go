package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/functions/stream"
	"wardroom/infra/local/pump"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

// The intervals of reading the stream and of sweeps.
const (
	streamEvery = 250 * time.Millisecond
	sweepEvery  = time.Minute
	again       = 5 * time.Second // after a failure of the engine itself
)

// follow runs the stream's function on the table's stream and by its schedule, as AWS
// does, until ctx is done. The channel is closed when it has ended.
func (s *settings) follow(ctx context.Context, st *store.Store) <-chan error {
	log := telemetry.Logger(os.Stderr, false)
	f := stream.New(st, model.Now, telemetry.Options{Log: troubles(log), Stage: s.Stage})
	client := store.Client(s.Config.Config)
	p := &pump.Pump{
		DB: client, Streams: pump.ClientOf(client), Table: s.Table, Idle: streamEvery,
		Rule: pump.Lambda(f.Stream.Handle, func(r events.DynamoDBEventRecord) {
			log.Error("dead letter: the stream gave a record up", "sequence_number", r.Change.SequenceNumber)
		}),
	}
	both := concurrent.NewGroup()
	both.Go(func() error {
		every(ctx, again, log, "the stream can't be read", func() error { return p.Run(ctx) })
		return nil
	})
	both.Go(func() error {
		every(ctx, sweepEvery, log, "the sweep broke off", func() error {
			_, _ = f.Sweep.Run(ctx) // it logs what it could not do
			return nil
		})
		return nil
	})
	return concurrent.Start(both.Wait)
}

// every calls do again and again, with a pause between calls, until ctx is done. It logs
// errors and panics of do, with the message failed.
func every(ctx context.Context, pause time.Duration, log *slog.Logger, failed string, do func() error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := concurrent.Do(do); err != nil {
			log.Error(failed, "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// troubles returns log for errors alone, so that a terminal doesn't show every sweep
// that found nothing.
func troubles(log *slog.Logger) *slog.Logger {
	return slog.New(onlyErrors{log.Handler()})
}

type onlyErrors struct{ slog.Handler }

func (h onlyErrors) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && h.Handler.Enabled(ctx, level)
}
