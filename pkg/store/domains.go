package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// DomainsOf reads an organisation's domains in their order, after position, at
// most n, and the position to go on at.
func (s *Store) DomainsOf(ctx context.Context, organization int64, after string, n int) ([]model.Domain, string, error) {
	found, next, err := table.Domains.Query("", organization).After(after).Limit(n).Values(ctx, s.db)
	return found, next, outcome(err)
}

// ClaimDomain notes that an organisation says that a domain is its own.
func (s *Store) ClaimDomain(tx *table.Tx, d model.Domain) {
	d.Version = 1
	table.Domains.Create(tx, d)
	if d.VerifiedOn != nil {
		table.Proofs.Create(tx, model.Proof{Domain: d.Domain, OrganizationID: d.OrganizationID})
	}
}

// ChangeDomain notes a change of a domain's row, and returns it as it will be.
// One that is proved now must be no other organisation's.
func (s *Store) ChangeDomain(tx *table.Tx, from, to model.Domain) model.Domain {
	to.Version = from.Version + 1
	table.Domains.Change(tx, from, to)
	if from.VerifiedOn == nil && to.VerifiedOn != nil {
		table.Proofs.Create(tx, model.Proof{Domain: to.Domain, OrganizationID: to.OrganizationID})
	}
	return to
}

// DropDomain notes that an organisation gives a domain up.
func (s *Store) DropDomain(tx *table.Tx, d model.Domain) {
	table.Domains.Delete(tx, d)
	if d.VerifiedOn != nil {
		table.Proofs.Delete(tx, model.Proof{Domain: d.Domain, OrganizationID: d.OrganizationID})
	}
}
