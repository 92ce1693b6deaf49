package account

import (
	"cmp"
	"context"
	"slices"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/list"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// APIKey is a key as answers show it, without its secret.
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

// NewAPIKey is a new key with its secret, which is shown once.
type NewAPIKey struct {
	APIKey
	Key string `json:"key,omitempty" doc:"What a request sends. It isn't kept, so it can't be shown again."`
}

// Redacted returns the key without its secret, for the stored answer.
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
	request.In
	api.Paging
	UserID int64 `query:"user_id" minimum:"1" doc:"The user whose personal keys are meant. Of others both admin ranks may ask, of a global admin nobody."`

	own, service []store.Ref
}

// ofUser finds the personal keys of the user asked for, else of the caller, by id.
func (in *keysIn) ofUser(s *store.Store, caller int64) list.Finder {
	return list.Refs(s.KeysOfUser, cmp.Or(in.UserID, caller))
}

// list lists keys, by id, without those that the caller may not know.
func (in *keysIn) list(find list.Finder) list.Of[APIKey] {
	return list.Of[APIKey]{
		Find: find,
		Rows: func(_ *request.Request, at store.Ref) []store.Key { return []store.Key{store.APIKey(at.Prefix).Key} },
		Show: func(c *request.Request, at store.Ref) (APIKey, bool) {
			k, ok := store.APIKey(at.Prefix).In(c.Rows())
			return shown(k), ok && concerns(c, k)
		},
		Fill: true,
	}
}

// Load asks for both kinds: the caller's rank, and so whether they may see service
// keys, isn't known yet.
func (in *keysIn) Load(f *request.Fetch) {
	if cmp.Or(in.UserID, f.Caller) != 0 {
		in.ofUser(f.Store(), f.Caller).Ask(f, in.Paging, &in.own)
	}
	if in.UserID == 0 {
		list.Refs(f.Store().ServiceKeys, f.Organization).Ask(f, in.Paging, &in.service)
	}
}

// keys lists the keys that the caller may know, by id, or those of a user. It refuses
// (403) a user whose keys the caller may not manage, and a service key that is bound to
// a project, which has no keys of its own.
func (h *handlers) keys(ctx context.Context, in *keysIn) (api.Page[APIKey], error) {
	c := in.Request()
	find := in.ofUser(h.store, c.Caller.User)
	switch {
	case in.UserID != 0 && !c.Caller.Is(in.UserID):
		if err := manages(c, in.UserID); err != nil {
			return api.Page[APIKey]{}, err
		}
	case in.UserID == 0 && ranks(c):
		find = list.Merged(find, list.Refs(h.store.ServiceKeys, c.Organization.ID))
		return in.list(find).Page(ctx, c, in.Paging, in.own, in.service)
	case in.UserID == 0 && c.User == nil:
		return api.Page[APIKey]{}, fault.Forbidden(fault.ReasonOwn)
	}
	return in.list(find).Page(ctx, c, in.Paging, in.own)
}

// ranks reports whether the caller has an admin rank's permission to manage users, and
// so service keys.
func ranks(c *request.Request) bool {
	return access.Decide(c.Caller, c.OrganizationTarget(), access.ManageUsers).Allowed
}

// manages refuses callers who may not see and revoke the keys of another user: those
// without an admin rank and, for a global admin's keys, everybody (403). For a key that
// is bound to a project, it is a 404.
func manages(c *request.Request, user int64) error {
	if c.Caller.BoundProject != 0 {
		return fault.NotFound()
	}
	if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
		return err
	}
	u, ok := c.UserRow(user)
	if !ok || u.OrganizationID != c.Organization.ID {
		return fault.NotFound()
	}
	if u.IsSuperuser {
		return fault.OfGlobalAdmin()
	}
	store.RequireNoGlobalAdmin(&c.Tx, u.ID)
	return nil
}

// concerns reports whether the caller may know a key: an admin rank all, others their
// own. A key that is bound to a project may know those of its owner that are bound to
// the same.
func concerns(c *request.Request, k model.APIKey) bool {
	switch {
	case k.OrganizationID != c.Organization.ID:
		return false
	case ranks(c):
		return true
	}
	bound := c.Caller.BoundProject
	return k.UserID != nil && c.Caller.Is(*k.UserID) && (bound == 0 || k.ProjectID != nil && *k.ProjectID == bound)
}

// grants are a restricted key's grants, by group.
type grants map[string]string

// Schema lists the groups and the grants.
func (grants) Schema(api.Registry) *api.Schema {
	return api.Fields(access.Groups(), api.OneOf(string(access.GrantNone), string(access.GrantRead), string(access.GrantWrite)))
}

type createKeyIn struct {
	request.In
	Body struct {
		Name      string      `json:"name" maxLength:"100"`
		ProjectID int64       `json:"project_id,omitempty" doc:"The one project that the key is to reach"`
		Kind      *string     `json:"kind,omitempty" enum:"personal,service" default:"personal" doc:"A service key is no user. Both admin ranks make them."`
		Scope     *string     `json:"scope,omitempty" enum:"all,read_only,restricted" default:"all"`
		Groups    grants      `json:"groups,omitempty" doc:"For scope restricted alone: none, read or write, by group of operations; a group that isn't named has none"`
		ExpiresOn *model.Time `json:"expires_on,omitempty"`
	}
}

// Validate refuses groups that don't go with the scope, and an end in the past.
func (in *createKeyIn) Validate(now model.Time) error {
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

// createKey creates a key of the caller's own, or, for the admin ranks, a service key.
// It refuses (403) a service key of others, and a key that could do more than the
// caller's credential.
func (h *handlers) createKey(ctx context.Context, in *createKeyIn) (NewAPIKey, error) {
	c, b := in.Request(), &in.Body
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
		if c.Key != nil {
			k.MadeBy = c.Key.MadeBy
		} else {
			k.MadeBy = &c.User.ID
		}
	} else {
		me, err := c.Me()
		if err != nil {
			return NewAPIKey{}, err
		}
		k.UserID = &me.ID
		store.RequireActive(&c.Tx, me.ID)
	}
	scope := access.KeyScope{Scope: access.Scope(k.Scope), Groups: map[string]access.Grant{}}
	for group, grant := range k.Groups {
		scope.Groups[group] = access.Grant(grant)
	}
	if c.Exceeds(scope, k.ExpiresOn) {
		return NewAPIKey{}, fault.Forbidden(fault.ReasonKeyScope)
	}
	if c.Caller.BoundProject != 0 && k.ProjectID == nil {
		return NewAPIKey{}, fault.Forbidden(fault.ReasonKeyProject)
	}
	id, err := h.store.NewID(ctx, model.KeyIDs)
	if err != nil {
		return NewAPIKey{}, err
	}
	prefix, secret := model.NewAPIKey()
	k.ID, k.Prefix, k.Hash = id, prefix, model.HashSecret(secret)
	h.store.CreateKey(&c.Tx, k)
	c.Record(audit.KeyMade{Key: k.ID, Terms: audit.TermsOf(k)})
	return NewAPIKey{APIKey: shown(k), Key: prefix + "." + secret}, nil
}

type revokeKeyIn struct {
	request.In
	KeyID int64 `path:"key_id" example:"2"`

	own, service []store.Ref
	key          model.APIKey
}

// Load asks for the KeyID. Older keys have none, and are found among the caller's own
// and the service keys.
func (in *revokeKeyIn) Load(f *request.Fetch) {
	f.Rows(store.KeyID(in.KeyID).Key)
	if f.Caller != 0 {
		request.Ask(f, &in.own, func(ctx context.Context) ([]store.Ref, error) {
			return f.Store().KeysOfUser(ctx, f.Caller, in.KeyID-1, 1)
		})
	}
	request.Ask(f, &in.service, func(ctx context.Context) ([]store.Ref, error) {
		return f.Store().ServiceKeys(ctx, f.Organization, in.KeyID-1, 1)
	})
}

// Resolve refuses (404) a key that the caller may not know, or that is revoked already.
func (in *revokeKeyIn) Resolve(ctx context.Context, c *request.Request) error {
	prefix := ""
	for _, f := range slices.Concat(in.own, in.service) {
		if f.ID == in.KeyID {
			prefix = f.Prefix
		}
	}
	if row, ok := store.KeyID(in.KeyID).In(c.Rows()); ok {
		prefix = row.Prefix
	}
	if prefix == "" {
		return fault.NotFound()
	}
	if err := c.Read(ctx, store.APIKey(prefix).Key); err != nil {
		return err
	}
	k, ok := store.APIKey(prefix).In(c.Rows())
	if !ok || k.ID != in.KeyID || k.RevokedOn != nil || !concerns(c, k) {
		return fault.NotFound()
	}
	in.key = k
	if k.UserID == nil || c.Caller.Is(*k.UserID) {
		return nil
	}
	return c.Read(ctx, store.User(*k.UserID).Key)
}

// revokeKey revokes a key, which may be the request's own. It refuses (403) a service
// key, or another user's key, that the caller may not manage.
func (h *handlers) revokeKey(_ context.Context, in *revokeKeyIn) ([]APIKey, error) {
	c := in.Request()
	if in.key.Kind == model.ServiceKey {
		if err := c.Require(access.ManageUsers, c.OrganizationTarget()); err != nil {
			return nil, err
		}
	} else if owner := *in.key.UserID; !c.Caller.Is(owner) {
		if err := manages(c, owner); err != nil {
			return nil, err
		}
	}
	k := h.store.RevokeKey(&c.Tx, in.key, c.Stamp, c.Now)
	c.Record(audit.KeyRevoked{Key: k.ID, Terms: audit.TermsOf(k)})
	return []APIKey{shown(k)}, nil
}
