package account_test

import (
	"fmt"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

const users = "/scim/v2/Users"

// scim is a request of a provisioning client with the global admin's key.
func scim(method, path, body string) fixture.Request {
	return fixture.Request{Method: method, Path: path, Key: demo.GlobalAdmin, Body: body}
}

func by(key string, r fixture.Request) fixture.Request { r.Key = key; return r }

// refused is a body of RFC 7644.
func refused(status int, kind, detail string) string {
	if kind != "" {
		kind = `"scimType":"` + kind + `",`
	}
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"%d",%s"detail":%q}`, status, kind, detail)
}

const (
	gone  = "Record Not Found"
	taken = "Another user has this userName: change theirs first, or choose another"
	no    = "You do not have permission to perform this action."

	ofAdmin = "A global admin's account is theirs alone: they give up the rank first."
)

// staff is user 20, an application admin; serv an unbound service key.
func staff() fixture.Given {
	return fixture.All(fixture.Person(20, func(u *model.User) { u.IsStaff = true }), fixture.Key("staf", 20), fixture.Key("serv", 0), fixture.Key("boun", 0, fixture.Bound(151)))
}

const (
	staffKey   = "staf.secret"
	serviceKey = "serv.secret"
	boundKey   = "boun.secret"
)

// user checks a user's row.
func user(id int64, check func(u model.User) bool) func(*testing.T, *fixture.System) {
	return func(t *testing.T, s *fixture.System) {
		t.Helper()
		u, ok := table.Users.In(s.Rows(t.Context(), t), id)
		if !ok || !check(u) {
			t.Errorf("user %d is %+v", id, u)
		}
	}
}

// teamsBeside adds teams to those of the demo data.
func teamsBeside(first, last int64) (all fixture.Given) {
	for id := first; id <= last; id++ {
		all = fixture.All(all, fixture.Team(id, fmt.Sprint("Team ", id)))
	}
	return all
}

// row15 is user 15 of the demo data as SCIM shows him, with more attributes.
func row15(more string) string {
	return `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"15",` + more + `}`
}

func TestSCIMCreate(t *testing.T) {
	const ada = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Ada@Example.com","externalId":"e-1","name":{"givenName":"Ada","familyName":"L","formatted":"Ada L"},"emails":[{"value":"other@example.com"}],"groups":[],"nickName":null}`
	create := func(body string) fixture.Request { return scim("POST", users, body) }
	fixture.Table(t, []fixture.Row{
		{Name: "as it was sent", Request: create(ada), Status: 201,
			Has:   []string{`"userName":"Ada@Example.com"`, `"externalId":"e-1"`, `"active":true`, `"emails":[{"value":"other@example.com","type":"work","primary":true}]`, `"name":{"givenName":"Ada","familyName":"L"}`},
			Lacks: []string{"groups", "formatted"}, Sends: map[string]string{"Location": "/scim/v2/Users/1001", "Content-Type": "application/scim+json"},
			Then: user(1001, func(u model.User) bool {
				return u.Email == "other@example.com" && u.UserName == "Ada@Example.com" && u.ExternalID == "e-1" && u.IsActive && !u.IsStaff && !u.IsSuperuser && u.OrganizationID == 1
			})},
		{Name: "inactive", Request: create(`{"userName":"a@b.c","active":false}`), Status: 201, Has: []string{`"active":false`}},
		{Name: "a login that is no address", Request: create(`{"userName":"ada"}`), Status: 201, Lacks: []string{"emails", `"name"`, "externalId"}},
		{Name: "attributes in any case", Request: create(`{"USERNAME":"a@b.c","NAME":{"GivenName":"Ada"}}`), Status: 201, Has: []string{`"givenName":"Ada"`}},
		{Name: "an address that is taken, in another case", Request: create(`{"userName":"Member@Organization.com"}`), Status: 409, Body: refused(409, "uniqueness", taken)},
		{Name: "an address of another organisation is free", Request: create(`{"userName":"other@example.org"}`), Status: 201},
		{Name: "the address of a deleted user is free", First: []fixture.Request{scim("DELETE", users+"/15", "")}, Request: create(`{"userName":"member@organization.com"}`), Status: 201},
		{Name: "the same request twice", First: []fixture.Request{create(`{"userName":"a@b.c"}`)}, Request: create(`{"userName":"a@b.c"}`), Status: 409, Body: refused(409, "uniqueness", taken)},
		{Name: "no userName", Request: create(`{"active":true}`), Status: 400, Body: refused(400, "invalidValue", "Invalid request: userName is required")},
		{Name: "a userName with white space", Request: create(`{"userName":"a b"}`), Status: 400, Has: []string{`"scimType":"invalidValue"`}, Lacks: []string{"a b"}},
		{Name: "a wrong type", Request: create(`{"userName":"a@b.c","active":"yes"}`), Status: 400, Body: refused(400, "invalidValue", "Invalid request: active must be true or false")},
		{Name: "no JSON", Request: create(`{`), Status: 400, Has: []string{`"scimType":"invalidSyntax"`}},
		{Name: "by an application admin", Given: staff(), Request: by(staffKey, create(`{"userName":"a@b.c"}`)), Status: 201},
		{Name: "by a service key", Given: staff(), Request: by(serviceKey, create(`{"userName":"a@b.c"}`)), Status: 201},
		{Name: "by a key bound to a project", Given: staff(), Request: by(boundKey, create(`{"userName":"a@b.c"}`)), Status: 403, Body: refused(403, "", no)},
		{Name: "by a member", Request: by(demo.ProjectMember, create(`{"userName":"a@b.c"}`)), Status: 403, Body: refused(403, "", no)},
		{Name: "by nobody", Request: by("", create(`{"userName":"a@b.c"}`)), Status: 401, Body: refused(401, "", "Unauthorized")},
	})
}

func TestSCIMRead(t *testing.T) {
	get := func(path string) fixture.Request { return scim("GET", path, "") }
	list := func(total, start, n int, has ...string) []string {
		return append(has, fmt.Sprintf(`"totalResults":%d,"startIndex":%d,"itemsPerPage":%d`, total, start, n))
	}
	filter := func(text string) fixture.Request { return get(users + "?filter=" + text) }
	badFilter := refused(400, "invalidFilter", `The filters are userName, externalId, id and emails.value, each eq "…", and several with and between them`)
	fixture.Table(t, []fixture.Row{
		{Name: "one", Request: get(users + "/15"), Status: 200, Has: []string{`"id":"15"`, `"userName":"member@organization.com"`, `"location":"/scim/v2/Users/15"`, `"resourceType":"User"`}},
		{Name: "a part", Request: get(users + "/15?attributes=userName"), Status: 200, Body: row15(`"userName":"member@organization.com"`)},
		{Name: "a part, by its schema's name and a part of a part", Request: get(users + "/15?attributes=URN:ietf:params:scim:schemas:core:2.0:User:active,NAME.familyName,urn:x:y:userName"), Status: 200, Has: []string{`"active":true`, "familyName"}, Lacks: []string{"userName", "givenName", "meta"}},
		{Name: "without parts", Request: get(users + "/15?excludedAttributes=name,emails,meta,active,id"), Status: 200, Body: row15(`"userName":"member@organization.com"`)},
		{Name: "nobody", Request: get(users + "/150"), Status: 404, Body: refused(404, "", gone)},
		{Name: "somebody of another organisation", Request: get(users + "/90"), Status: 404, Body: refused(404, "", gone)},
		{Name: "an id that is none", Request: get(users + "/ada"), Status: 404, Body: refused(404, "", gone)},
		{Name: "a deleted user", First: []fixture.Request{scim("DELETE", users+"/15", "")}, Request: get(users + "/15"), Status: 404, Body: refused(404, "", gone)},
		{Name: "by a member", Request: by(demo.ProjectMember, get(users+"/15")), Status: 403, Body: refused(403, "", no)},
		{Name: "by a key bound to a project", Given: staff(), Request: by(boundKey, get(users+"/15")), Status: 404, Body: refused(404, "", gone)},

		{Name: "all", Request: get(users), Status: 200, Has: list(4, 1, 4, `"id":"1"`, `"id":"7"`, `"id":"15"`, `"id":"16"`), Lacks: []string{`"id":"90"`}},
		{Name: "a page", Request: get(users + "?startIndex=2&count=2&sortBy=userName"), Status: 200, Has: list(4, 2, 2, `"id":"7"`, `"id":"15"`), Lacks: []string{`"id":"16"`, `"id":"1"`}},
		{Name: "the last page", Request: get(users + "?startIndex=4&count=2"), Status: 200, Has: list(4, 4, 1, `"id":"16"`)},
		{Name: "a page beyond", Request: get(users + "?startIndex=9"), Status: 200, Has: list(4, 9, 0, `"Resources":[]`)},
		{Name: "how many", Request: get(users + "?count=0"), Status: 200, Has: list(4, 1, 0, `"Resources":[]`)},
		{Name: "odd numbers are mended", Request: get(users + "?startIndex=-3&count=-1"), Status: 200, Has: list(4, 1, 0)},
		{Name: "numbers that are none", Request: get(users + "?count=x"), Status: 400, Has: []string{`"scimType":"invalidValue"`}},
		{Name: "not who was deleted", First: []fixture.Request{scim("DELETE", users+"/15", "")}, Request: get(users), Status: 200, Has: list(3, 1, 3)},
		{Name: "a page is filled up past who was deleted", Given: fixture.People(30, 31), First: []fixture.Request{scim("DELETE", users+"/15", "")}, Request: get(users + "?count=3"), Status: 200, Has: list(5, 1, 3, `"id":"7"`, `"id":"16"`), Lacks: []string{`"id":"15"`}},
		{Name: "the last page knows how many", First: []fixture.Request{scim("DELETE", users+"/15", "")}, Given: fixture.All(fixture.People(30, 31)), Request: get(users + "?startIndex=3&count=9"), Status: 200, Has: list(5, 3, 3, `"id":"31"`)},
		{Name: "more than a page holds", Given: fixture.All(fixture.People(100, 149), fixture.People(150, 199), fixture.People(200, 249), fixture.People(250, 299), fixture.People(300, 349)), Request: get(users + "?count=1000"), Status: 200, Has: list(254, 1, 200)},

		{Name: "by userName", Request: filter(`userName+eq+"MEMBER@organization.com"`), Status: 200, Has: list(1, 1, 1, `"id":"15"`)},
		{Name: "in any case", Request: filter(`urn:ietf:params:scim:schemas:core:2.0:USER:USERNAME+EQ+"member@organization.com"`), Status: 200, Has: list(1, 1, 1, `"id":"15"`)},
		{Name: "by a userName nobody has", Request: filter(`userName+eq+"nobody@organization.com"`), Status: 200, Has: list(0, 1, 0, `"Resources":[]`)},
		{Name: "by a userName of another organisation", Request: filter(`userName+eq+"other@example.org"`), Status: 200, Has: list(0, 1, 0)},
		{Name: "by the userName of a deleted user", First: []fixture.Request{scim("DELETE", users+"/15", "")}, Request: filter(`userName+eq+"member@organization.com"`), Status: 200, Has: list(0, 1, 0)},
		{Name: "by something else", Request: filter(`title+eq+"x"`), Status: 400, Body: badFilter},
		{Name: "by another comparison", Request: filter(`userName+sw+"x"`), Status: 400, Body: badFilter},
		{Name: "by two", Request: filter(`userName+eq+"x"+or+userName+eq+"y"`), Status: 400, Body: badFilter},
		{Name: "by a text without quotes", Request: filter(`userName+eq+x`), Status: 400, Body: badFilter},

		{Name: "a search", Request: scim("POST", users+"/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"userName eq \"member@organization.com\"","attributes":["active"]}`), Status: 200, Idle: true, Has: list(1, 1, 1, row15(`"active":true`))},
		{Name: "a search of everything", Request: scim("POST", "/scim/v2/.search", `{"count":1}`), Status: 200, Has: list(5, 1, 1, `"id":"1"`)},
		{Name: "everything with the groups' members, as many users as there are", Given: fixture.People(20, 45), Request: scim("POST", "/scim/v2/.search", `{}`), Status: 200, Has: list(31, 1, 31, `"id":"45"`, `"displayName":"Core"`)},
		{Name: "and no more than twenty groups", Given: teamsBeside(20, 45), Request: scim("POST", "/scim/v2/.search", `{}`), Status: 200, Has: list(31, 1, 24)},
		{Name: "the end of everything, where the groups are", First: []fixture.Request{scim("POST", "/scim/v2/.search", `{"count":3}`), scim("DELETE", users+"/15", "")}, Request: scim("POST", "/scim/v2/.search", `{"startIndex":4}`), Status: 200, Has: list(5, 4, 2, `"id":"16"`, `"displayName":"Core"`, `"$ref":"/scim/v2/Users/16"`)},
		{Name: "a search for a group", Request: scim("POST", "/scim/v2/.search", `{"filter":"displayName eq \"core\"","excludedAttributes":["members"]}`), Status: 200, Idle: true, Has: list(1, 1, 1, `"displayName":"Core"`), Lacks: []string{"members"}},
		{Name: "a search for whatever has an id", Given: fixture.Team(15, "Fifteen"), Request: scim("POST", "/scim/v2/.search", `{"filter":"id eq \"15\""}`), Status: 200, Idle: true, Has: list(2, 1, 2, `"userName":"member@organization.com"`, `"displayName":"Fifteen"`)},
		{Name: "a search by something else", Request: scim("POST", "/scim/v2/.search", `{"filter":"x"}`), Status: 400, Body: badFilter},
	})
}

func TestSCIMChange(t *testing.T) {
	const base = `"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`
	put := func(id int, body string) fixture.Request { return scim("PUT", fmt.Sprintf("%s/%d", users, id), body) }
	patch := func(id int, operations string) fixture.Request {
		return scim("PATCH", fmt.Sprintf("%s/%d", users, id), `{`+base+`"Operations":[`+operations+`]}`)
	}
	const off, on = `{"op":"replace","path":"active","value":false}`, `{"op":"Replace","value":{"Active":true}}`
	admin := fixture.All(staff(), fixture.Person(21, func(u *model.User) { u.IsSuperuser, u.GlobalAdminOf = true, &u.OrganizationID }),
		fixture.Change(table.Organizations, func(o *model.Organization) { o.GlobalAdminCount++ }, 1))
	named := user(15, func(u model.User) bool { return u.FirstName == "Ada" && u.LastName == "L" && u.IsActive })
	ended := func(t *testing.T, s *fixture.System) {
		t.Helper()
		user(15, func(u model.User) bool { return !u.IsActive && u.DeletedOn == nil && u.RemovalID != nil })(t, s)
		if got := s.Do(t.Context(), fixture.Request{Method: "GET", Path: "/api/project", Key: demo.ProjectMember}); got.Status != 401 {
			t.Errorf("he is still let in: %d", got.Status)
		}
		r, ok := table.Removals.In(s.Rows(t.Context(), t), 1001)
		if !ok || r.Kind != model.OfUser {
			t.Errorf("no removal tells of it: %+v", r)
		}
	}
	fixture.Table(t, []fixture.Row{
		{Name: "replaced", Request: put(15, `{"userName":"new@organization.com","name":{"givenName":"Ada"},"externalId":"x"}`), Status: 200,
			Has: []string{`"userName":"new@organization.com"`, `"name":{"givenName":"Ada"}`, `"externalId":"x"`, `"active":true`},
			Then: func(t *testing.T, s *fixture.System) {
				rows := s.Rows(t.Context(), t)
				if _, ok := table.Emails.In(rows, 1, model.AddressKey("member@organization.com")); ok {
					t.Error("the old address is still his")
				}
				if e, _ := table.Emails.In(rows, 1, model.AddressKey("new@organization.com")); e.UserID != 15 {
					t.Error("the new address isn't his")
				}
			}},
		{Name: "an address in another case", Request: put(15, `{"userName":"Member@organization.com"}`), Status: 200, Has: []string{`"userName":"Member@organization.com"`}},
		{Name: "an old address is free again", First: []fixture.Request{put(15, `{"userName":"new@organization.com"}`)}, Request: scim("POST", users, `{"userName":"member@organization.com"}`), Status: 201},
		{Name: "replaced by somebody else's address", Request: put(15, `{"userName":"lead@organization.com"}`), Status: 409, Body: refused(409, "uniqueness", taken)},
		{Name: "replaced by an inactive one", Request: put(15, `{"userName":"new@organization.com","active":false}`), Status: 200, Has: []string{`"active":false`}, Then: ended},
		{Name: "replaced by what he is", First: []fixture.Request{put(15, `{"userName":"a@b.c"}`)}, Request: put(15, `{"userName":"a@b.c"}`), Status: 200, Idle: true},
		{Name: "nobody to replace", Request: put(150, `{"userName":"a@b.c"}`), Status: 404, Body: refused(404, "", gone)},
		{Name: "somebody of another organisation", Request: put(90, `{"userName":"a@b.c"}`), Status: 404, Body: refused(404, "", gone)},

		{Name: "deactivated", Request: patch(15, off), Status: 200, Has: []string{`"active":false`}, Then: ended},
		{Name: "deactivated without a path", Request: patch(15, `{"op":"replace","value":{"id":"15","active":false,"groups":[]}}`), Status: 200, Then: ended},
		{Name: "a word with a letter that is no ASCII", Request: patch(15, `{"op":"replace","path":"active","value":"fal\u017fe"}`), Status: 400, Body: refused(400, "invalidValue", "active must be true or false")},
		{Name: "a userName with a filler that nobody sees", Request: put(15, `{"userName":"ada\u3164"}`), Status: 400, Body: refused(400, "invalidValue", "userName must be a text of 1 to 254 characters that can be seen, without white space")},
		{Name: "an externalId with one", Request: patch(15, `{"op":"replace","path":"externalId","value":"x\ufe0f"}`), Status: 400, Has: []string{`"scimType":"invalidValue"`}},
		{Name: "one value twice, in two cases", Request: patch(15, `{"op":"replace","path":"active","value":{"VALUE":true,"Value":false}}`), Status: 400, Body: refused(400, "invalidSyntax", "Invalid request: Operations[0].value.VALUE is given twice")},
		{Name: "one attribute twice, in two cases", Request: patch(15, `{"op":"replace","value":{"active":true,"ACTIVE":false}}`), Status: 400, Body: refused(400, "invalidSyntax", "Invalid request: Operations[0].value.active is given twice")},
		{Name: "one attribute twice, in two cases and deep", Request: patch(15, `{"op":"replace","path":"emails","value":[{"VALUE":"a@b.c","Value":"d@e.f"}]}`), Status: 400, Body: refused(400, "invalidSyntax", "Invalid request: Operations[0].value[0].VALUE is given twice")},
		{Name: "one attribute twice in a replacement", Request: put(15, `{"userName":"a@b.c","name":{"GivenName":"A","givenname":"B"}}`), Status: 400, Body: refused(400, "invalidSyntax", "Invalid request: name.GivenName is given twice")},
		{Name: "one attribute twice in a new user", Request: scim("POST", users, `{"userName":"a@b.c","emails":[{"VALUE":"a@b.c","Value":"d@e.f"}]}`), Status: 400, Body: refused(400, "invalidSyntax", "Invalid request: emails[0].VALUE is given twice")},
		{Name: "deactivated twice", First: []fixture.Request{patch(15, off)}, Request: patch(15, off), Status: 200, Idle: true},
		{Name: "reactivated", First: []fixture.Request{patch(15, off)}, Request: patch(15, on), Status: 200, Has: []string{`"active":true`}, Then: user(15, func(u model.User) bool { return u.IsActive && u.RemovalID == nil })},
		{Name: "an inactive one is edited", First: []fixture.Request{patch(15, off)}, Request: patch(15, `{"op":"add","path":"externalId","value":"x"}`), Status: 200, Has: []string{`"active":false`, `"externalId":"x"`}},
		{Name: "the last admin of a project", Request: patch(7, off), Status: 200, Has: []string{`"active":false`}},
		{Name: "himself", Request: patch(1, off), Status: 409, Body: refused(409, "", "Nobody ends their own account: another admin has to")},
		{Name: "a name of his own", Request: patch(1, `{"op":"replace","path":"name.givenName","value":"Ada"}`), Status: 200, Has: []string{`"givenName":"Ada"`}},
		{Name: "a global admin by another", Given: admin, Request: patch(21, off), Status: 403, Body: refused(403, "", ofAdmin)},
		{Name: "a global admin's name by an application admin", Given: admin, Request: by(staffKey, patch(21, `{"op":"replace","path":"name.givenName","value":"Ada"}`)), Status: 403, Body: refused(403, "", ofAdmin)},
		{Name: "a global admin by a service key", Given: admin, Request: by(serviceKey, put(21, `{"userName":"a@b.c"}`)), Status: 403, Body: refused(403, "", ofAdmin)},
		{Name: "a user by a service key", Given: admin, Request: by(serviceKey, patch(15, off)), Status: 200, Then: ended},

		{Name: "names by paths", Request: patch(15, `{"op":"add","path":"name.givenName","value":"Ada"},{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName","value":"L"}`), Status: 200, Then: named},
		{Name: "names at once", Request: patch(15, `{"op":"REPLACE","path":"NAME","value":{"givenName":"Ada","FamilyName":"L","formatted":"x"}}`), Status: 200, Then: named},
		{Name: "names without a path", Request: patch(15, `{"op":"add","value":{"name.givenName":"Ada","name":{"familyName":"L"},"title":"x","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"x"}}}`), Status: 200, Then: named},
		{Name: "one name leaves the other", First: []fixture.Request{patch(15, `{"op":"add","path":"name","value":{"givenName":"Ada","familyName":"K"}}`)}, Request: patch(15, `{"op":"replace","path":"name","value":{"familyName":"L"}}`), Status: 200, Then: named},
		{Name: "taken away", First: []fixture.Request{patch(15, `{"op":"add","path":"externalId","value":"x"}`)}, Request: patch(15, `{"op":"remove","path":"externalId"},{"op":"remove","path":"name"}`), Status: 200, Lacks: []string{"externalId", `"name"`}},
		{Name: "what isn't kept is ignored", Request: patch(15, `{"op":"add","path":"phoneNumbers[type eq \"work\"].value","value":"1"},{"op":"add","path":"displayName","value":"x"},{"op":"remove","path":"title"},{"op":"replace","path":"urn:x:y:department","value":1}`), Status: 200, Idle: true},
		{Name: "another address", Request: patch(15, `{"op":"replace","path":"userName","value":"new@organization.com"}`), Status: 200, Has: []string{`"value":"new@organization.com"`}},
		{Name: "somebody else's address", Request: patch(15, `{"op":"replace","path":"userName","value":"LEAD@organization.com"}`), Status: 409, Body: refused(409, "uniqueness", taken)},
		{Name: "active as Entra ID writes it", Request: patch(15, `{"op":"Replace","path":"active","value":"False"}`), Status: 200, Has: []string{`"active":false`}},
		{Name: "all or nothing", Request: patch(15, `{"op":"replace","path":"name.givenName","value":"Ada"},{"op":"replace","path":"active","value":"no"}`), Status: 400, Body: refused(400, "invalidValue", "active must be true or false")},
		{Name: "nobody", Request: patch(150, off), Status: 404, Body: refused(404, "", gone)},
		{Name: "by a member", Request: by(demo.ProjectMember, patch(15, on)), Status: 403, Body: refused(403, "", no)},

		{Name: "active can't be taken away", Request: patch(15, `{"op":"remove","path":"active"}`), Status: 400, Has: []string{`"scimType":"mutability"`}},
		{Name: "nor userName", Request: patch(15, `{"op":"replace","value":{"userName":null}}`), Status: 400, Has: []string{`"scimType":"mutability"`}},
		{Name: "an id can't be changed", Request: patch(15, `{"op":"replace","path":"id","value":"16"}`), Status: 400, Has: []string{`"scimType":"mutability"`}},
		{Name: "nothing to remove", Request: patch(15, `{"op":"remove"}`), Status: 400, Has: []string{`"scimType":"noTarget"`}},
		{Name: "no value", Request: patch(15, `{"op":"add","path":"externalId"}`), Status: 400, Has: []string{`"scimType":"invalidValue"`}},
		{Name: "a value that is no object", Request: patch(15, `{"op":"add","value":"x"}`), Status: 400, Has: []string{`"scimType":"invalidValue"`}},
		{Name: "a name that is no object", Request: patch(15, `{"op":"add","path":"name","value":"x"}`), Status: 400, Has: []string{`"scimType":"invalidValue"`}},
		{Name: "a name that is no text", Request: patch(15, `{"op":"add","path":"name.givenName","value":1}`), Status: 400, Has: []string{`"scimType":"invalidValue"`}},
		{Name: "a userName with white space", Request: patch(15, `{"op":"add","path":"userName","value":"a b"}`), Status: 400, Has: []string{`"scimType":"invalidValue"`}},
		{Name: "a path that is none", Request: patch(15, `{"op":"add","path":"name..x","value":1}`), Status: 400, Has: []string{`"scimType":"invalidPath"`}},
		{Name: "an unknown operation", Request: patch(15, `{"op":"move","path":"name"}`), Status: 400, Has: []string{`"scimType":"invalidValue"`}},
		{Name: "no operation", Request: patch(15, ``), Status: 400, Has: []string{`"scimType":"invalidValue"`}},

		{Name: "deleted", Request: scim("DELETE", users+"/15", ""), Status: 204, Body: "", Sends: map[string]string{"Content-Type": ""}, Then: user(15, func(u model.User) bool { return !u.IsActive && u.DeletedOn != nil && u.PendingOn != nil })},
		{Name: "an inactive one is deleted", First: []fixture.Request{patch(15, off)}, Request: scim("DELETE", users+"/15", ""), Status: 204},
		{Name: "deleted twice", First: []fixture.Request{scim("DELETE", users+"/15", "")}, Request: scim("DELETE", users+"/15", ""), Status: 404, Body: refused(404, "", gone)},
		{Name: "a global admin", Given: admin, Request: scim("DELETE", users+"/21", ""), Status: 403, Body: refused(403, "", ofAdmin)},
		{Name: "the last admin", Request: scim("DELETE", users+"/7", ""), Status: 204},
		{Name: "a deletion of somebody of another organisation", Request: scim("DELETE", users+"/90", ""), Status: 404, Body: refused(404, "", gone)},
	})
}

func TestSCIMDiscovery(t *testing.T) {
	get := func(path string) fixture.Request {
		return fixture.Request{Method: "GET", Path: "/scim/v2" + path, Key: demo.ProjectMember}
	}
	fixture.Table(t, []fixture.Row{
		{Name: "configuration", Request: get("/ServiceProviderConfig"), Status: 200, Has: []string{`"patch":{"supported":true}`, `"maxResults":200`}, Sends: map[string]string{"Content-Type": "application/scim+json"}},
		{Name: "types", Request: get("/ResourceTypes"), Status: 200, Has: []string{`"totalResults":2`, `"endpoint":"/Users"`, `"endpoint":"/Groups"`}},
		{Name: "a type", Request: get("/ResourceTypes/User"), Status: 200, Has: []string{`"id":"User"`}},
		{Name: "no type", Request: get("/ResourceTypes/Role"), Status: 404, Body: refused(404, "", gone)},
		{Name: "schemas", Request: get("/Schemas"), Status: 200, Has: []string{`"totalResults":5`, `"name":"ServiceProviderConfig"`}},
		{Name: "a schema", Request: get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"), Status: 200, Has: []string{`"name":"userName"`}},
		{Name: "a schema, its name escaped", Request: get("/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser"), Status: 200, Has: []string{`"name":"userName"`}},
		{Name: "no schema", Request: get("/Schemas/urn:x"), Status: 404, Body: refused(404, "", gone)},
		{Name: "nothing to delete", Request: fixture.Request{Method: "DELETE", Path: "/scim/v2/Schemas"}, Status: 405, Body: refused(405, "", "Method not allowed")},
		{Name: "nothing", Request: get("/Bulk"), Status: 404, Body: refused(404, "", "No such operation: GET /api/openapi.json tells which there are")},
		{Name: "without a key", Request: fixture.Request{Method: "GET", Path: "/scim/v2/Schemas"}, Status: 401, Body: refused(401, "", "Unauthorized")},
	})
}
