package account

import (
	"context"
	"strings"

	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/signin"
	"wardroom/pkg/table"
)

// Detail is the organisation as its own route shows it. Inside a user it is the
// documented object alone.
type Detail struct {
	model.Organization
	DomainSignIn bool `json:"domain_sign_in" doc:"Whoever signs in with a verified address of the domain becomes a user"`
}

// RowVersion is what the ETag shows.
func (d Detail) RowVersion() int64 { return d.Version }

func detail(o model.Organization) Detail { return Detail{o, o.DomainSignIn} }

type organizationIn struct{ guard.In }

func (h *handlers) organization(_ context.Context, in *organizationIn) (Detail, error) {
	return detail(in.Case().Organization), nil
}

type editOrganizationIn struct {
	guard.In
	Body struct {
		OrgName      *string `json:"org_name,omitempty" minLength:"1" maxLength:"200"`
		Domain       *string `json:"domain,omitempty" maxLength:"253" pattern:"^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?[.])+[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$" doc:"Kept in lower case. One organization each."`
		DomainSignIn *bool   `json:"domain_sign_in,omitempty" doc:"Whoever signs in with a verified address of the domain becomes a user"`
	}
}

// Needs asks whose the domain is.
func (in *editOrganizationIn) Needs(f *guard.Fetch) {
	if in.Body.Domain != nil {
		f.Rows(table.Domains.Key(strings.ToLower(*in.Body.Domain)))
	}
}

// editOrganization changes what the body names. It refuses a domain that is
// another's (duplicate), and signing in by one that is everybody's.
func (h *handlers) editOrganization(_ context.Context, in *editOrganizationIn) (Detail, error) {
	c := in.Case()
	old := c.Organization
	c.Concerns(detail(old))
	o := old
	if in.Body.OrgName != nil {
		o.OrgName = *in.Body.OrgName
	}
	if in.Body.Domain != nil {
		o.Domain = strings.ToLower(*in.Body.Domain)
	}
	if in.Body.DomainSignIn != nil {
		o.DomainSignIn = *in.Body.DomainSignIn
	}
	if o == old {
		return detail(old), nil
	}
	if o.DomainSignIn && signin.Anybodys(o.Domain) {
		field := "body.domain_sign_in"
		if in.Body.Domain != nil {
			field = "body.domain"
		}
		return detail(old), fault.Invalid(field, "anybody gets an address at this domain, so nobody can sign in by it")
	}
	if o.Domain != old.Domain {
		if _, taken := table.Domains.In(c.Rows(), o.Domain); taken {
			return detail(old), fault.New(fault.KindDuplicate, "The domain belongs to an organization already: prove it, or name another").On("body.domain", "is taken")
		}
	}
	o.Stamp = o.Modified(c.Stamp, c.Now)
	o = h.store.EditOrganization(&c.Tx, old, o)
	c.Audit(guard.OrganizationName(o.ID),
		map[string]any{"domain": old.Domain, "domain_sign_in": old.DomainSignIn},
		map[string]any{"domain": o.Domain, "domain_sign_in": o.DomainSignIn, "renamed": o.OrgName != old.OrgName})
	return detail(o), nil
}
