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

// How often this machine looks for what the stream has, and how often it sweeps.
const (
	streamEvery = 250 * time.Millisecond
	sweepEvery  = time.Minute
	again       = 5 * time.Second // after a failure of the engine itself
)

// follow does what comes after a write, as the stream's function does in AWS,
// until ctx is done. What it returns is closed when it has ended.
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

// every does something now and again, until ctx is done. That it failed, or
// panicked, is logged, and it is done again.
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

// troubles is log for errors alone: a terminal need not tell of every sweep
// that found nothing.
func troubles(log *slog.Logger) *slog.Logger {
	return slog.New(onlyErrors{log.Handler()})
}

type onlyErrors struct{ slog.Handler }

func (h onlyErrors) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && h.Handler.Enabled(ctx, level)
}
