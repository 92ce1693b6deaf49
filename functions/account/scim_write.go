package account

import (
	"context"
	"strings"

	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// scimBody is a user as a client sends them. Other attributes of SCIM or its extensions
// are ignored.
type scimBody struct {
	UserName   string  `json:"userName" minLength:"1" maxLength:"254" pattern:"^[^\\s\\x00]+$" patternDescription:"user@example.com, without white space" doc:"What the user signs in with: the e-mail address, unless there is another in emails"`
	ExternalID *string `json:"externalId" required:"false" maxLength:"255" doc:"The client's own name for the user; one user of the organization each"`
	Active     *bool   `json:"active" required:"false" doc:"true where a new user does not say; left as it is where a replacement does not"`
	Name       *struct {
		GivenName  *string `json:"givenName" required:"false" maxLength:"150"`
		FamilyName *string `json:"familyName" required:"false" maxLength:"150"`
	} `json:"name" required:"false"`
	Emails []mailBody `json:"emails" required:"false" maxItems:"100" doc:"One is kept: the primary, else that of work, else the first"`
}

// mailBody is an address as a client sends it.
type mailBody struct {
	Value   *string `json:"value" required:"false" maxLength:"254"`
	Type    *string `json:"type" required:"false" maxLength:"100"`
	Primary *bool   `json:"primary" required:"false"`
}

// check refuses an address that is none, and identifiers with invisible characters.
func (b scimBody) check() error {
	if !model.IsIdentifier(b.UserName) {
		return badSCIM(invalidValue, badUserName)
	}
	if !model.IsIdentifier(text(b.ExternalID)) {
		return badSCIM(invalidValue, badExternalID)
	}
	if text, _ := chosen(b.mails()); text != "" && !isAddress(text) {
		return badSCIM(invalidValue, noMail)
	}
	return nil
}

func (b scimBody) mails() []mail {
	all := make([]mail, len(b.Emails))
	for i, e := range b.Emails {
		all[i] = mail{strings.TrimSpace(text(e.Value)), text(e.Type), e.Primary != nil && *e.Primary}
	}
	return all
}

// on returns u with the attributes of the body. Those that it lacks are emptied, except
// active, and an address beside the userName, which only an empty list removes.
func (b scimBody) on(u model.User) model.User {
	login(&u, b.UserName)
	if mailed, _ := chosen(b.mails()); mailed != "" {
		address(&u, mailed)
	} else if b.Emails != nil {
		noAddress(&u)
	}
	u.ExternalID, u.FirstName, u.LastName = text(b.ExternalID), "", ""
	if b.Name != nil {
		u.FirstName, u.LastName = text(b.Name.GivenName), text(b.Name.FamilyName)
	}
	if b.Active != nil {
		u.IsActive = *b.Active
	}
	return u
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

type createSCIMIn struct {
	request.In
	partial
	Body scimBody
}

// Validate refuses values that no user can have.
func (in *createSCIMIn) Validate(model.Time) error { return in.Body.check() }

// createSCIM creates a user without a rank.
func (h *handlers) createSCIM(ctx context.Context, in *createSCIMIn) (SCIMUser, error) {
	c := in.Request()
	u := in.Body.on(model.User{OrganizationID: c.Organization.ID, IsActive: true, DateJoined: c.Now})
	err := freeForUser(ctx, c, model.User{}, u)
	if err != nil {
		return SCIMUser{}, err
	}
	if u.ID, err = h.store.NewID(ctx, model.UserIDs); err != nil {
		return SCIMUser{}, err
	}
	h.store.CreateUser(&c.Tx, u)
	u.Version = 1
	c.Record(audit.AccountChanged{User: u.ID, Account: audit.Made(audit.AccountOf(u))})
	return in.show(u), nil
}

// freeForUser refuses (uniqueness) an address, a userName or an externalId that another
// user of the organisation has; from is the present user, zero for a new one. One user's
// address can't be another's userName. A deleted user's are free.
func freeForUser(ctx context.Context, c *request.Request, from, to model.User) error {
	if from.Email == to.Email && from.UserName == to.UserName && from.ExternalID == to.ExternalID {
		return nil
	}
	o := c.Organization.ID
	type claim struct {
		key  store.Key
		says string
	}
	claims := []claim{
		{store.Email(o, to.Login()).Key, takenName},
		{store.ProvisionedKey(o, model.UserNames, to.Login()), takenName},
		{store.Email(o, to.Email).Key, "Another user has this address"},
		{store.ProvisionedKey(o, model.UserNames, to.Email), "The address is another user's userName"},
	}
	if to.ExternalID != "" {
		claims = append(claims, claim{store.ProvisionedKey(o, model.ExternalUsers, to.ExternalID), "Another user has this externalId"})
	}
	keys := make([]store.Key, len(claims))
	for i, claim := range claims {
		keys[i] = claim.key
	}
	if _, err := c.ReadMissing(ctx, keys...); err != nil {
		return err
	}
	for _, claim := range claims {
		if holder := store.HolderOf(c.Rows(), claim.key); holder != 0 && holder != from.ID {
			return fault.New(fault.KindDuplicate, "%s: change theirs first, or choose another", claim.says)
		}
	}
	return nil
}

const takenName = "Another user has this userName"

// scimID names the user of a request.
type scimID struct {
	ID int64 `path:"id" example:"16" doc:"Id of the user."`
}

// known answers 404 for a user who doesn't exist.
func (in scimID) known(c *request.Request) error {
	if _, ok := found(c, in.ID); !ok {
		return fault.NotFound()
	}
	return nil
}

type getSCIMIn struct {
	request.In
	scimID
	partial
}

// Load asks for the user.
func (in *getSCIMIn) Load(f *request.Fetch) { f.Rows(store.User(in.ID).Key) }

// Resolve answers 404 for a user who isn't there.
func (in *getSCIMIn) Resolve(_ context.Context, c *request.Request) error { return in.known(c) }

func (h *handlers) getSCIM(_ context.Context, in *getSCIMIn) (SCIMUser, error) {
	u, _ := found(in.Request(), in.ID)
	return in.show(u), nil
}

type replaceSCIMIn struct {
	request.In
	scimID
	partial
	Body scimBody
}

// Validate refuses values that no user can have.
func (in *replaceSCIMIn) Validate(model.Time) error { return in.Body.check() }

// Load asks for the user.
func (in *replaceSCIMIn) Load(f *request.Fetch) { f.Rows(store.User(in.ID).Key) }

// Resolve answers 404 for a user who isn't there.
func (in *replaceSCIMIn) Resolve(_ context.Context, c *request.Request) error { return in.known(c) }

func (h *handlers) replaceSCIM(ctx context.Context, in *replaceSCIMIn) (SCIMUser, error) {
	u, err := h.changeSCIM(ctx, in.Request(), in.ID, func(u model.User) (model.User, error) { return in.Body.on(u), nil })
	return in.show(u), err
}

type deleteSCIMIn struct {
	request.In
	scimID
}

// Load asks for the user.
func (in *deleteSCIMIn) Load(f *request.Fetch) { f.Rows(store.User(in.ID).Key) }

// Resolve answers 404 for a user who isn't there.
func (in *deleteSCIMIn) Resolve(_ context.Context, c *request.Request) error { return in.known(c) }

// deleteSCIM deletes a user as any other route that deletes users does.
func (h *handlers) deleteSCIM(ctx context.Context, in *deleteSCIMIn) (struct{}, error) {
	c := in.Request()
	u, _ := found(c, in.ID)
	_, _, err := removal.OfUsers(ctx, h.store, c, []model.User{u}, removal.UserOptions{Delete: true})
	return struct{}{}, err
}

// changeSCIM notes the edit of a user. It refuses (403) to edit a global admin, unless
// they are the caller. Deactivating a user is a removal, which may refuse, and
// activating them a reactivation.
func (h *handlers) changeSCIM(ctx context.Context, c *request.Request, id int64, edit func(model.User) (model.User, error)) (model.User, error) {
	from, _ := found(c, id)
	if from.IsSuperuser && !c.Caller.Is(id) {
		return from, fault.OfGlobalAdmin()
	}
	to, err := edit(from)
	if err != nil {
		return from, err
	}
	to.EmailKey = model.AddressKey(to.Email)
	if err := freeForUser(ctx, c, from, to); err != nil {
		return to, err
	}
	told := changed(c, from, to)
	if from.IsActive && !to.IsActive {
		fields := func(u *model.User) { *u = to }
		rows, _, err := removal.OfUsers(ctx, h.store, c, []model.User{from}, removal.UserOptions{Edit: fields})
		if err != nil {
			return to, err
		}
		h.store.MoveNames(&c.Tx, from, to)
		c.RecordAlso(told...)
		return rows[0], nil
	}
	if len(told) == 0 {
		return to, nil
	}
	if to.IsActive && !from.IsActive {
		var err error
		if to, err = removal.Reactivate(ctx, h.store, c, from, to); err != nil {
			return to, err
		}
		h.store.MoveNames(&c.Tx, from, to)
	} else {
		to = h.store.EditUser(&c.Tx, from, to)
	}
	c.Record(told[0], told[1:]...)
	return to, nil
}

// changed returns the audit log's changes of an edit, with personal data encrypted; none
// where nothing has changed.
func changed(c *request.Request, from, to model.User) (told []audit.Change) {
	profile, touched := audit.ProfileChanged{User: from.ID}, false
	for _, f := range []struct {
		turn    *audit.Turn[string]
		was, is string
	}{
		{&profile.Email, from.Email, to.Email}, {&profile.FirstName, from.FirstName, to.FirstName},
		{&profile.LastName, from.LastName, to.LastName}, {&profile.ExternalID, from.ExternalID, to.ExternalID}, {&profile.UserName, from.UserName, to.UserName},
	} {
		if f.was != f.is {
			*f.turn, touched = audit.Became(c.Personal(from, f.was), c.Personal(from, f.is)), true
		}
	}
	if touched {
		told = append(told, profile)
	}
	if from.IsActive != to.IsActive {
		told = append(told, audit.AccountChanged{User: from.ID, Account: audit.Became(audit.Activity(from.IsActive, from.Version), audit.Activity(to.IsActive, from.Version+1))})
	}
	return told
}
