package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// DomainsOf reads at most n of an organisation's domains, by name, after a position,
// and returns the position of the next page, "" at the end.
func (s *Store) DomainsOf(ctx context.Context, organization int64, after string, n int) ([]model.Domain, string, error) {
	found, next, err := table.Domains.Query("", organization).After(after).Limit(n).Values(ctx, s.db)
	return found, next, outcome(err)
}

// ClaimDomain notes that an organisation claims a domain. One that is proved at once
// must not be proved by another organisation.
func (s *Store) ClaimDomain(tx *table.Tx, d model.Domain) {
	d.Version = 1
	table.Domains.Create(tx, d)
	if d.VerifiedOn != nil {
		table.Proofs.Create(tx, model.Proof{Domain: d.Domain, OrganizationID: d.OrganizationID})
	}
}

// ChangeDomain notes a change of a domain's row, and returns it as it will be. One
// that it proves must not be proved by another organisation.
func (s *Store) ChangeDomain(tx *table.Tx, from, to model.Domain) model.Domain {
	to.Version = from.Version + 1
	table.Domains.Change(tx, from, to)
	if from.VerifiedOn == nil && to.VerifiedOn != nil {
		table.Proofs.Create(tx, model.Proof{Domain: to.Domain, OrganizationID: to.OrganizationID})
	}
	return to
}

// DropDomain notes that an organisation gives a domain up, and its proof with it.
func (s *Store) DropDomain(tx *table.Tx, d model.Domain) {
	table.Domains.Delete(tx, d)
	if d.VerifiedOn != nil {
		table.Proofs.Delete(tx, model.Proof{Domain: d.Domain, OrganizationID: d.OrganizationID})
	}
}
