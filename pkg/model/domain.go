package model

// Domain is a domain that an organisation claims. Anybody can claim one: it has no
// effect until it is proved.
type Domain struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Domain         string `dynamo:"domain"` // as ParseDomain gives it
	Token          string `dynamo:"token"`  // to be published at the domain
	SignIn         bool   `dynamo:"sign_in"`
	VerifiedOn     *Time  `dynamo:"verified_on,omitempty"`
	Version        int64  `dynamo:"version"`
	Stamp
}

// Record is the text of the TXT record that proves the domain.
func (d Domain) Record() string { return "wardroom-verification=" + d.Token }

// Proof reserves a domain for the one organisation that has proved it.
type Proof struct {
	Domain         string `dynamo:"domain"`
	OrganizationID int64  `dynamo:"organization_id"`
}
