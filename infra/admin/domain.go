package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/signin"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// proveDomain is the command that proves a domain to be an organisation's on the
// operator's word, without a DNS record.
func proveDomain(flags *flag.FlagSet, args []string) (action, error) {
	organization := flags.Int64("organization", 0, "the organization's id")
	name := flags.String("domain", "", "the domain")
	if err := only(flags, args); err != nil {
		return nil, err
	}
	if *organization < 1 {
		return nil, errors.New("--organization must be the id of an organization")
	}
	domain, err := ownDomain(*name)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, at place, out io.Writer) error {
		if err := at.organization(ctx, *organization); err != nil {
			return err
		}
		err := store.Again(ctx, tries, func() error { return prove(ctx, at.store, *organization, domain, model.Now()) })
		if err != nil {
			return fmt.Errorf("%s: %w", domain, err)
		}
		fmt.Fprintf(out, "%s is proved to be organization %d's own.\n", domain, *organization)
		return nil
	}, nil
}

// tries is the most attempts of a command whose write is stale.
const tries = 10

// ownDomain parses the domain of a flag. It refuses the domain of a public mail service.
func ownDomain(text string) (string, error) {
	domain, ok := model.ParseDomain(text)
	switch {
	case !ok || !strings.Contains(domain, "."):
		return "", errors.New("--domain must be a domain, such as example.com")
	case signin.Anybodys(domain):
		return "", errors.New("--domain: anybody gets an address there, so it is nobody's")
	}
	return domain, nil
}

// prove records that the domain is the organisation's. It does nothing where the
// organisation has proved it already, and returns errDomain where another has.
func prove(ctx context.Context, s *store.Store, organization int64, domain string, now model.Time) error {
	rows, err := s.Read(ctx, table.Organizations.Key(organization), table.Domains.Key(organization, domain), table.Proofs.Key(domain))
	if err != nil {
		return err
	}
	if p, proved := table.Proofs.In(rows, domain); proved {
		if p.OrganizationID != organization {
			return errDomain
		}
		return nil
	}
	o, ok := table.Organizations.In(rows, organization)
	if !ok || o.IsDeleted {
		return errGone
	}
	c := request.ByOperator(s, o, "prove-domain", rows, now)
	from, claimed := table.Domains.In(rows, organization, domain)
	to := from
	if claimed {
		to.Stamp = from.Modified(c.Stamp, now)
	} else {
		to = model.Domain{OrganizationID: organization, Domain: domain, Token: strings.ToLower(rand.Text()), Stamp: model.Created(c.Stamp, now)}
	}
	to.VerifiedOn = &now
	if claimed {
		s.ChangeDomain(&c.Tx, from, to)
	} else {
		s.ClaimDomain(&c.Tx, to)
	}
	state := func(proved bool) audit.DomainState { return audit.DomainState{Domain: domain, Proved: &proved} }
	c.Record(audit.DomainChanged{Organization: organization, State: audit.Became(state(false), state(true))})
	table.Organizations.Check(&c.Tx, o) // it may have been deleted meanwhile
	return c.Commit(ctx)
}

// errGone is returned for an organisation that is missing or deleted.
var errGone = errors.New("the organization is deleted")
