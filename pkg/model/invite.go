package model

import (
	"crypto/sha256"
	"crypto/subtle"
	"strconv"
	"strings"
)

// States of an invitation. InviteExpired is never stored: a pending invitation has
// it once its time is over.
const (
	InvitePending  = "pending"
	InviteAccepted = "accepted"
	InviteExpired  = "expired"
	InviteRevoked  = "revoked"
)

// Invite asks somebody, by their address, to join a project, a team, or the
// organisation alone. The row has the SHA-256 of two tokens: one that was shown,
// once, to whoever made it, and one that a letter carried to the address. The row,
// and the address in it, is deleted some time after the invitation expires.
type Invite struct {
	ID             int64   `dynamo:"invite_id"`
	OrganizationID int64   `dynamo:"organization_id"`
	Place          string  `dynamo:"place"` // "project:151", "team:7" or "organization:1"
	ProjectID      *int64  `dynamo:"project_id,omitempty"`
	TeamID         *int64  `dynamo:"team_id,omitempty"`
	Epoch          int64   `dynamo:"epoch,omitempty"` // the place's when it was made
	Email          string  `dynamo:"email"`
	EmailKey       string  `dynamo:"email_key"`
	OpenKey        *string `dynamo:"open_key,omitempty"` // EmailKey while it is pending, for an index
	Role           string  `dynamo:"role"`
	Status         string  `dynamo:"status"` // pending, accepted or revoked
	TokenHash      []byte  `dynamo:"token_hash"`
	MailHash       []byte  `dynamo:"mail_hash,omitempty"`
	MadeBy         *int64  `dynamo:"made_by,omitempty"`  // the user who vouches for it by their rank
	ForUser        *int64  `dynamo:"for_user,omitempty"` // the user who had the address when it was made
	FreeIn         int64   `dynamo:"free_in,omitempty"`  // the organisation's epoch when it was made, where nobody had the address
	ExpiresOn      Time    `dynamo:"expires_on"`
	AcceptedBy     *int64  `dynamo:"accepted_by,omitempty"`
	AcceptedOn     *Time   `dynamo:"accepted_on,omitempty"`
	Version        int64   `dynamo:"version"`
	TTL            int64   `dynamo:"ttl,omitempty"`
	Stamp
}

// PlaceRef is Place, parsed.
func (i Invite) PlaceRef() Ref {
	place, _ := ParseRef(i.Place)
	return place
}

// StatusAt is the status as shown at now.
func (i Invite) StatusAt(now Time) string {
	if i.Status == InvitePending && Expired(&i.ExpiresOn, now) {
		return InviteExpired
	}
	return i.Status
}

// InviteOf leads from an address to its newest invitation to a place.
type InviteOf struct {
	Place    string `dynamo:"place"`
	EmailKey string `dynamo:"email_key"`
	InviteID int64  `dynamo:"invite_id"`
	TTL      int64  `dynamo:"ttl,omitempty"` // as the invitation's
}

// InviteToken is the token of an invitation as a request carries it:
// "<id>.<secret>". The id finds the row, which keeps the secret's hash.
type InviteToken struct {
	ID   int64 // 0 for text that is no token
	hash [sha256.Size]byte
}

// ParseInviteToken reads a token. Text that is none gives the zero token, which
// opens nothing.
func ParseInviteToken(text string) InviteToken {
	digits, secret, ok := strings.Cut(text, ".")
	id, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || id < 1 || strconv.FormatInt(id, 10) != digits {
		return InviteToken{}
	}
	return InviteToken{id, sha256.Sum256([]byte(secret))}
}

// Opens reports whether the token is one of the invitation's.
func (t InviteToken) Opens(i Invite) bool {
	shown := subtle.ConstantTimeCompare(t.hash[:], i.TokenHash)
	return t.ID == i.ID && t.ID != 0 && (shown == 1 || t.WasMailed(i))
}

// WasMailed reports whether t is the token that the letter to the invited address
// carried, and so proves that its bearer reads that address.
func (t InviteToken) WasMailed(i Invite) bool {
	return t.ID == i.ID && subtle.ConstantTimeCompare(t.hash[:], i.MailHash) == 1
}
