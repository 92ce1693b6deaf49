package account

import (
	"context"

	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type organizationIn struct{ request.In }

func (h *handlers) organization(_ context.Context, in *organizationIn) (model.Organization, error) {
	return in.Request().Organization, nil
}

type editOrganizationIn struct {
	request.In
	Body struct {
		OrgName *string `json:"org_name,omitempty" minLength:"1" maxLength:"200"`
		Domain  *string `json:"domain,omitempty" minLength:"1" maxLength:"253" doc:"Where the organization is found. It decides nothing: see its domains."`
	}

	domain string
}

// Validate refuses a domain that is none.
func (in *editOrganizationIn) Validate(model.Time) error {
	if in.Body.Domain == nil {
		return nil
	}
	var ok bool
	if in.domain, ok = model.ParseDomain(*in.Body.Domain); !ok {
		return fault.Invalid("body.domain", "must be a domain, such as example.com")
	}
	return nil
}

// Load asks for the domain's proof.
func (in *editOrganizationIn) Load(f *request.Fetch) {
	if in.domain != "" {
		f.Rows(store.Proof(in.domain).Key)
	}
}

// editOrganization changes the fields in the body. It refuses (duplicate) a domain that
// another organisation has proved.
func (h *handlers) editOrganization(_ context.Context, in *editOrganizationIn) (model.Organization, error) {
	c := in.Request()
	old := c.Organization
	c.CheckVersionOf(old)
	o := old
	if in.Body.OrgName != nil {
		o.OrgName = *in.Body.OrgName
	}
	if in.domain != "" {
		o.Domain = in.domain
	}
	if o == old {
		return old, nil
	}
	if o.Domain != old.Domain {
		if err := proved(c, o.Domain); err != nil {
			return old, err
		}
	}
	o.Stamp = o.Modified(c.Stamp, c.Now)
	o = h.store.EditOrganization(&c.Tx, old, o)
	c.Record(audit.OrganizationEdited{Organization: o.ID, Domain: audit.Became(old.Domain, o.Domain), Renamed: o.OrgName != old.OrgName})
	return o, nil
}
