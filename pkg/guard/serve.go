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
	first      []table.Primary  // the keys of the first trip
	rows       table.Rows       // the rows of the first trip
	seen       model.Time       // when the key was checked

	anticipated any // the answers to an Anticipating input's queries; nil for other inputs

	// The caller, by their credentials; identify sets it.
	organization int64
	user         int64 // 0 for a service key alone
	key          model.APIKey

	made     int64             // the id of the thing that earlier parts of the request made; see Request.Continue
	removed  []int64           // the removals that earlier parts made
	stranger bool              // not a user yet: the token of an invitation must identify them
	newcomer *request.Newcomer // nil for a caller with a credential
	arriving *arriving         // the writes that make a stranger a user; nil for none
}

// Confirm finishes authentication of an operation's caller without serving it: it
// refuses (401) a caller who isn't active.
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

// Serve runs handle until its decision is committed and, of a request in parts, all
// parts are. It is unavailable once the request's time is over.
func (v *visit) Serve(ctx context.Context, call api.Call, handle api.Handle) (api.Answer, error) {
	if v.stranger {
		if err := v.welcome(ctx, call); err != nil {
			return v.acceptedBefore(ctx, call, err)
		}
	}
	if written := v.touch(ctx); written != nil {
		defer func() {
			for range written { // whether it failed doesn't matter
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

// anew identifies the caller again, before another try.
func (v *visit) anew(ctx context.Context, call api.Call) error {
	v.arriving = nil
	err := v.again(ctx)
	if v.stranger && (err == nil && v.token == nil || errors.Is(err, errUnbound)) {
		return v.welcome(ctx, call)
	}
	return err
}

// used is the precision of a key's LastUsedOn.
const used = time.Hour

// touch writes that the key is used, at most once per used, while the request is
// served. The caller waits for it at the request's end, because a function sleeps
// between requests. Whether it fails doesn't matter.
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

// Bounds of the pause between two tries, and the time that must remain of the
// request's for another one.
const (
	firstPause = 4 * time.Millisecond
	longPause  = 250 * time.Millisecond
	reserve    = 100 * time.Millisecond
	maxTries   = 60 // more than fit into any deadline, for contexts without one
)

// pause waits before another try, with full jitter, and reports whether there is time
// for one.
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
