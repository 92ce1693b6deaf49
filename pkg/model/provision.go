package model

import (
	"crypto/sha256"
	"encoding/hex"
)

// Scopes in which an identity provider's names are unique in an organisation.
const (
	UserNames      = "user_name"      // a user's login there, where it isn't the address
	ExternalUsers  = "external_user"  // the provider's id of a user
	ExternalGroups = "external_group" // the provider's id of a group
	GroupNames     = "group_name"     // the provider's name of a group
)

// ProvisionedName reserves an identity provider's name of a user or a group for
// one of them in an organisation. It goes when the user or group is deleted.
type ProvisionedName struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Scope          string `dynamo:"scope"`
	NameKey        string `dynamo:"name_key"`
	HolderID       int64  `dynamo:"holder_id"`
}

// ProvisionedKey returns the digest by which a provider's name is found. A userName
// is compared as addresses are, a group's name as names of things, an id exactly.
func ProvisionedKey(scope, name string) string {
	switch scope {
	case UserNames:
		return AddressKey(name)
	case GroupNames:
		return FoldKey(name)
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

// Login is the userName by which an identity provider knows the user: the
// address, unless it was given another.
func (u User) Login() string {
	if u.UserName != "" {
		return u.UserName
	}
	return u.Email
}

// Provisioned lists the names by which a provider knows the user, beside the
// address.
func (u User) Provisioned() (names []ProvisionedName) {
	if u.UserName != "" && AddressKey(u.UserName) != AddressKey(u.Email) {
		names = append(names, u.provisioned(UserNames, u.UserName))
	}
	if u.ExternalID != "" {
		names = append(names, u.provisioned(ExternalUsers, u.ExternalID))
	}
	return names
}

func (u User) provisioned(scope, name string) ProvisionedName {
	return ProvisionedName{u.OrganizationID, scope, ProvisionedKey(scope, name), u.ID}
}

// Provisioned lists the names by which a provider knows the team. Teams that no
// provider has named may be called alike.
func (t Team) Provisioned() (names []ProvisionedName) {
	if t.IsGroup {
		names = append(names, ProvisionedName{t.OrganizationID, GroupNames, ProvisionedKey(GroupNames, t.Name), t.ID})
	}
	if t.ExternalID != "" {
		names = append(names, ProvisionedName{t.OrganizationID, ExternalGroups, ProvisionedKey(ExternalGroups, t.ExternalID), t.ID})
	}
	return names
}
