package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// founding has the arguments of create-organization.
type founding struct{ name, domain, email string }

// founded is the new organisation, its global admin and their key.
type founded struct {
	organization, user int64
	key                string
}

// createOrganization is the command create-organization.
func createOrganization(flags *flag.FlagSet, args []string) (action, error) {
	f, err := parse(flags, args)
	return func(ctx context.Context, at place, out io.Writer) error {
		made, err := f.carryOut(ctx, at.store)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Organization %d (%s) with its global admin, user %d (%s), in table %s.\nTheir key, shown this once: %s\n",
			made.organization, f.domain, made.user, f.email, at.table, made.key)
		return nil
	}, err
}

func parse(flags *flag.FlagSet, args []string) (founding, error) {
	var f founding
	flags.StringVar(&f.name, "name", "", "the organisation's name")
	flags.StringVar(&f.domain, "domain", "", "its domain")
	flags.StringVar(&f.email, "email", "", "its global admin's address")
	if err := only(flags, args); err != nil {
		return f, err
	}
	f.name = strings.TrimSpace(f.name)
	domain, domainErr := ownDomain(f.domain)
	f.domain = domain
	_, isAddress := model.ParseAddress(f.email)
	switch {
	case f.name == "":
		return f, errors.New("--name is required")
	case !model.IsName(f.name):
		return f, errors.New("--name must not hold control characters, or others that nobody sees")
	case domainErr != nil:
		return f, domainErr
	case !isAddress:
		return f, errors.New("--email must be an address, such as admin@example.com")
	}
	return f, nil
}

var errDomain = errors.New("an organisation has proved already that the domain is its own")

// carryOut makes the organisation, its global admin and their key in one transaction.
// The operator's word proves the domain; it returns errDomain for one that is proved
// already.
func (f founding) carryOut(ctx context.Context, s *store.Store) (founded, error) {
	var made founded
	rows, err := s.Read(ctx, table.Proofs.Key(f.domain))
	if err != nil {
		return made, err
	}
	if len(rows) > 0 {
		return made, errDomain
	}
	ids := map[string]int64{}
	for _, sequence := range []string{model.OrganizationIDs, model.UserIDs, model.KeyIDs} {
		if ids[sequence], err = s.NewID(ctx, sequence); err != nil {
			return made, err
		}
	}
	made.organization, made.user = ids[model.OrganizationIDs], ids[model.UserIDs]
	prefix, secret := model.NewAPIKey()
	made.key = prefix + "." + secret

	o := model.Organization{ID: made.organization, OrgName: f.name, Domain: f.domain, GlobalAdminCount: 1}
	c := request.ByOperator(s, o, "create-organization", rows, model.Now())
	o.Stamp = model.Created(c.Stamp, c.Now)
	s.CreateOrganization(&c.Tx, o)
	s.ClaimDomain(&c.Tx, model.Domain{OrganizationID: o.ID, Domain: f.domain, Token: strings.ToLower(rand.Text()), VerifiedOn: &c.Now, Stamp: o.Stamp})
	s.CreateUser(&c.Tx, model.User{ID: made.user, OrganizationID: o.ID, Email: model.TidyAddress(f.email), IsSuperuser: true, IsActive: true, DateJoined: c.Now, ArrivedOn: &c.Now})
	s.CreateKey(&c.Tx, model.APIKey{
		ID: ids[model.KeyIDs], Prefix: prefix, Hash: model.HashSecret(secret), Name: "First key", Kind: model.PersonalKey, Scope: string(access.ScopeAll),
		UserID: &made.user, OrganizationID: o.ID, Stamp: o.Stamp,
	})
	c.Record(audit.OrganizationMade{Organization: o.ID, GlobalAdmin: made.user})
	err = c.Commit(ctx)
	if errors.Is(err, table.ErrStale) { // was another run quicker?
		if rows, _ = s.Read(ctx, table.Proofs.Key(f.domain)); len(rows) > 0 {
			err = errDomain
		}
	}
	return made, err
}
