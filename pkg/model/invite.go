package model

// States of an invitation. One that is pending and whose time is over is
// expired, which nobody writes down.
const (
	InvitePending  = "pending"
	InviteAccepted = "accepted"
	InviteExpired  = "expired"
	InviteRevoked  = "revoked"
)

// Invite asks somebody, by his address, to join a project or a team. The row
// holds the SHA-256 of a token that was shown or sent once. It goes some time
// after it expires, and the address in it.
type Invite struct {
	ID             int64   `dynamo:"invite_id"`
	OrganizationID int64   `dynamo:"organization_id"`
	Place          string  `dynamo:"place"` // "project:151" or "team:7"
	ProjectID      *int64  `dynamo:"project_id,omitempty"`
	TeamID         *int64  `dynamo:"team_id,omitempty"`
	Epoch          int64   `dynamo:"epoch,omitempty"` // of the place, in which it was made
	Email          string  `dynamo:"email"`
	EmailKey       string  `dynamo:"email_key"`
	OpenKey        *string `dynamo:"open_key,omitempty"` // EmailKey while it is pending, for an index
	Role           string  `dynamo:"role"`
	Status         string  `dynamo:"status"` // pending, accepted or revoked
	TokenHash      []byte  `dynamo:"token_hash"`
	ExpiresOn      Time    `dynamo:"expires_on"`
	AcceptedBy     *int64  `dynamo:"accepted_by,omitempty"`
	AcceptedOn     *Time   `dynamo:"accepted_on,omitempty"`
	Version        int64   `dynamo:"version"`
	TTL            int64   `dynamo:"ttl,omitempty"`
	Stamp
}

// StatusAt is the status as shown at now.
func (i Invite) StatusAt(now Time) string {
	if i.Status == InvitePending && Expired(&i.ExpiresOn, now) {
		return InviteExpired
	}
	return i.Status
}

// InviteOf keeps an address to its newest invitation to a place.
type InviteOf struct {
	Place    string `dynamo:"place"`
	EmailKey string `dynamo:"email_key"`
	InviteID int64  `dynamo:"invite_id"`
	TTL      int64  `dynamo:"ttl,omitempty"` // as the invitation's
}
