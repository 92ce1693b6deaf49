package signin_test

import (
	"net/http"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/issuer"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// provisioned is a user whom an identity provider calls by an address that isn't
// theirs.
var provisioned = fixture.Person(30, func(u *model.User) { u.UserName = "ada@corp.example" })

// What is one user's userName is nobody else's address, however an account is made
// or comes back.
func TestAUserNameIsNobodysAddress(t *testing.T) {
	const address = "Ada@Corp.example"
	send := func(method, path, body string) fixture.Request {
		return fixture.Request{Method: method, Path: path, Key: demo.GlobalAdmin, Body: body}
	}
	ended, named := send("DELETE", "/api/user/15", ""), send("POST", "/scim/v2/Users", `{"userName":"member@organization.com","emails":["new@corp.example"]}`)
	fixture.Table(t, []fixture.Row{
		{Name: "Create User", Given: provisioned, Request: send("POST", "/api/user", `{"email":"`+address+`"}`), Status: 409, Code: "duplicate", Fields: map[string]string{"body.email": "is taken"}},
		{Name: "Create SCIM User", Given: provisioned, Request: send("POST", "/scim/v2/Users", `{"userName":"`+address+`"}`), Status: 409},
		{Name: "Replace SCIM User", Given: provisioned, Request: send("PUT", "/scim/v2/Users/15", `{"userName":"x","emails":["`+address+`"]}`), Status: 409},
		{Name: "an invitation, accepted with its token alone", Given: fixture.All(provisioned, pending(address)), Request: accepting("30.secret"), Status: 401, Code: "unauthorized"},
		{Name: "an undo, where the userName was the address", First: []fixture.Request{ended, named}, Request: send("POST", "/api/removal/1001/undo", ""), Status: 409, Code: "duplicate"},
		{Name: "the other way round, an address is nobody's userName", Request: send("POST", "/scim/v2/Users", `{"userName":"member@organization.com","emails":["new@corp.example"]}`), Status: 409},
		{Name: "of another organisation it may be", Given: provisioned, Request: fixture.Request{Method: "POST", Path: "/api/user", Key: demo.OtherOrganization, Body: `{"email":"` + address + `"}`}, Status: 201},
		{Name: "of the same user it may be", Given: provisioned, Request: send("PATCH", "/scim/v2/Users/30", `{"Operations":[{"op":"replace","path":"emails","value":"`+address+`"}]}`), Status: 200},
		{Name: "and be theirs no more", Given: provisioned, First: []fixture.Request{send("PATCH", "/scim/v2/Users/30", `{"Operations":[{"op":"replace","path":"userName","value":"ada"}]}`)}, Request: send("POST", "/api/user", `{"email":"`+address+`"}`), Status: 201},
	})
	f := issuer.Forge(t)
	token := bearer(f.Sign(t, f.ID("ada", address)))
	fixture.Trusting(t, f.Config(), []fixture.Row{
		{Name: "a first sign-in by the domain", Given: fixture.All(provisioned, byDomain(1, "corp.example")), Request: bearing(all, token), Status: 401, Code: "unauthorized"},
		{Name: "a first sign-in by an invitation", Given: fixture.All(provisioned, pending(address)), Request: accepting("30.secret", token), Status: 401, Code: "unauthorized"},
		{Name: "without such a user it succeeds", Given: byDomain(1, "corp.example"), First: []fixture.Request{bearing(all, token)}, Request: bearing(all, token), Status: 200},
	})
}

// Two requests at the same moment, of which each would be allowed alone: one
// succeeds.
func TestAUserNameAndAnAddressAtTheSameMoment(t *testing.T) {
	s := fixture.New(t)
	got := s.Together(t.Context(),
		fixture.Request{Method: http.MethodPost, Path: "/api/user", Key: demo.GlobalAdmin, Body: `{"email":"ada@corp.example"}`},
		fixture.Request{Method: http.MethodPost, Path: "/scim/v2/Users", Key: demo.GlobalAdmin, Body: `{"userName":"ada@corp.example","emails":["a@corp.example"]}`})
	one := map[int]int{}
	for _, r := range got {
		one[r.Status]++
	}
	if one[http.StatusCreated] != 1 || one[http.StatusConflict] != 1 {
		t.Errorf("%+v", got)
	}
}

// Two groups of one name, made at the same moment: one is.
func TestTwoGroupsOfOneNameAtTheSameMoment(t *testing.T) {
	s := fixture.New(t)
	same := fixture.Request{Method: http.MethodPost, Path: "/scim/v2/Groups", Key: demo.GlobalAdmin, Body: `{"displayName":"Sales"}`}
	got := s.Together(t.Context(), same, same, same, same)
	made := 0
	for _, g := range table.Teams.All(s.Rows(t.Context(), t)) {
		if g.Name == "Sales" {
			made++
		}
	}
	one := map[int]int{}
	for _, r := range got {
		one[r.Status]++
	}
	if made != 1 || one[http.StatusCreated] != 1 || one[http.StatusConflict] != 3 {
		t.Errorf("%d groups, %v", made, one)
	}
}
