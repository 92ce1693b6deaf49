package guard

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
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

	// Who calls, as their credentials tell; identify says it.
	organization int64
	user         int64 // 0 for a service key alone
	key          model.APIKey

	made     int64     // what the request has made by its parts before
	removed  []int64   // the removals that it made by them
	stranger bool      // nobody yet: the token of an invitation must say who
	newcomer *newcomer // nil for who has a credential
	arriving *arriving // what makes a stranger somebody; nil for who is that
}

// Confirm finishes authentication: the key's user must still be active.
func (v *visit) Confirm(ctx context.Context) error {
	if v.stranger {
		return fault.Unauthorized()
	}
	f := v.fetch()
	v.wantCaller(f)
	if err := f.run(ctx, v.guard.store.Read); err != nil {
		return err
	}
	_, err := v.open(ctx, f.rows, v.guard.now())
	return err
}

// Serve runs handle until what it decided could be committed, and nothing is left
// to do, or the request's time is over.
func (v *visit) Serve(ctx context.Context, call api.Call, handle api.Handle) (api.Answer, error) {
	if v.stranger {
		if err := v.welcome(ctx, call); err != nil {
			return api.Answer{}, err
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
			return api.Answer{}, err
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

// once reads, decides, runs handle and commits what it noted, one time. It starts
// from nothing but the request's form: call is for it alone. The order is that of
// the contract: 401, stored answer, 404, 403, 409, 412.
func (v *visit) once(ctx context.Context, call api.Call, handle api.Handle) (api.Answer, error) {
	now := v.guard.now()
	var malformed error
	if k, ok := call.In.(Checking); ok {
		malformed = k.Check(now)
	}
	f := v.fetch()
	v.wantCaller(f)
	v.wantResources(f, call)
	replay := v.wantReplay(f, call)
	if n, ok := call.In.(Needing); ok {
		n.Needs(f)
	}
	if err := f.run(ctx, v.guard.store.Read); err != nil {
		return api.Answer{}, err
	}
	unwritten, err := v.arriving.rows()
	if err != nil {
		return api.Answer{}, err
	}
	f.rows.Add(unwritten)
	c, err := v.open(ctx, f.rows, now)
	if err != nil {
		return api.Answer{}, err
	}
	c.known, c.asked, c.place = f.known, f.keys, call.Place
	if malformed != nil {
		return api.Answer{}, malformed
	}
	if answer, done, err := replay.stored(ctx, v.guard.store, c); done || err != nil {
		return answer, err
	}
	v.arriving.written(&c.Tx)
	answer, err := v.decide(ctx, c, call, handle)
	if err != nil {
		return api.Answer{}, replay.overtaken(ctx, v.guard.store, c, err)
	}
	if c.dry {
		return answer, nil
	}
	answer.Removal, answer.Earlier = c.removal, v.removed
	if c.audit != nil {
		v.guard.store.RecordAudit(&c.Tx, *c.audit)
	}
	if c.Tx.Len() > 0 {
		c.uphold(v)
	}
	if !c.unfinished {
		if err := replay.keep(ctx, v.guard.store, c, answer); err != nil {
			return api.Answer{}, err
		}
	}
	if err := v.guard.store.Commit(ctx, &c.Tx); err != nil {
		return api.Answer{}, err
	}
	if c.unfinished {
		v.made = c.made
		if c.removal != 0 {
			v.removed = append(v.removed, c.removal)
		}
		return api.Answer{}, errUnfinished
	}
	return c.leave(ctx, answer)
}

// errUnfinished says that a part of what the request asks for is committed.
var errUnfinished = errors.New("a part is left to do")

// decide says whether the request may be carried out, and lets the handler note
// how.
func (v *visit) decide(ctx context.Context, c *Case, call api.Call, handle api.Handle) (api.Answer, error) {
	if err := v.admit(ctx, c, call); err != nil {
		return api.Answer{}, err
	}
	if in, ok := call.In.(taker); ok {
		in.take(c)
	}
	answer, err := handle(ctx, call)
	if err == nil {
		err = c.unchanged(call)
	}
	return answer, err
}

// fetch begins the second trip with the rows of the first.
func (v *visit) fetch() *Fetch {
	rows := make(table.Rows, len(v.rows)+8)
	rows.Add(v.rows)
	return &Fetch{rows: rows, Caller: v.user, Organization: v.organization, store: v.guard.store, keys: make([]table.Primary, 0, 8)}
}

// wantCaller asks for the rows that say who the caller is.
func (v *visit) wantCaller(f *Fetch) {
	f.Rows(table.Organizations.Key(v.organization))
	if f.Caller != 0 {
		f.Rows(table.Users.Key(f.Caller))
	}
	if owner, ok := v.lender(); ok {
		f.Rows(table.Users.Key(owner))
	}
}

// wantResources asks for the rows of what the operation's line names: the
// resources, the caller's roles on them, and the people.
func (v *visit) wantResources(f *Fetch, call api.Call) {
	for _, n := range v.op.Needs {
		for _, id := range call.IDs(n.Resource.Field) {
			key := resourceKey(n.Resource, id)
			if _, read := f.rows[key]; !read {
				f.Rows(key)
			}
			f.keys = f.known.roles(f.keys, f.rows, n.Resource, id, f.Caller)
			for _, field := range v.op.MemberFields {
				for _, user := range call.IDs(field) {
					f.Rows(table.Users.Key(user))
					f.keys = f.known.roles(f.keys, f.rows, n.Resource, id, user)
				}
			}
		}
	}
	for _, field := range v.op.UserFields {
		for _, user := range call.IDs(field) {
			f.Rows(table.Users.Key(user))
		}
	}
}

// roles adds the rows that tell what a user is on a resource, as far as those
// that were read say where they lie.
func (k *known) roles(keys []table.Primary, rows table.Rows, r access.Resource, id, user int64) []table.Primary {
	switch {
	case r.Kind == access.KindAgent:
		return k.agentRoles(keys, rows, r, id, user)
	case user == 0:
		return keys
	case r.Kind != access.KindProject:
		return append(keys, table.TeamMembers.Key(id, user))
	}
	keys = append(keys, table.ProjectMembers.Key(id, user))
	if p, ok := k.projectIn(rows, id); ok && p.Team() != 0 {
		keys = append(keys, table.TeamMembers.Key(p.Team(), user))
	}
	return keys
}

// open makes the Case of an active caller out of the rows read.
func (v *visit) open(ctx context.Context, rows table.Rows, now model.Time) (*Case, error) {
	c := &Case{op: v.op, visit: v, store: v.guard.store, rows: rows, Now: now, Actor: v.actor(), Stamp: "key:" + v.key.Prefix}
	o, ok := table.Organizations.In(rows, v.organization)
	if !ok || o.IsDeleted {
		return nil, fault.Unauthorized()
	}
	c.Organization = o
	var u model.User
	if v.user != 0 {
		if u, ok = table.Users.In(rows, v.user); !ok || !u.IsActive || u.OrganizationID != o.ID {
			return nil, fault.Unauthorized()
		}
		if !v.newcomer.stillNew(u, rows) {
			return nil, fault.Unauthorized()
		}
		if owner, other := v.lender(); other && !active(rows, owner) {
			return nil, fault.Unauthorized()
		}
		c.User, c.Stamp = &u, u.Email
	} else {
		if v.key.Kind != model.ServiceKey {
			return nil, fault.Unauthorized()
		}
		c.Key = &v.key
	}
	c.Caller = v.caller(u)
	record := telemetry.From(ctx)
	c.record.id, c.record.ip = record.ID(), record.SourceIP()
	return c, nil
}

// uphold puts conditions on the rows that allowed the request into its
// transaction, so that a caller who lost their role in between can't finish it.
// On a team both their membership and their rank count, since the role as which they
// acts is the higher of the two.
func (c *Case) uphold(v *visit) {
	if v.key.Kind == model.ServiceKey {
		table.Keys.Check(&c.Tx, v.key)
	}
	if c.Caller.Service {
		return
	}
	if len(c.grants) > 0 {
		c.Tx.If(table.Users.Key(c.Caller.User), "$ = ?", "is_active", true)
	}
	for _, g := range c.grants {
		me, path := c.Caller.User, g.decision.Path.Kind
		onTeam := g.target.Kind == access.KindTeam || g.target.Kind == access.KindWorkspace
		switch {
		case onTeam || path == access.ByRank:
			if onTeam {
				table.TeamMembers.CheckIn(&c.Tx, c.rows, g.target.ID, me)
			}
			if c.Caller.Rank.Admin() {
				table.Users.Check(&c.Tx, *c.User)
			}
		case path == access.ByAccessLevel:
			c.upholdOpenness(g.target)
		case path == access.Direct && g.target.Kind == access.KindAgent:
			c.upholdAgentMember(g.target, me)
		case path == access.Direct:
			table.ProjectMembers.CheckIn(&c.Tx, c.rows, g.target.ID, me)
		case path == access.ViaProject:
			table.ProjectMembers.CheckIn(&c.Tx, c.rows, g.target.Project, me)
		case path == access.ViaTeam:
			table.TeamMembers.CheckIn(&c.Tx, c.rows, g.target.Team, me)
			c.Tx.If(table.Projects.Key(cmp.Or(g.target.Project, g.target.ID)), "$ = ?", "team_id", g.target.Team)
		}
	}
}
