package agent_test

import (
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

const reviewsPath = "/api/agent/21/review"

// ref is a user as his reviews name him.
const (
	ref1     = `{"id":1,"email":"admin@organization.com","first_name":"Global","last_name":"Admin"}`
	ref15    = `{"id":15,"email":"member@organization.com","first_name":"Project","last_name":"Member"}`
	nobody15 = `{"id":15,"email":"","first_name":"Removed","last_name":"user"}`
)

// review31 is the review of agent 21 that user 15 wrote.
const review31 = `{"id":31,"agent":21,"user":` + ref15 + `,"review":"Saves me an hour a day.","rating":4,"is_deleted":false,
	"created_by":"member@organization.com","created_on":"2024-02-01T10:00:00.000000Z","modified_by":"","modified_on":"2024-02-01T10:00:00.000000Z"}`

func TestReviews(t *testing.T) {
	review := func(key, body string) fixture.Request { return post(key, reviewsPath, body) }
	second := `{"id":1001,"agent":21,"user":` + ref1 + `,"review":"Fine.","rating":1,"is_deleted":false,"created_by":"admin@organization.com","created_on":"` + at(2) + `","modified_by":"","modified_on":"` + at(2) + `"}`
	made := review(demo.GlobalAdmin, `{"review":"Fine.","rating":1,"created_by":"me"}`)
	leaves := drop(demo.ProjectAdmin, "/api/project/151/user/15")
	fixture.Table(t, []fixture.Row{
		{
			Name: "whoever sees the agent reviews it", Request: made, Status: 201, Body: `{"success":true,"message":"Agent review created successfully.","data":` + second + `}`, Sends: map[string]string{"Etag": `"1"`},
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "create-a-review-for-an-agent" || a.Resource != "agent:21/review:1001" || strings.Contains(a.Resource, "Fine") {
					t.Errorf("audit row %+v", a)
				}
				then(sees(demo.ProjectMember, "/api/agent/21", `"average_rating":2.5`), sees(demo.ProjectMember, "/api/agent", `"average_rating":2.5`))(t, s)
			},
		},
		{
			Name: "newest first, with what they come to", First: after(made), Request: get(demo.ProjectMember, reviewsPath+"/"), Status: 200,
			Body: `{"success":true,"message":"Agent reviews found successfully.","data":` + list(second, review31) + `,"meta":{"average_rating":2.5,"count":2}}`,
		},
		{
			Name: "one without a rating counts, and not in the average", First: after(review(demo.GlobalAdmin, `{"review":"Fine."}`)), Request: get(demo.ProjectMember, reviewsPath), Status: 200,
			Has: []string{`"rating":null`}, Meta: `{"average_rating":4,"count":2}`,
		},
		{Name: "none at all", Request: get(demo.ProjectMember, "/api/agent/22/review"), Status: 200, Data: `[]`, Meta: `{"average_rating":null,"count":0}`},
		{Name: "one at a time", First: after(made), Request: get(demo.ProjectMember, reviewsPath+"?limit=1"), Status: 200, Data: list(second), Has: []string{`"count":2`, `"next_cursor":`}},
		{
			Name: "the next one", First: after(made, get(demo.ProjectMember, reviewsPath+"?limit=1")), Request: get(demo.ProjectMember, reviewsPath+"?limit=1&cursor="+fixture.Cursor), Status: 200,
			Data: list(review31), Meta: `{"average_rating":2.5,"count":2}`,
		},
		{
			Name: "another agent's cursor", First: after(made, get(demo.ProjectMember, reviewsPath+"?limit=1")), Request: get(demo.ProjectMember, "/api/agent/22/review?cursor="+fixture.Cursor),
			Status: 400, Code: "invalid", Fields: map[string]string{"query.cursor": "is not a cursor of this list"},
		},
		{Name: "a repeated request makes one", First: after(keyed(made)), Request: keyed(made), Status: 201, Again: true, Idle: true},
		{Name: "a second review", Request: review(demo.ProjectMember, `{"review":"Again."}`), Status: 409, Code: "duplicate"},
		{Name: "not of another agent", Request: post(demo.ProjectMember, "/api/agent/22/review", `{"review":"Again."}`), Status: 201},
		{Name: "after the first was deleted it is none", First: after(drop(demo.ProjectMember, reviewsPath+"/31")), Request: review(demo.ProjectMember, `{"review":"Again."}`), Status: 201},
		{Name: "the owner doesn't review his own", Request: review(demo.ProjectAdmin, `{"review":"Great."}`), Status: 403, Code: "forbidden"},
		{
			Name: "when it isn't his any more he does, and the new owner doesn't", Tried: true, First: after(handOver(demo.ProjectAdmin, "1"), made),
			Request: review(demo.ProjectAdmin, `{"review":"Great."}`), Status: 201,
			Then: then(answers(403, made)),
		},
		{Name: "who has but the permission of an owner does", Given: on("owner"), Request: review(key(20), `{"review":"Great."}`), Status: 201},
		{Name: "a service key reviews nothing", Given: fixture.Key("test", 0), Request: review("test.secret", `{"review":"R"}`), Status: 403, Code: "forbidden"},
		{Name: "nor a stranger", Given: people(20, 20), Request: review(key(20), `{"review":"R"}`), Status: 404, Code: "not_found", Then: then(knowsNot(key(20), reviewsPath), knowsNot(demo.OtherOrganization, reviewsPath))},
		{
			Name: "all that is wrong at once", Request: review(demo.GlobalAdmin, `{"review":" ","rating":6,"user":7}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.review": "", "body.rating": "must be at most 5", "body.user": "is unknown"},
			Then:   then(answers(400, review(demo.GlobalAdmin, `{"review":"`+strings.Repeat("r", 4001)+`","rating":0}`), "body.review", "body.rating")),
		},

		{
			Name: "who was taken out of the project is named to who manages the agent", First: after(leaves), Request: get(demo.ProjectAdmin, reviewsPath), Status: 200,
			Has:  []string{`"user":` + ref15},
			Then: then(sees(demo.GlobalAdmin, reviewsPath, `"user":`+ref15)),
		},
		{Name: "and to others no more", Given: on("editor"), First: after(leaves), Request: get(key(20), reviewsPath), Status: 200, Has: []string{`"id":31,"agent":21,"user":` + nobody15, `"count":1`}, Lacks: []string{"Member"}},
		{Name: "though to himself, whom the team still lets in", First: after(leaves), Request: get(demo.ProjectMember, reviewsPath), Status: 200, Data: list(review31)},
		{
			Name: "until he is back", Given: on("editor"), First: after(leaves, post(demo.ProjectAdmin, "/api/project/151/user", `{"user_ids":[15]}`)), Request: get(key(20), reviewsPath),
			Status: 200, Has: []string{`"user":` + ref15},
		},
		{
			Name: "who was deleted is named to nobody", First: after(drop(demo.GlobalAdmin, "/api/user/15")), Request: get(demo.ProjectAdmin, reviewsPath), Status: 200,
			Has:  []string{`"user":` + nobody15, `"review":"Saves me an hour a day."`, `"average_rating":4`},
			Then: then(sees(demo.GlobalAdmin, reviewsPath, `"user":`+nobody15)),
		},
	})
}

func TestEditReview(t *testing.T) {
	edit := func(key, body string) fixture.Request { return put(key, reviewsPath+"/31", body) }
	as := func(text, rating string) string {
		return but(review31, "Saves me an hour a day.", text, `"rating":4`, `"rating":`+rating, `"modified_by":"","modified_on":"2024-02-01T10:00:00.000000Z"`, `"modified_by":"member@organization.com","modified_on":"`+at(2)+`"`)
	}
	counts := func(average string) func(*testing.T, *fixture.System) {
		return then(sees(demo.ProjectAdmin, reviewsPath, `"meta":{"average_rating":`+average+`,"count":1}`))
	}
	fixture.Table(t, []fixture.Row{
		{
			Name: "its author changes both", Request: edit(demo.ProjectMember, `{"review":"Less so.","rating":2,"modified_by":"me"}`), Status: 200, Sends: map[string]string{"Etag": `"2"`},
			Body: `{"success":true,"message":"Agent review updated successfully.","data":` + as("Less so.", "2") + `}`,
			Then: counts("2"),
		},
		{Name: "or the rating alone", Request: edit(demo.ProjectMember, `{"rating":5}`), Status: 200, Data: as("Saves me an hour a day.", "5"), Then: counts("5")},
		{Name: "or the text alone", Request: edit(demo.ProjectMember, `{"review":"So so."}`), Status: 200, Data: as("So so.", "4"), Then: counts("4")},
		{Name: "neither", Request: edit(demo.ProjectMember, `{}`), Status: 400, Code: "invalid", Fields: map[string]string{"body": "needs review or rating"}},
		{Name: "what is so already", Request: edit(demo.ProjectMember, `{"rating":4}`), Status: 200, Data: review31, Sends: map[string]string{"Etag": `"1"`}, Idle: true},
		{Name: "what it can't be", Request: edit(demo.ProjectMember, `{"review":"","rating":0}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.review": "", "body.rating": "must be at least 1"}},
		{Name: "of this version", Request: ifMatch(edit(demo.ProjectMember, `{"rating":1}`), `"1"`), Status: 200},
		{Name: "of another version", First: after(edit(demo.ProjectMember, `{"rating":1}`)), Request: ifMatch(edit(demo.ProjectMember, `{"rating":2}`), `"1"`), Status: 412, Code: "version_mismatch"},
		{Name: "of whatever version", First: after(edit(demo.ProjectMember, `{"rating":1}`)), Request: ifMatch(edit(demo.ProjectMember, `{"rating":2}`), `*`), Status: 200},
		{Name: "nor its author once he owns the agent", Tried: true, First: after(handOver(demo.ProjectAdmin, "15")), Request: edit(demo.ProjectMember, `{"rating":5}`), Status: 403, Code: "forbidden"},
		{Name: "though he may take it back", First: after(handOver(demo.ProjectAdmin, "15")), Request: drop(demo.ProjectMember, reviewsPath+"/31"), Status: 200},
		{
			Name: "nobody else rewrites it, not the agent's owner nor a global admin", Request: edit(demo.GlobalAdmin, `{"rating":1}`), Status: 403, Code: "forbidden",
			Then: then(answers(403, edit(demo.ProjectAdmin, `{"rating":1}`)), answers(403, ifMatch(edit(demo.ProjectAdmin, `{"rating":1}`), `"9"`))),
		},
		{
			Name: "who doesn't see the agent any more doesn't change what he wrote", Given: fixture.LeavesTeam(7, 15), First: after(drop(demo.ProjectAdmin, "/api/project/151/user/15")),
			Request: edit(demo.ProjectMember, `{"rating":1}`), Status: 404, Code: "not_found",
		},
		{Name: "one that there isn't", Request: put(demo.ProjectMember, reviewsPath+"/32", `{"rating":1}`), Status: 404, Code: "not_found"},
		{Name: "on another agent", Request: put(demo.ProjectMember, "/api/agent/22/review/31", `{"rating":1}`), Status: 404, Code: "not_found"},
		{
			Name: "another organisation's", Request: put(demo.GlobalAdmin, "/api/agent/29/review/39", `{"rating":1}`), Status: 404, Code: "not_found",
			Then: then(answers(404, put(demo.GlobalAdmin, reviewsPath+"/39", `{"rating":1}`))),
		},
	})
}

func TestDeleteReview(t *testing.T) {
	remove := func(key string) fixture.Request { return drop(key, reviewsPath+"/31") }
	gone := but(review31, `"is_deleted":false`, `"is_deleted":true`)
	none := then(sees(demo.ProjectAdmin, reviewsPath, `"data":[]`, `"meta":{"average_rating":null,"count":0}`))
	fixture.Table(t, []fixture.Row{
		{Name: "its author deletes it", Request: remove(demo.ProjectMember), Status: 200, Body: `{"success":true,"message":"Agent review deleted successfully.","data":[` + gone + `]}`, Then: none},
		{Name: "the agent's owner does", Request: remove(demo.ProjectAdmin), Status: 200, Data: `[` + gone + `]`, Then: func(t *testing.T, s *fixture.System) {
			if a := audit(t, s); a.Action != "delete-an-agent-review" || a.Resource != "agent:21/review:31" || a.Before["author"] == nil {
				t.Errorf("audit row %+v", a)
			}
			none(t, s)
		}},
		{Name: "a global admin does", Request: remove(demo.GlobalAdmin), Status: 200, Data: `[` + gone + `]`, Then: none},
		{Name: "a bound key as its project's admin does", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: remove("test.secret"), Status: 200, Data: `[` + gone + `]`},
		{Name: "that of a user who was deleted", First: after(drop(demo.GlobalAdmin, "/api/user/15")), Request: remove(demo.ProjectAdmin), Status: 200, Has: []string{`"user":` + nobody15}, Then: none},
		{Name: "an editor doesn't", Given: on("editor"), Request: remove(key(20)), Status: 403, Code: "forbidden"},
		{Name: "of another version", Request: ifMatch(remove(demo.ProjectMember), `"2"`), Status: 412, Code: "version_mismatch"},
		{Name: "twice", First: after(remove(demo.ProjectMember)), Request: remove(demo.ProjectMember), Status: 404, Code: "not_found"},
		{Name: "twice with one Idempotency-Key", First: after(keyed(remove(demo.ProjectMember))), Request: keyed(remove(demo.ProjectMember)), Status: 200, Again: true, Idle: true},
		{Name: "whoever doesn't see the agent", Given: people(20, 20), Request: remove(key(20)), Status: 404, Code: "not_found", Then: then(answers(404, remove(demo.OtherOrganization)))},
		{Name: "its author who was given another rank", Given: fixture.Change(table.Users, func(u *model.User) { u.IsStaff = true }, 15), Request: remove(demo.ProjectMember), Status: 200},
	})
}
