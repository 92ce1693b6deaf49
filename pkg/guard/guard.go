// Package guard is between the doors and the handlers: it identifies the caller,
// loads the things that an operation's line names, decides, runs the handler and
// commits the writes that the handler noted.
//
// A request costs two round trips before its handler runs. The first reads the
// credential and the resource that the path names, and runs the queries of an
// Anticipating input; the second reads everything that depends on them: the caller,
// their roles, the people the request is about, a stored answer. All rows that decide
// are read strongly consistent on every request and nothing is cached, so a removal
// takes effect on the very next call.
//
// A handler changes nothing itself. It notes writes in its Request, and they are
// committed in one transaction together with the stored answer of an
// Idempotency-Key, under conditions on the rows that allowed them. Where such a
// row changed meanwhile, everything is read and decided anew: the answer is the
// one a fresh request would get.
package guard

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/resource"
	"wardroom/pkg/signin"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// Guard admits requests to operations.
type Guard struct {
	store  *store.Store
	now    func() model.Time
	issuer *signin.Issuer
}

// New returns the guard of requests to s, by the clock now. It accepts tokens of
// issuer, none where that is nil.
func New(s *store.Store, now func() model.Time, issuer *signin.Issuer) *Guard {
	return &Guard{s, now, issuer}
}

// Admit makes the first trip: the rows of the credentials and of the resources that
// the path names. It refuses credentials that are missing, malformed, unknown, revoked
// or expired with a 401, which says how to send them where they are missing or
// malformed, and otherwise not why.
func (g *Guard) Admit(r *http.Request, op *api.Op) (api.Visit, error) {
	if op.IsInvited && g.issuer == nil && unarmed(r.Header) {
		return &visit{guard: g, op: op, stranger: true}, nil
	}
	c, ok := credentialsOf(r.Header)
	if !ok {
		return nil, fault.Unauthorized().On("header.Authorization", "must be a key, as in ApiKey <key>, or a token, as in Bearer <token>")
	}
	v := &visit{guard: g, op: op, credential: c.credential, first: make([]table.Primary, 0, 4)}
	if c.prefix != "" {
		v.first = append(v.first, table.Keys.Key(c.prefix))
	}
	if c.token != "" {
		if err := v.verify(r.Context(), c.token); err != nil {
			return nil, err
		}
	}
	for _, n := range op.Needs {
		if id := pathID(r, n.Resource.Field); id > 0 {
			v.first = append(v.first, resource.Of(n.Resource).Key(id))
		}
	}
	answered, cancel := v.anticipate(r)
	defer cancel()
	rows, err := g.store.Read(r.Context(), v.first...)
	if bad, only := table.UnreadableIn(err); only && !slices.ContainsFunc(bad, ofCredentials) {
		// A 401 comes first, though a row of the path is unreadable.
		if refused := v.identify(rows, telemetry.From(r.Context())); refused != nil && !errors.Is(refused, errUnbound) {
			return nil, refused
		}
	}
	if err != nil {
		return nil, err
	}
	err = v.identify(rows, telemetry.From(r.Context()))
	if errors.Is(err, errUnbound) {
		err = v.firstSignIn(r.Context())
		if op.IsInvited && fault.Is(err, fault.KindUnauthorized) {
			v.stranger, err = true, nil
		}
	}
	if err == nil && answered != nil { // a refusal doesn't wait for the answers
		err = <-answered
	}
	return v, err
}

// anticipate starts the queries of a read whose input is Anticipating, so that they run
// beside the reads of the first trip. answered yields their error; it is nil for other
// operations. cancel gives the queries up.
func (v *visit) anticipate(r *http.Request) (answered <-chan error, cancel func()) {
	in, ok := v.op.Blank().(request.Anticipating)
	if !ok || !v.op.IsRead {
		return nil, func() {}
	}
	f := request.NewFetch(v.guard.store, 0, 0, nil)
	v.anticipated = in.Anticipate(f, func(field string) int64 { return pathID(r, field) })
	ctx, cancel := context.WithCancel(r.Context())
	return concurrent.Start(func() error { return f.Run(ctx) }), cancel
}

// pathID returns the id in a field of the path, 0 for none.
func pathID(r *http.Request, field string) int64 {
	id, err := strconv.ParseInt(r.PathValue(field), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// Hooks are the hooks of inputs that package request declares.
func (g *Guard) Hooks() []reflect.Type { return request.Hooks() }

// Cursors are the table's cursors.
func (g *Guard) Cursors(ctx context.Context) (*table.Cursors, error) { return g.store.Cursors(ctx) }

// ofCredentials reports whether an unreadable row is of a credential.
func ofCredentials(u *table.Unreadable) bool {
	return u.Kind == table.Keys.Name() || u.Kind == table.Subjects.Name()
}

// identify sets the caller from the rows of their credentials; the token's user comes
// before the key's. It refuses with 401, and is errUnbound for a token whose subject is
// bound to no user.
func (v *visit) identify(rows table.Rows, record *telemetry.Record) error {
	v.rows = rows
	if v.credential.prefix != "" {
		key, ok := table.Keys.In(rows, v.credential.prefix)
		v.key, v.seen = key, v.guard.now()
		if !v.credential.opens(key) || !ok || !key.Live(v.seen) {
			return fault.Unauthorized()
		}
		v.organization, v.user = key.OrganizationID, 0
		if key.UserID != nil {
			v.user = *key.UserID
		}
	}
	if v.token != nil {
		if err := v.recognise(rows); err != nil {
			return err
		}
	}
	record.SetOrganization(v.organization)
	record.SetPrincipal(v.actor())
	return nil
}

// actor names the caller by id, for logs and the audit log.
func (v *visit) actor() string {
	if v.user == 0 {
		return "key:" + v.key.Prefix
	}
	return model.UserName(v.user)
}

// caller returns the caller for package access. A service key beside a token is no
// caller: it only restricts the token's user.
func (v *visit) caller(u model.User) access.Caller {
	c := access.Caller{Organization: v.organization, Service: v.user == 0}
	if v.key.ProjectID != nil {
		c.BoundProject = *v.key.ProjectID
	}
	if !c.Service {
		c.User, c.Rank = u.ID, access.RankOf(u.IsStaff, u.IsSuperuser)
	}
	return c
}

// scope is the key's scope; a token without a key has ScopeAll.
func (v *visit) scope() access.KeyScope {
	if v.credential.prefix == "" {
		return access.KeyScope{Scope: access.ScopeAll}
	}
	s := access.KeyScope{Scope: access.Scope(v.key.Scope)}
	if len(v.key.Groups) > 0 {
		s.Groups = make(map[string]access.Grant, len(v.key.Groups))
		for group, grant := range v.key.Groups {
			s.Groups[group] = access.Grant(grant)
		}
	}
	return s
}
