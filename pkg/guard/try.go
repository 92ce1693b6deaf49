package guard

import (
	"context"
	"errors"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// try is one try of a request. It shares no state with other tries: its call is for
// it alone.
type try struct {
	*visit
	call   api.Call
	r      *request.Request
	replay *replay
}

// once loads, decides and commits, one time. The order of refusals is that of the
// contract: 401, form, stored answer, 404, 403, 409, 412. It returns table.ErrStale
// where the request is to be decided again, and errUnfinished where a part of it was
// committed.
func (v *visit) once(ctx context.Context, call api.Call, handle api.Handle) (api.Answer, error) {
	t, err := v.load(ctx, call)
	if err != nil {
		return api.Answer{}, err
	}
	if answer, done, err := t.replay.stored(ctx, v.guard.store, t.op, t.r); done || err != nil {
		return answer, err
	}
	answer, err := t.decide(ctx, handle)
	if err != nil {
		return api.Answer{}, t.replay.overtaken(ctx, v.guard.store, t.r, err)
	}
	return t.commit(ctx, answer)
}

// load makes the second trip: everything that depends on the caller, the line and the
// input. It returns the input's refusal of its form last, after a 401.
func (v *visit) load(ctx context.Context, call api.Call) (*try, error) {
	now := v.guard.now()
	malformed := validate(call.In, now)
	f := v.fetch()
	v.loadCaller(f)
	v.loadResources(f, call)
	replay := v.loadReplay(f, call)
	if in, ok := call.In.(request.Loading); ok {
		in.Load(f)
	}
	if err := f.Run(ctx); err != nil {
		return nil, err
	}
	unwritten, err := v.arriving.rows()
	if err != nil {
		return nil, err
	}
	f.Read().Add(unwritten)
	r, err := v.open(ctx, f, now)
	if err != nil {
		return nil, err
	}
	r.Place = call.Place
	return &try{v, call, r, replay}, malformed
}

// validate calls an input's Validate, if it has one.
func validate(in any, now model.Time) error {
	if in, ok := in.(request.Validating); ok {
		return in.Validate(now)
	}
	return nil
}

// decide authorizes the request, runs the handler, which notes its writes, and checks
// If-Match.
func (t *try) decide(ctx context.Context, handle api.Handle) (api.Answer, error) {
	t.arriving.written(&t.r.Tx)
	if err := t.authorize(ctx); err != nil {
		return api.Answer{}, err
	}
	if in, ok := t.call.In.(request.Taking); ok {
		in.Take(t.r)
	}
	answer, err := handle(ctx, t.call)
	if err == nil {
		err = t.checkVersion()
	}
	return answer, err
}

// errUnfinished says that a part of the request was committed, and more remains.
var errUnfinished = errors.New("a part is left to do")

// commit commits the handler's writes in one transaction, with the audit row, the
// answer for an Idempotency-Key, and the conditions on the rows that allowed it. Then
// the letters leave.
func (t *try) commit(ctx context.Context, answer api.Answer) (api.Answer, error) {
	noted, s := &t.r.Outcome, t.guard.store
	if noted.Preview {
		return answer, nil
	}
	answer.Removal, answer.Earlier = noted.Removal, t.removed
	if noted.Audit != nil {
		s.RecordAudit(&t.r.Tx, *noted.Audit)
	}
	if t.r.Tx.Len() > 0 {
		t.r.Uphold()
	}
	if !noted.Unfinished {
		if err := t.replay.keep(ctx, s, t.r, answer); err != nil {
			return api.Answer{}, err
		}
	}
	if err := s.Commit(ctx, &t.r.Tx); err != nil {
		return api.Answer{}, err
	}
	if noted.Unfinished {
		t.made = noted.Made
		if noted.Removal != 0 {
			t.removed = append(t.removed, noted.Removal)
		}
		return api.Answer{}, errUnfinished
	}
	return send(ctx, noted.Letters, answer)
}

// send sends the letters of a committed request. Where one fails, that is logged, and
// the answer is made again, since the handler's result may say so by then.
func send(ctx context.Context, letters []func(context.Context) error, a api.Answer) (api.Answer, error) {
	failed := false
	for _, letter := range letters {
		if err := letter(ctx); err != nil {
			telemetry.From(ctx).SetErr(err)
			failed = true
		}
	}
	if !failed || a.Anew == nil {
		return a, nil
	}
	again, err := a.Anew()
	again.Removal, again.Earlier = a.Removal, a.Earlier
	return again, err
}

// fetch begins a trip after the first, whose rows it has.
func (v *visit) fetch() *request.Fetch {
	f := request.NewFetch(v.guard.store, v.organization, v.user, v.rows)
	f.Anticipate(v.anticipated)
	return f
}

// loadCaller asks for the rows that open needs.
func (v *visit) loadCaller(f *request.Fetch) {
	f.Rows(table.Organizations.Key(v.organization))
	if f.Caller != 0 {
		f.Rows(table.Users.Key(f.Caller))
	}
	if owner, ok := v.lender(); ok {
		f.Rows(table.Users.Key(owner))
	}
}

// loadResources asks for the rows that the operation's line names: resources, the
// caller's roles on them, and users, with the roles of those who are to be members.
func (v *visit) loadResources(f *request.Fetch, call api.Call) {
	for _, n := range v.op.Needs {
		for _, id := range call.IDs(n.Resource.Field) {
			f.Resource(n.Resource, id)
			f.Roles(n.Resource, id, f.Caller)
			for _, field := range v.op.MemberFields {
				for _, user := range call.IDs(field) {
					f.Rows(table.Users.Key(user))
					f.Roles(n.Resource, id, user)
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

// open begins the request of a caller, with the rows of f. It refuses (401) a caller
// who isn't active.
func (v *visit) open(ctx context.Context, f *request.Fetch, now model.Time) (*request.Request, error) {
	r, rows := request.New(f, now), f.Read()
	o, ok := table.Organizations.In(rows, v.organization)
	if !ok || o.IsDeleted {
		return nil, fault.Unauthorized()
	}
	var u model.User
	if v.user != 0 {
		if u, ok = table.Users.In(rows, v.user); !ok || !u.IsActive || u.OrganizationID != o.ID {
			return nil, fault.Unauthorized()
		}
		if !stillNew(v.newcomer, u, rows) {
			return nil, fault.Unauthorized()
		}
		if owner, other := v.lender(); other && !active(rows, owner) {
			return nil, fault.Unauthorized()
		}
		r.User, r.Stamp = &u, u.Email
	} else {
		if v.key.Kind != model.ServiceKey {
			return nil, fault.Unauthorized()
		}
		r.Key, r.Stamp = &v.key, "key:"+v.key.Prefix
	}
	r.Organization, r.Caller, r.Actor, r.Operation = o, v.caller(u), v.actor(), v.op.ID()
	r.Credential = request.Credential{Key: v.key, Scope: v.scope(), SignsIn: v.guard.issuer != nil, Newcomer: v.newcomer}
	r.Continued = v.made
	record := telemetry.From(ctx)
	r.ID, r.SourceIP = record.ID(), record.SourceIP()
	return r, nil
}
