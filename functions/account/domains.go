package account

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/signin"
	"wardroom/pkg/store"
)

func (h *handlers) domainOps() []api.Op {
	organization := access.OwnOrganization()
	return []api.Op{
		api.GET("/api/organization/domain", "List Domains", h.domains).
			Says("Domains found successfully.").About("By their names.").
			Allow(access.ManageOrganization, organization).Fails(403),
		api.POST("/api/organization/domain", "Add Domain", h.addDomain).
			Says("Domain added successfully.").About("It decides nothing until it is proved: publish txt_record as a TXT record of the domain, and verify it. Adding it again changes sign_in.").
			Allow(access.ManageOrganization, organization).Fails(403).Conflict(fault.KindDuplicate),
		api.DELETE("/api/organization/domain/{domain}", "Delete Domain", h.deleteDomain).
			Says("Domain deleted successfully.").Allow(access.ManageOrganization, organization).Fails(403, 404),
		api.POST("/api/organization/domain/{domain}/verify", "Verify Domain", h.verifyDomain).
			Says("Domain verified successfully.").About("Looks the TXT record up. From then on who first signs in with an address of the domain is a user of the organization, or becomes one where sign_in is set.").
			Allow(access.ManageOrganization, organization).Fails(403, 404).Conflict(fault.KindDuplicate, fault.KindBadTransition),
	}
}

// Domain is a domain as answers show it.
type Domain struct {
	Domain     string      `json:"domain" doc:"In ASCII and lower case"`
	VerifiedOn *model.Time `json:"verified_on" doc:"Null until it is proved"`
	TXTRecord  string      `json:"txt_record" doc:"The TXT record that proves it"`
	SignIn     bool        `json:"sign_in" doc:"Once it is proved, whoever first signs in with a verified address of the domain becomes a user"`
}

func domainShown(d model.Domain) Domain {
	return Domain{d.Domain, d.VerifiedOn, d.Record(), d.SignIn}
}

type domainsIn struct {
	request.In
	api.Paging

	found []model.Domain
	next  string
}

// Load reads the organisation's domains.
func (in *domainsIn) Load(f *request.Fetch) {
	f.Ask(func(ctx context.Context) (err error) {
		in.found, in.next, err = f.Store().DomainsOf(ctx, f.Organization, in.After(), in.Limit)
		return err
	})
}

func (h *handlers) domains(_ context.Context, in *domainsIn) (api.Page[Domain], error) {
	page := api.Page[Domain]{Next: in.next}
	for _, d := range in.found {
		page.Items = append(page.Items, domainShown(d))
	}
	return page, nil
}

type addDomainIn struct {
	request.In
	Body struct {
		Domain string `json:"domain" minLength:"1" maxLength:"253" example:"example.com"`
		SignIn bool   `json:"sign_in,omitempty" doc:"Whoever first signs in with a verified address of the domain becomes a user, once it is proved"`
	}

	domain string
}

// Validate refuses text that is no domain, and a domain where anybody can get an
// address.
func (in *addDomainIn) Validate(model.Time) error {
	var ok bool
	if in.domain, ok = model.ParseDomain(in.Body.Domain); !ok || !strings.Contains(in.domain, ".") {
		return fault.Invalid("body.domain", "must be a domain, such as example.com")
	}
	if signin.Anybodys(in.domain) {
		return fault.Invalid("body.domain", "anybody gets an address at this domain, so it is nobody's")
	}
	return nil
}

// Load asks for the domain's row and its proof.
func (in *addDomainIn) Load(f *request.Fetch) {
	if in.domain != "" {
		f.Rows(store.Domain(f.Organization, in.domain).Key, store.Proof(in.domain).Key)
	}
}

// addDomain claims a domain, or changes what it is for. It refuses one that
// another organisation has proved (duplicate).
func (h *handlers) addDomain(_ context.Context, in *addDomainIn) (Domain, error) {
	c := in.Request()
	if err := proved(c, in.domain); err != nil {
		return Domain{}, err
	}
	old, there := store.Domain(c.Organization.ID, in.domain).In(c.Rows())
	if !there {
		d := model.Domain{
			OrganizationID: c.Organization.ID, Domain: in.domain, SignIn: in.Body.SignIn, Token: strings.ToLower(rand.Text()), Stamp: model.Created(c.Stamp, c.Now),
		}
		h.store.ClaimDomain(&c.Tx, d)
		domainChanged(c, audit.Made(audit.DomainState{Domain: d.Domain, SignIn: &d.SignIn}))
		return domainShown(d), nil
	}
	if old.SignIn == in.Body.SignIn {
		return domainShown(old), nil
	}
	d := old
	d.SignIn, d.Stamp = in.Body.SignIn, old.Modified(c.Stamp, c.Now)
	d = h.store.ChangeDomain(&c.Tx, old, d)
	domainChanged(c, audit.Became(audit.DomainState{Domain: d.Domain, SignIn: &old.SignIn}, audit.DomainState{Domain: d.Domain, SignIn: &d.SignIn}))
	return domainShown(d), nil
}

// domainChanged notes the audit row of a change of a domain.
func domainChanged(c *request.Request, turn audit.Turn[audit.DomainState]) {
	c.Record(audit.DomainChanged{Organization: c.Organization.ID, State: turn})
}

// proved refuses (duplicate) a domain that another organisation has proved.
func proved(c *request.Request, domain string) error {
	if p, ok := store.Proof(domain).In(c.Rows()); ok && p.OrganizationID != c.Organization.ID {
		return fault.New(fault.KindDuplicate, "Another organization has proved that the domain is its own: it must give it up first").On("body.domain", "is taken")
	}
	return nil
}

// domainIn names a domain of the organisation in the path.
type domainIn struct {
	request.In
	Domain string `path:"domain" maxLength:"253" example:"example.com"`

	domain model.Domain
}

// Load asks for the domain's row and its proof.
func (in *domainIn) Load(f *request.Fetch) {
	if domain, ok := model.ParseDomain(in.Domain); ok {
		f.Rows(store.Domain(f.Organization, domain).Key, store.Proof(domain).Key)
	}
}

// Resolve refuses (404) a domain that the organisation hasn't claimed.
func (in *domainIn) Resolve(_ context.Context, c *request.Request) error {
	domain, _ := model.ParseDomain(in.Domain)
	d, ok := store.Domain(c.Organization.ID, domain).In(c.Rows())
	if !ok {
		return fault.NotFound()
	}
	in.domain = d
	return nil
}

// deleteDomain gives a domain up. Users who came by it remain users.
func (h *handlers) deleteDomain(_ context.Context, in *domainIn) ([]Domain, error) {
	c, d := in.Request(), in.domain
	h.store.DropDomain(&c.Tx, d)
	proved := d.VerifiedOn != nil
	domainChanged(c, audit.Ended(audit.DomainState{Domain: d.Domain, SignIn: &d.SignIn, Proved: &proved}))
	return []Domain{domainShown(d)}, nil
}

// verifyDomain looks for the record that proves the domain. It refuses a domain
// without it (bad_transition), and one that another organisation has proved
// (duplicate).
func (h *handlers) verifyDomain(ctx context.Context, in *domainIn) (Domain, error) {
	c, d := in.Request(), in.domain
	if d.VerifiedOn != nil {
		return domainShown(d), nil
	}
	if err := proved(c, d.Domain); err != nil {
		return Domain{}, err
	}
	texts, err := signin.ResolverOf(ctx).TXT(ctx, d.Domain)
	if err != nil {
		return Domain{}, fault.Unavailable(err)
	}
	if !slices.ContainsFunc(texts, func(text string) bool { return strings.TrimSpace(text) == d.Record() }) {
		return Domain{}, fault.New(fault.KindBadTransition, "The domain has no TXT record with the text of txt_record: publish it, wait until it is seen, and verify again.")
	}
	now := c.Now
	to := d
	to.VerifiedOn, to.Stamp = &now, d.Modified(c.Stamp, now)
	to = h.store.ChangeDomain(&c.Tx, d, to)
	before, after := false, true
	domainChanged(c, audit.Became(audit.DomainState{Domain: d.Domain, Proved: &before}, audit.DomainState{Domain: d.Domain, Proved: &after, SignIn: &d.SignIn}))
	return domainShown(to), nil
}
