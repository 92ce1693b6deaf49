package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"wardroom/pkg/access"
)

// One decision about access.
const (
	decisionTime        = 100 // ns
	decisionAllocations = 0
)

// decision measures the slowest decision: the caller has every path to the project, and
// only the last of them allows it.
func decision(_ context.Context, r *report) error {
	caller := access.Caller{User: 7, Organization: 1, Rank: access.RankOf(true, false)}
	target := access.Target{
		Kind: access.KindAgent, ID: 21, Organization: 1, Project: 151, Team: 7, Role: string(access.AgentViewer), ProjectRole: access.ProjectMember,
		TeamRole: access.Viewer, Open: access.Openness{Level: access.Public, Mode: access.ViewOnly},
	}
	allowed := 0
	decide := func() {
		if access.Decide(caller, target, access.ManageAgent).Allowed {
			allowed++ // a use of the result, so that the compiler keeps the call
		}
	}
	const rounds, runs = 21, 100_000
	var took []time.Duration
	for range rounds {
		began := time.Now()
		for range runs {
			decide()
		}
		took = append(took, time.Since(began))
	}
	r.hold("an access decision", "%.1f ns", float64(median(took).Nanoseconds())/runs, decisionTime)
	r.hold("an access decision: allocations", "%.0f", testing.AllocsPerRun(runs, decide), decisionAllocations)
	if allowed == 0 {
		return errors.New("the admin was never allowed")
	}
	return nil
}
