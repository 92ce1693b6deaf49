package guard

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/signin"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// visit is one admitted request.
type visit struct {
	guard      *Guard
	op         *api.Op
	credential credential       // no prefix where a token came alone
	token      *signin.Identity // nil where a key came alone
	first      []table.Primary  // what the first trip reads
	rows       table.Rows       // what it found
	seen       model.Time       // when it was looked at

	anticipated any // what the input asked on that trip; nil for most

	// Who calls, as their credentials tell; identify says it.
	organization int64
	user         int64 // 0 for a service key alone
	key          model.APIKey

	made     int64             // what the request has made by its parts before
	removed  []int64           // the removals that it made by them
	stranger bool              // nobody yet: the token of an invitation must say who
	newcomer *request.Newcomer // nil for who has a credential
	arriving *arriving         // what makes a stranger somebody; nil for who is that
}

// Confirm finishes authentication: the key's user must still be active.
func (v *visit) Confirm(ctx context.Context) error {
	if v.stranger {
		return fault.Unauthorized()
	}
	f := v.fetch()
	v.loadCaller(f)
	if err := f.Run(ctx); err != nil {
		return err
	}
	_, err := v.open(ctx, f, v.guard.now())
	return err
}

// Serve runs handle until what it decided could be committed, and nothing is left
// to do, or the request's time is over.
func (v *visit) Serve(ctx context.Context, call api.Call, handle api.Handle) (api.Answer, error) {
	if v.stranger {
		if err := v.welcome(ctx, call); err != nil {
			return v.acceptedBefore(ctx, call, err)
		}
	}
	if written := v.touch(ctx); written != nil {
		defer func() {
			for range written { // that it failed is nobody's loss
			}
		}()
	}
	for try := 0; ; try++ {
		answer, err := v.once(ctx, call.Afresh(), handle)
		switch {
		case errors.Is(err, errUnfinished):
			try = -1
		case !errors.Is(err, table.ErrStale):
			return answer, err
		case !pause(ctx, try):
			return api.Answer{}, fault.Unavailable(err)
		}
		if err := v.anew(ctx, call); err != nil {
			return v.acceptedBefore(ctx, call, err)
		}
	}
}

// anew finds out again who calls, before another try.
func (v *visit) anew(ctx context.Context, call api.Call) error {
	v.arriving = nil
	err := v.again(ctx)
	if v.stranger && (err == nil && v.token == nil || errors.Is(err, errUnbound)) {
		return v.welcome(ctx, call)
	}
	return err
}

// used is how exactly it is known when a key was last used.
const used = time.Hour

// touch writes down that the key is used, at most once in that time, while the
// request is served: it is waited for only at its end, because a function sleeps
// between requests. That it fails is nobody's loss.
func (v *visit) touch(ctx context.Context) (written <-chan error) {
	now, prefix := v.seen, v.key.Prefix
	if prefix == "" || v.key.LastUsedOn != nil && v.key.LastUsedOn.Add(used).After(now) {
		return nil
	}
	return concurrent.Start(func() error { return v.guard.store.TouchKey(ctx, prefix, now) })
}

// again repeats the first trip, since the key or the resource may have changed.
func (v *visit) again(ctx context.Context) error {
	rows, err := v.guard.store.Read(ctx, v.first...)
	if err != nil {
		return err
	}
	return v.identify(rows, telemetry.From(ctx))
}

// Bounds of the pause between two tries, and how much of the request's time
// must be left for another one.
const (
	firstPause = 4 * time.Millisecond
	longPause  = 250 * time.Millisecond
	reserve    = 100 * time.Millisecond
	maxTries   = 60 // more than fit into any deadline, for contexts without one
)

// pause waits before another try, with full jitter, and reports whether there
// is time for one.
func pause(ctx context.Context, try int) bool {
	limit := min(firstPause<<min(try, 8), longPause)
	wait := rand.N(limit) + time.Millisecond //nolint:gosec // a pause is no secret
	if end, ok := ctx.Deadline(); try >= maxTries || ok && time.Until(end) < wait+reserve {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
