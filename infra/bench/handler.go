package main

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"
)

// The limits of a handler's own work, beyond the same calls to DynamoDB made bare.
const (
	ownAllocations = 240
	ownCPU         = 0.3 // ms
)

// measured are the measured operations: a read of one row by a role in its team, a
// change of one row, one row with its members, and a removal; and the same of agents, a
// vote and a list.
var measured = []string{
	"get-team", "edit-project-by-id", "get-project-details-by-id", "remove-user-from-project",
	"get-agent", "edit-agent", "toggle-rating", "get-all-agents-by-project",
}

func handler(ctx context.Context, r *report) error {
	endpoint, stop, err := database(ctx)
	if err != nil {
		return err
	}
	defer stop()
	for _, operation := range measured {
		h, err := rehearse(ctx, endpoint, operation)
		if err != nil {
			return err
		}
		allocations, err := h.allocations(ctx)
		if err != nil {
			return err
		}
		cpu, err := h.cpu(ctx)
		if err != nil {
			return err
		}
		r.hold(operation+": own allocations", "%.0f", allocations, ownAllocations)
		r.hold(operation+": own CPU", "%.3f ms", cpu, ownCPU)
	}
	return nil
}

// allocations is the number of allocations of a request, less those of the bare calls
// and of making the request.
func (h *rehearsal) allocations(ctx context.Context) (float64, error) {
	const runs = 320 // five lease a block of ids
	var failed error
	note := func(err error) {
		if failed == nil {
			failed = err
		}
	}
	bare := testing.AllocsPerRun(runs, func() { note(h.call(ctx)) })
	own := testing.AllocsPerRun(runs, func() { note(h.ask(ctx).refused()) })
	asking := testing.AllocsPerRun(runs, func() { h.request(ctx); _ = &sink{header: map[string][]string{}} })
	return own - bare - asking, failed
}

func (s *sink) refused() error {
	if s.status >= 300 {
		return fmt.Errorf("the handler answered %d", s.status)
	}
	return nil
}

// cpu is how many milliseconds of processor time the handler takes beyond the
// bare calls: the median of rounds in which both take turns.
func (h *rehearsal) cpu(ctx context.Context) (float64, error) {
	const rounds, runs = 15, 200
	var over []time.Duration
	for range rounds {
		began := processorTime()
		for range runs {
			if err := h.call(ctx); err != nil {
				return 0, err
			}
		}
		between := processorTime()
		for range runs {
			if err := h.ask(ctx).refused(); err != nil {
				return 0, err
			}
		}
		over = append(over, (processorTime()-between)-(between-began))
	}
	return median(over).Seconds() * 1000 / runs, nil
}

// processorTime is what this process has used of all processors so far, its
// garbage collector included.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no way to fail with these arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
