package model

// Stamp says who made and last changed a thing, and when. ModifiedBy is "" for
// a thing that was never changed.
type Stamp struct {
	IsDeleted  bool   `json:"is_deleted" dynamo:"is_deleted"`
	CreatedBy  string `json:"created_by" dynamo:"created_by"`
	CreatedOn  Time   `json:"created_on" dynamo:"created_on"`
	ModifiedBy string `json:"modified_by" dynamo:"modified_by"`
	ModifiedOn Time   `json:"modified_on" dynamo:"modified_on"`
}

// Created returns the stamp of a thing that by makes at now.
func Created(by string, now Time) Stamp {
	return Stamp{CreatedBy: by, CreatedOn: now, ModifiedOn: now}
}

// Modified returns the stamp after a change.
func (s Stamp) Modified(by string, now Time) Stamp {
	s.ModifiedBy, s.ModifiedOn = by, now
	return s
}

// Organization is a customer. No request reaches across organisations.
type Organization struct {
	ID      int64  `json:"id" dynamo:"organization_id"`
	OrgName string `json:"org_name" dynamo:"org_name"`
	Domain  string `json:"domain" dynamo:"domain"`
	Stamp
	Description      string `json:"-" dynamo:"description,omitempty"`
	GlobalAdminCount int64  `json:"-" dynamo:"global_admin_count"`
	Epoch            int64  `json:"-" dynamo:"epoch,omitempty"` // raised by each deletion of users, whose addresses are free from then on
	Version          int64  `json:"-" dynamo:"version"`
}

// RowVersion is what the ETag shows.
func (o Organization) RowVersion() int64 { return o.Version }

// User is a person of one organisation. Organization is filled in for answers;
// the row has its id alone.
type User struct {
	ID             int64        `json:"id" dynamo:"user_id"`
	Email          string       `json:"email" dynamo:"email"`
	IsStaff        bool         `json:"is_staff" dynamo:"is_staff" doc:"Application admin"`
	IsSuperuser    bool         `json:"is_superuser" dynamo:"is_superuser" doc:"Global admin; outranks is_staff"`
	IsActive       bool         `json:"is_active" dynamo:"is_active"`
	DateJoined     Time         `json:"date_joined" dynamo:"date_joined"`
	FirstName      string       `json:"first_name" dynamo:"first_name"`
	LastName       string       `json:"last_name" dynamo:"last_name"`
	Organization   Organization `json:"organization" dynamo:"-"`
	OrganizationID int64        `json:"-" dynamo:"organization_id"`
	EmailKey       string       `json:"-" dynamo:"email_key"`
	UserName       string       `json:"-" dynamo:"user_name,omitempty"`       // their login at the identity provider, where that isn't the address
	ExternalID     string       `json:"-" dynamo:"external_id,omitempty"`     // the provisioning client's id of them
	GlobalAdminOf  *int64       `json:"-" dynamo:"global_admin_of,omitempty"` // set while is_superuser, for an index
	AuditKey       []byte       `json:"-" dynamo:"audit_key,omitempty"`       // encrypts their personal data in the audit log; purged with them
	DeletedOn      *Time        `json:"-" dynamo:"deleted_on,omitempty"`      // set by delete: nobody sees them until an undo
	ArrivedOn      *Time        `json:"-" dynamo:"arrived_on,omitempty"`      // when they first got a credential of their own; see Store.HasArrived
	RemovalID      *int64       `json:"-" dynamo:"removal_id,omitempty"`      // the removal that deactivated them, while they are inactive
	PendingShard   *int64       `json:"-" dynamo:"pending_shard,omitempty"`   // set while they wait to be purged
	PendingOn      *Time        `json:"-" dynamo:"pending_on,omitempty"`
	Version        int64        `json:"-" dynamo:"version"`
}

// RowVersion is what the ETag shows.
func (u User) RowVersion() int64 { return u.Version }

// In returns u as answers show it, with its organisation.
func (u User) In(o Organization) User {
	u.Organization = o
	return u
}

// RankGrant is a rank that was granted as a permission on the organisation, so
// that it can be looked up, changed and taken back by an id. The user's own row
// decides their rank; the two change together.
type RankGrant struct {
	ID             int64  `dynamo:"id"`
	UserID         int64  `dynamo:"user_id"`
	OrganizationID int64  `dynamo:"organization_id"`
	Permission     string `dynamo:"permission"`
	Version        int64  `dynamo:"version"`
	Stamp
}

// UserPermission is a user's role on a resource, as the routes of permissions show
// it. Its id is the membership's.
type UserPermission struct {
	ID           int64  `json:"id"`
	User         int64  `json:"user" doc:"Id of the user"`
	ResourceType string `json:"resource_type" enum:"project,agent,corpus,organization"`
	ResourceID   int64  `json:"resource_id"`
	Permission   string `json:"permission"`
	ExpiresOn    *Time  `json:"expires_on" doc:"From then on it counts for nothing; null for never"`
	Stamp
	Version int64 `json:"-"`
}

// RowVersion is what the ETag shows.
func (p UserPermission) RowVersion() int64 { return p.Version }

// Email reserves an address for one user of an organisation.
type Email struct {
	OrganizationID int64  `dynamo:"organization_id"`
	EmailKey       string `dynamo:"email_key"`
	UserID         int64  `dynamo:"user_id"`
}

// Kinds of API keys.
const (
	PersonalKey = "personal"
	ServiceKey  = "service"
)

// APIKey is a credential "<prefix>.<secret>". The row holds the prefix and the
// SHA-256 of the secret, so a copy of the table opens nothing.
type APIKey struct {
	ID             int64             `dynamo:"key_id"`
	Prefix         string            `dynamo:"prefix"`
	Hash           []byte            `dynamo:"hash"`
	Name           string            `dynamo:"name"`
	Kind           string            `dynamo:"key_kind"`
	Scope          string            `dynamo:"scope"`
	Groups         map[string]string `dynamo:"groups,omitempty"`
	UserID         *int64            `dynamo:"user_id,omitempty"` // nil for a service key
	OrganizationID int64             `dynamo:"organization_id"`
	ServiceOf      *int64            `dynamo:"service_of,omitempty"` // the organisation of a service key, for an index
	MadeBy         *int64            `dynamo:"made_by,omitempty"`    // the user who made a service key, or the key that made it
	ProjectID      *int64            `dynamo:"project_id,omitempty"` // the one project it reaches
	Epoch          int64             `dynamo:"epoch,omitempty"`      // the project's epoch when the key was made
	ExpiresOn      *Time             `dynamo:"expires_on,omitempty"`
	RevokedOn      *Time             `dynamo:"revoked_on,omitempty"`
	LastUsedOn     *Time             `dynamo:"last_used_on,omitempty"` // to the hour
	Version        int64             `dynamo:"version"`
	Stamp
}

// Made reports whether k is a service key that the user made. Older rows say so by
// the address alone.
func (k APIKey) Made(u User) bool {
	if k.MadeBy == nil {
		return k.Kind == ServiceKey && k.CreatedBy == u.Email
	}
	return k.Kind == ServiceKey && *k.MadeBy == u.ID
}

// KeyID leads from a key's id to its prefix, by which its row is found.
type KeyID struct {
	ID     int64  `dynamo:"key_id"`
	Prefix string `dynamo:"prefix"`
}

// Live reports whether the key may be used at now: neither revoked nor expired.
func (k APIKey) Live(now Time) bool {
	return k.RevokedOn == nil && !Expired(k.ExpiresOn, now)
}

// Expired reports whether t (nil: never) has come: something that expires on t
// has no effect from that very instant on.
func Expired(t *Time, now Time) bool { return t != nil && !t.After(now) }
