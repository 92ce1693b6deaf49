// Package guard stands between the doors and the handlers: it finds out who
// calls, loads what an operation's line names, decides, runs the handler and
// commits what the handler noted.
//
// A request costs two round trips before its handler runs. The first reads the
// credential and the resource that the path names; the second reads everything
// that depends on them: the caller, his roles, the people the request is about,
// a stored answer. All of it is read strongly consistent on every request and
// nothing is remembered, so a removal counts on the very next call.
//
// A handler changes nothing itself. It notes writes in its Case, and they are
// committed in one transaction together with the stored answer of an
// Idempotency-Key, under conditions on the rows that allowed them. Where such a
// row changed meanwhile, everything is read and decided anew: the answer is the
// one a fresh request would get.
package guard

import (
	"net/http"
	"strconv"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// Guard admits requests to operations.
type Guard struct {
	store *store.Store
	now   func() model.Time
}

// New returns the guard over s, by the clock now.
func New(s *store.Store, now func() model.Time) *Guard { return &Guard{s, now} }

// Admit reads the credential and the resources that the path names. It refuses
// credentials that are missing, malformed, unknown, revoked or expired, all
// with the same 401.
func (g *Guard) Admit(r *http.Request, op *api.Op) (api.Visit, error) {
	c, ok := credentialOf(r.Header)
	if !ok {
		return nil, fault.Unauthorized()
	}
	v := &visit{guard: g, op: op, credential: c, first: append(make([]table.Primary, 0, 4), table.Keys.Key(c.prefix))}
	for _, n := range op.Needs {
		if id, err := strconv.ParseInt(r.PathValue(n.Resource.Field), 10, 64); err == nil && id > 0 {
			v.first = append(v.first, resourceKey(n.Resource.Kind, id))
		}
	}
	rows, err := g.store.Read(r.Context(), v.first...)
	if err != nil {
		return nil, err
	}
	return v, v.identify(rows, telemetry.From(r.Context()))
}

// resourceKey is where the row of a resource lies.
func resourceKey(k access.Kind, id int64) table.Primary {
	if k == access.KindProject {
		return table.Projects.Key(id)
	}
	return table.Teams.Key(id)
}

// identify finds the key's row among rows and takes the caller from it, as far
// as the key alone tells.
func (v *visit) identify(rows table.Rows, record *telemetry.Record) error {
	key, ok := table.Keys.In(rows, v.credential.prefix)
	v.rows, v.key = rows, key
	if !v.credential.opens(key) || !ok || !key.Live(v.guard.now()) {
		return fault.Unauthorized()
	}
	record.SetOrganization(key.OrganizationID)
	record.SetPrincipal(v.actor())
	return nil
}

// actor names the caller by id, for logs and the audit log.
func (v *visit) actor() string {
	if v.key.UserID == nil {
		return "key:" + v.key.Prefix
	}
	return "user:" + strconv.FormatInt(*v.key.UserID, 10)
}

// caller is who asks, as access sees him.
func (v *visit) caller(u model.User) access.Caller {
	c := access.Caller{Organization: v.key.OrganizationID, Service: v.key.Kind == model.ServiceKey}
	if v.key.ProjectID != nil {
		c.BoundProject = *v.key.ProjectID
	}
	if !c.Service {
		c.User, c.Rank = u.ID, access.RankOf(u.IsStaff, u.IsSuperuser)
	}
	return c
}

// scope is how far the key reaches.
func (v *visit) scope() access.KeyScope {
	s := access.KeyScope{Scope: access.Scope(v.key.Scope)}
	if len(v.key.Groups) > 0 {
		s.Groups = make(map[string]access.Grant, len(v.key.Groups))
		for group, grant := range v.key.Groups {
			s.Groups[group] = access.Grant(grant)
		}
	}
	return s
}
