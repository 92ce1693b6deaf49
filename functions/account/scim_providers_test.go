package account_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
)

// Requests in the shapes that the four providers document, or are known to send.
func TestSCIMProviders(t *testing.T) {
	patch := func(operations string) fixture.Request {
		return scim("PATCH", users+"/15", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`)
	}
	create := func(body string) fixture.Request { return scim("POST", users, body) }
	put := func(body string) fixture.Request { return scim("PUT", users+"/15", body) }
	filter := func(text string) fixture.Request { return scim("GET", users+"?filter="+text, "") }
	mailed := func(want, login string) func(*testing.T, *fixture.System) {
		return user(15, func(u model.User) bool { return u.Email == want && u.Login() == login })
	}
	off := user(15, func(u model.User) bool { return !u.IsActive })
	const old, fresh = "member@organization.com", "new@organization.com"
	known := []fixture.Request{create(`{"userName":"ada","externalId":"e-1","emails":[{"primary":true,"type":"work","value":"ada@example.com"}]}`)}
	refuses := func(name, kind, operation string) fixture.Row {
		return fixture.Row{Name: name, Request: patch(operation), Status: 400, Has: []string{`"scimType":"` + kind + `"`}}
	}
	becomes := func(name, operation, email, login string) fixture.Row {
		return fixture.Row{Name: name, Request: patch(operation), Status: 200, Then: mailed(email, login)}
	}
	fixture.Table(t, []fixture.Row{
		{Name: "Entra ID creates with booleans as text and an extension", Request: create(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"ada","userName":"ada@corp.example","active":"True","displayName":"Ada L","emails":[{"primary":"True","type":"work","value":"ada@example.com"}],"meta":{"resourceType":"User"},"name":{"formatted":"Ada L","familyName":"L","givenName":"Ada"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"x"}}`), Status: 201,
			Has: []string{`"userName":"ada@corp.example"`, `"active":true`, `"value":"ada@example.com"`}},
		{Name: "Entra ID disables", Request: patch(`{"op":"Replace","path":"active","value":"False"}`), Status: 200, Then: off},
		{Name: "Entra ID disables with a wrapped value", Request: patch(`{"op":"Replace","path":"active","value":[{"$ref":null,"value":"False"}]}`), Status: 200, Then: off},
		becomes("Entra ID adds an address for work", `{"op":"Add","path":"emails[type eq \"work\"].value","value":"`+fresh+`"}`, fresh, old),
		becomes("with names as paths in one value", `{"op":"replace","value":{"emails[type eq \"work\"].value":"`+fresh+`","displayName":"x","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"x"}}`, fresh, old),
		becomes("name and address change together", `{"op":"Replace","path":"userName","value":"`+fresh+`"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"`+fresh+`"}`, fresh, fresh),
		becomes("and in the other order", `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"`+fresh+`"},{"op":"Replace","path":"userName","value":"`+fresh+`"}`, fresh, fresh),
		becomes("emails as a list", `{"op":"replace","path":"emails","value":[{"value":"home@example.com","type":"home"},{"value":"`+fresh+`","type":"work","primary":true}]}`, fresh, old),
		becomes("emails as an object", `{"op":"replace","path":"emails","value":{"value":"`+fresh+`"}}`, fresh, old),
		becomes("emails as a text", `{"op":"add","path":"EMAILS.value","value":"`+fresh+`"}`, fresh, old),
		becomes("emails by what is primary", `{"op":"replace","path":"emails[primary eq true].value","value":["`+fresh+`"]}`, fresh, old),
		becomes("emails by type and primary", `{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"work\" and primary eq \"True\"].value","value":"`+fresh+`"}`, fresh, old),
		becomes("emails by the old value", `{"op":"replace","path":"emails[value eq \"Member@organization.com\"].value","value":"`+fresh+`"}`, fresh, old),
		becomes("a name that is no address leaves it", `{"op":"replace","path":"userName","value":"ada"}`, old, "ada"),
		becomes("what is so already", `{"op":"replace","path":"emails[type eq \"work\"].primary","value":"True"},{"op":"add","path":"emails[type eq \"work\"].type","value":"work"},{"op":"add","path":"emails[type eq \"work\"].display","value":"x"}`, old, old),
		refuses("a second address", "noTarget", `{"op":"add","path":"emails[type eq \"home\"].value","value":"`+fresh+`"}`),
		refuses("a second address in a list", "noTarget", `{"op":"add","path":"emails","value":[{"type":"home","value":"`+fresh+`"}]}`),
		refuses("an address that isn't the user's", "noTarget", `{"op":"replace","path":"emails[value eq \"x@y.example\"].value","value":"`+fresh+`"}`),
		refuses("an address by its number", "invalidPath", `{"op":"replace","path":"emails[0].value","value":"`+fresh+`"}`),
		refuses("an address that is none", "invalidValue", `{"op":"replace","path":"emails","value":[{"value":"x"}]}`),
		refuses("an address that isn't primary", "mutability", `{"op":"replace","path":"emails[type eq \"work\"].primary","value":false}`),

		{Name: "Okta creates", Request: create(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","name":{"givenName":"Ada","familyName":"L"},"emails":[{"primary":true,"value":"ada@example.com","type":"work"}],"displayName":"Ada L","locale":"en-US","externalId":"00u1","groups":[],"password":"1mz050nq","active":true}`), Status: 201, Lacks: []string{"password", "1mz050nq"}},
		{Name: "Okta deactivates", Request: patch(`{"op":"replace","value":{"active":false}}`), Status: 200, Then: off},
		{Name: "Okta replaces all", Request: put(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"15","userName":"` + old + `","name":{"givenName":"Another","middleName":"E","familyName":"User"},"emails":[{"primary":true,"value":"` + fresh + `","type":"work","display":"x"}],"active":true,"groups":[],"meta":{"resourceType":"User"}}`), Status: 200, Then: mailed(fresh, old)},
		{Name: "OneLogin leaves attributes null", Request: put(`{"userName":"` + old + `","externalId":null,"name":{"givenName":null,"familyName":"L"},"emails":null,"active":null}`), Status: 200, Then: mailed(old, old)},
		{Name: "JumpCloud sends a name and an address", Request: put(`{"userName":"ada","active":"true","emails":{"type":"work","value":"` + fresh + `","primary":"true"},"name":{"givenName":["Ada"]}}`), Status: 200, Then: mailed(fresh, "ada")},
		{Name: "a replacement without emails leaves an address of its own", First: []fixture.Request{put(`{"userName":"ada","emails":[{"value":"` + fresh + `"}]}`)}, Request: put(`{"userName":"ada2"}`), Status: 200, Then: mailed(fresh, "ada2")},

		{Name: "a userName is one user's", First: known, Request: put(`{"userName":"ADA","emails":["` + fresh + `"]}`), Status: 409, Body: refused(409, "uniqueness", taken)},
		{Name: "an externalId is", First: known, Request: patch(`{"op":"add","path":"externalId","value":"e-1"}`), Status: 409, Body: refused(409, "uniqueness", "Another user has this externalId: change theirs first, or choose another")},
		{Name: "another's address is no userName", Request: put(`{"userName":"lead@organization.com","emails":["` + fresh + `"]}`), Status: 409, Body: refused(409, "uniqueness", taken)},
		{Name: "found by externalId", First: known, Request: filter(`externalId+eq+"e-1"`), Status: 200, Has: []string{`"totalResults":1`, `"userName":"ada"`}},
		{Name: "an externalId in another case is another", First: known, Request: filter(`externalId+eq+"E-1"`), Status: 200, Has: []string{`"totalResults":0`}},
		{Name: "found by a userName that is no address", First: known, Request: filter(`userName+Eq+"ADA"`), Status: 200, Has: []string{`"totalResults":1`}},
		{Name: "an address that isn't the userName doesn't find by userName", First: known, Request: filter(`userName+eq+"ada@example.com"`), Status: 200, Has: []string{`"totalResults":0`}},
		{Name: "found by address", First: known, Request: filter(`emails[type+eq+"work"].value+EQ+"Ada@example.com"`), Status: 200, Has: []string{`"totalResults":1`}},
		{Name: "not by that of another type", First: known, Request: filter(`emails[type+eq+"home"].value+eq+"ada@example.com"`), Status: 200, Has: []string{`"totalResults":0`}},
		{Name: "found by id and address", First: known, Request: filter(`id+eq+"1001"+and+emails.value+eq+"ada@example.com"`), Status: 200, Has: []string{`"totalResults":1`}},
		{Name: "one of two conditions isn't enough", First: known, Request: filter(`id+eq+"15"+and+emails.value+eq+"ada@example.com"`), Status: 200, Has: []string{`"totalResults":0`}},
		{Name: "by what is no address", Request: filter(`emails.value+eq+"x"`), Status: 400, Has: []string{`"scimType":"invalidFilter"`}},
	})
}

// From hiring to leaving and back, as a provider goes through it.
func TestSCIMStory(t *testing.T) {
	const body = `{"userName":"ada","externalId":"e-1","active":true,"emails":[{"value":"ada@example.com","type":"work","primary":true}]}`
	active := func(to string) fixture.Request {
		return scim("PATCH", users+"/1001", `{"Operations":[{"op":"Replace","path":"active","value":"`+to+`"}]}`)
	}
	fixture.Table(t, []fixture.Row{
		{Name: "who was deleted is provisioned again at once", First: []fixture.Request{scim("POST", users, body), active("False"), active("True"), scim("DELETE", users+"/1001", "")},
			Request: scim("POST", users, body), Status: 201, Has: []string{`"id":"1002"`, `"userName":"ada"`, `"externalId":"e-1"`}},
		{Name: "an undo gives the names back", First: []fixture.Request{scim("POST", users, body), scim("DELETE", users+"/1001", ""), {Method: "POST", Path: "/api/removal/1001/undo", Key: demo.GlobalAdmin}},
			Request: scim("GET", users+"?filter=externalId+eq+\"e-1\"", ""), Status: 200, Has: []string{`"totalResults":1`, `"id":"1001"`}},
		{Name: "unless they are somebody else's by now", First: []fixture.Request{scim("POST", users, body), scim("DELETE", users+"/1001", ""), scim("POST", users, body)},
			Request: fixture.Request{Method: "POST", Path: "/api/removal/1001/undo", Key: demo.GlobalAdmin}, Status: 409, Code: "duplicate"},
	})
}

// Whoever goes on by startIndex plus itemsPerPage meets everybody who stays once.
func TestSCIMPagesSurviveDeletions(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.People(20, 45))
	seen := map[string]int{}
	for start, total := 1, 1; start <= total; {
		got := s.Do(t.Context(), scim("GET", fmt.Sprintf("%s?startIndex=%d&count=4", users, start), ""))
		var page struct {
			TotalResults, ItemsPerPage int
			Resources                  []struct{ ID string }
		}
		if err := json.Unmarshal([]byte(got.Body), &page); err != nil || page.ItemsPerPage != len(page.Resources) {
			t.Fatalf("%v %s", err, got.Body)
		}
		for _, u := range page.Resources {
			seen[u.ID]++
		}
		if start <= 20 { // two whom the pages have shown, and one to come
			for _, id := range []string{page.Resources[0].ID, page.Resources[3].ID, fmt.Sprint(46 - (start+3)/4)} {
				if id != "1" && id != "7" {
					s.Do(t.Context(), scim("DELETE", users+"/"+id, ""))
				}
			}
		}
		start, total = start+page.ItemsPerPage, page.TotalResults
	}
	for id, n := range seen {
		if n > 1 {
			t.Errorf("user %s is named %d times", id, n)
		}
	}
	for id := 20; id <= 40; id++ {
		if seen[fmt.Sprint(id)] == 0 {
			t.Errorf("user %d is missed", id)
		}
	}
}

// What a form refuses in a name or an address, every verb of SCIM does: characters
// that nobody sees, or that turn around what follows.
func TestSCIMNamesHoldNothingUnseen(t *testing.T) {
	var rows []fixture.Row
	for what, hidden := range map[string]string{"control": `\u0007`, "bidirectional": `\u202e`, "invisible": `\u200b`, "private": `\ue000`} {
		refused := func(name string, r fixture.Request) {
			rows = append(rows, fixture.Row{Name: what + ": " + name, Request: r, Status: 400, Has: []string{`"scimType":"invalidValue"`}})
		}
		for attribute, value := range map[string]string{
			"userName": `"a` + hidden + `b"`, "externalId": `"a` + hidden + `b"`, "name": `{"givenName":"a` + hidden + `b"}`, "NAME": `{"familyName":"a` + hidden + `b"}`, "emails": `[{"value":"a` + hidden + `b@example.com"}]`,
		} {
			body := `"` + attribute + `":` + value
			if attribute != "userName" {
				body += `,"userName":"ada"`
			}
			refused("POST "+attribute, scim("POST", users, `{`+body+`}`))
			refused("PUT "+attribute, scim("PUT", users+"/15", `{`+body+`}`))
			refused("PATCH "+attribute, scim("PATCH", users+"/15", `{"Operations":[{"op":"replace","path":"`+attribute+`","value":`+value+`}]}`))
			refused("PATCH without a path, "+attribute, scim("PATCH", users+"/15", `{"Operations":[{"op":"add","value":{"`+attribute+`":`+value+`}}]}`))
		}
	}
	fixture.Table(t, rows)
}
