package account

import (
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// APIKey is a key as it is shown: without its secret.
type APIKey struct {
	ID         int64             `json:"id"`
	Name       string            `json:"name"`
	Prefix     string            `json:"prefix" doc:"The part before the dot, by which a key is known"`
	Kind       string            `json:"kind" enum:"personal,service"`
	Scope      string            `json:"scope" enum:"all,read_only,restricted"`
	Groups     map[string]string `json:"groups" doc:"What a restricted key may do: none, read or write, by group"`
	UserID     *int64            `json:"user" doc:"Whose key it is; null for a service key"`
	ProjectID  *int64            `json:"project" doc:"The one project it reaches, or null"`
	ExpiresOn  *model.Time       `json:"expires_on"`
	RevokedOn  *model.Time       `json:"revoked_on"`
	LastUsedOn *model.Time       `json:"last_used_on" doc:"To the hour"`
	model.Stamp
}

// NewAPIKey is a key as its maker gets it, once.
type NewAPIKey struct {
	APIKey
	Key string `json:"key,omitempty" doc:"What a request sends. It isn't kept, so it can't be shown again."`
}

// Redacted is what is kept to be answered again.
func (k NewAPIKey) Redacted() any {
	k.Key = ""
	return k
}

func shown(k model.APIKey) APIKey {
	return APIKey{
		ID: k.ID, Name: k.Name, Prefix: k.Prefix, Kind: k.Kind, Scope: k.Scope, Groups: k.Groups, UserID: k.UserID, ProjectID: k.ProjectID,
		ExpiresOn: k.ExpiresOn, RevokedOn: k.RevokedOn, LastUsedOn: k.LastUsedOn, Stamp: k.Stamp,
	}
}

type keysIn struct {
	guard.In
	api.Paging

	own, service []store.KeyRef
}

// Needs asks for both kinds: who the caller is, and so whether he may see the
// service keys, isn't known yet.
func (in *keysIn) Needs(f *guard.Fetch) {
	after, n := in.AfterID(), in.Limit+1
	if f.Caller != 0 {
		guard.Ask(f, &in.own, func(ctx context.Context) ([]store.KeyRef, error) {
			return f.Store().KeysOfUser(ctx, f.Caller, after, n)
		})
	}
	guard.Ask(f, &in.service, func(ctx context.Context) ([]store.KeyRef, error) {
		return f.Store().ServiceKeys(ctx, f.Organization, after, n)
	})
}

// keys lists the keys that the caller may know, by id. A service key that is
// bound to a project has none of its own (403).
func (h *handlers) keys(ctx context.Context, in *keysIn) (api.Page[APIKey], error) {
	c := in.Case()
	page := api.Page[APIKey]{}
	found := in.own
	if ranks(c) {
		found = append(found, in.service...)
	} else if c.User == nil {
		return page, fault.Forbidden()
	}
	slices.SortFunc(found, func(a, b store.KeyRef) int { return int(a.ID - b.ID) })
	found, page.Next = api.Cut(in.Limit, found, func(k store.KeyRef) string { return api.NextID(k.ID) })
	rows := make([]table.Primary, len(found))
	for i, f := range found {
		rows[i] = table.Keys.Key(f.Prefix)
	}
	if err := c.ReadShown(ctx, rows...); err != nil {
		return page, err
	}
	for _, at := range rows {
		if k, ok := table.Keys.At(c.Rows(), at); ok && concerns(c, k) {
			page.Items = append(page.Items, shown(k))
		}
	}
	return page, nil
}

// ranks reports whether the caller may do what both admin ranks may: service
// keys are theirs.
func ranks(c *guard.Case) bool {
	return access.Decide(c.Caller, c.OrganizationTarget(), access.ManageUsers).Allowed
}

// concerns reports whether the caller may know a key and revoke it: his own, and
// for the ranks a service key. A key that is bound to a project reaches those
// that are bound to it.
func concerns(c *guard.Case, k model.APIKey) bool {
	switch {
	case k.OrganizationID != c.Organization.ID:
		return false
	case k.Kind == model.ServiceKey:
		return ranks(c)
	}
	bound := c.Caller.BoundProject
	return k.UserID != nil && c.Caller.Is(*k.UserID) && (bound == 0 || k.ProjectID != nil && *k.ProjectID == bound)
}

// grants is what a restricted key may do, by group.
type grants map[string]string

// Schema lists the groups, and what there is to grant.
func (grants) Schema(api.Registry) *api.Schema {
	return api.Fields(access.Groups(), api.OneOf(string(access.GrantNone), string(access.GrantRead), string(access.GrantWrite)))
}

type createKeyIn struct {
	guard.In
	Body struct {
		Name      string      `json:"name" maxLength:"100"`
		ProjectID int64       `json:"project_id,omitempty" doc:"The one project that the key is to reach"`
		Kind      *string     `json:"kind,omitempty" enum:"personal,service" default:"personal" doc:"A service key is no user. Both admin ranks make them."`
		Scope     *string     `json:"scope,omitempty" enum:"all,read_only,restricted" default:"all"`
		Groups    grants      `json:"groups,omitempty" doc:"For scope restricted alone: none, read or write, by group of operations"`
		ExpiresOn *model.Time `json:"expires_on,omitempty"`
	}
}

// Check refuses groups that don't go with the scope, and an end in the past.
func (in *createKeyIn) Check(now model.Time) error {
	b := &in.Body
	restricted := *b.Scope == string(access.ScopeRestricted)
	switch {
	case restricted && len(b.Groups) == 0:
		return fault.Invalid("body.groups", "is required for a restricted key")
	case !restricted && len(b.Groups) > 0:
		return fault.Invalid("body.groups", "goes with scope restricted alone")
	case b.ExpiresOn != nil && !b.ExpiresOn.After(now):
		return fault.Invalid("body.expires_on", "must be in the future")
	}
	return nil
}

// createKey makes a key of the caller's own, or a service key (403 but for both
// ranks). It refuses a key that could do more than the caller's own (403).
func (h *handlers) createKey(ctx context.Context, in *createKeyIn) (NewAPIKey, error) {
	c, b := in.Case(), &in.Body
	k := model.APIKey{
		Name: b.Name, Kind: *b.Kind, Scope: *b.Scope, Groups: b.Groups, OrganizationID: c.Organization.ID,
		ExpiresOn: b.ExpiresOn, Stamp: model.Created(c.Stamp, c.Now),
	}
	if b.ProjectID != 0 {
		k.ProjectID, k.Epoch = &b.ProjectID, c.Project.Epoch
	}
	if k.Kind == model.ServiceKey {
		if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
			return NewAPIKey{}, err
		}
	} else {
		me, err := c.Me()
		if err != nil {
			return NewAPIKey{}, err
		}
		k.UserID = &me.ID
		c.Tx.If(table.Users.Key(me.ID), "$ = ?", "is_active", true)
	}
	scope := access.KeyScope{Scope: access.Scope(k.Scope), Groups: map[string]access.Grant{}}
	for group, grant := range k.Groups {
		scope.Groups[group] = access.Grant(grant)
	}
	if c.Exceeds(scope, k.ExpiresOn) || c.Caller.BoundProject != 0 && k.ProjectID == nil {
		return NewAPIKey{}, fault.Forbidden()
	}
	id, err := h.store.NewID(ctx, model.KeyIDs)
	if err != nil {
		return NewAPIKey{}, err
	}
	prefix, secret := guard.NewKey()
	k.ID, k.Prefix, k.Hash = id, prefix, guard.HashSecret(secret)
	h.store.CreateKey(&c.Tx, k)
	c.Audit(guard.KeyName(k.ID), nil, terms(k))
	return NewAPIKey{APIKey: shown(k), Key: prefix + "." + secret}, nil
}

// terms is what the audit log tells of a key.
func terms(k model.APIKey) map[string]any {
	t := map[string]any{"kind": k.Kind, "scope": k.Scope}
	if k.UserID != nil {
		t["user"] = *k.UserID
	}
	if k.ProjectID != nil {
		t["project"] = *k.ProjectID
	}
	return t
}

type revokeKeyIn struct {
	guard.In
	KeyID int64 `path:"key_id" example:"2"`

	own, service []store.KeyRef
	key          model.APIKey
}

// Needs asks where the key may lie.
func (in *revokeKeyIn) Needs(f *guard.Fetch) {
	if f.Caller != 0 {
		guard.Ask(f, &in.own, func(ctx context.Context) ([]store.KeyRef, error) {
			return f.Store().KeysOfUser(ctx, f.Caller, in.KeyID-1, 1)
		})
	}
	guard.Ask(f, &in.service, func(ctx context.Context) ([]store.KeyRef, error) {
		return f.Store().ServiceKeys(ctx, f.Organization, in.KeyID-1, 1)
	})
}

// Known refuses a key that isn't the caller's to revoke, or that is revoked
// already.
func (in *revokeKeyIn) Known(ctx context.Context, c *guard.Case) error {
	for _, f := range append(in.own, in.service...) {
		if f.ID != in.KeyID {
			continue
		}
		if err := c.Read(ctx, table.Keys.Key(f.Prefix)); err != nil {
			return err
		}
		if k, ok := table.Keys.In(c.Rows(), f.Prefix); ok && k.ID == in.KeyID && k.RevokedOn == nil && concerns(c, k) {
			in.key = k
			return nil
		}
	}
	return fault.NotFound()
}

// revokeKey ends a key. It may be the very one that the request came with.
func (h *handlers) revokeKey(_ context.Context, in *revokeKeyIn) ([]APIKey, error) {
	c := in.Case()
	if in.key.Kind == model.ServiceKey {
		if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
			return nil, err
		}
	}
	k := h.store.RevokeKey(&c.Tx, in.key, c.Stamp, c.Now)
	c.Audit(guard.KeyName(k.ID), terms(k), map[string]any{"revoked": true})
	return []APIKey{shown(k)}, nil
}
