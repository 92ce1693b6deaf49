package agent_test

import (
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
)

func TestRatings(t *testing.T) {
	const path = "/api/agent/21/rating"
	vote := func(key, vote string) fixture.Request { return put(key, path, `{"vote":"`+vote+`"}`) }
	rated := func(likes, dislikes, mine string) string {
		return `{"agent":21,"like_count":` + likes + `,"dislike_count":` + dislikes + `,"my_vote":` + mine + `}`
	}
	up, down := vote(demo.ProjectAdmin, "up"), vote(demo.ProjectAdmin, "down")
	fixture.Table(t, []fixture.Row{
		{
			Name: "how it is liked, and by the caller", Request: get(demo.ProjectMember, path+"/"), Status: 200, Sends: map[string]string{"Etag": `"1"`},
			Body: `{"success":true,"message":"Agent ratings found successfully.","data":` + rated("1", "0", `"up"`) + `}`,
			Then: then(sees(demo.ProjectAdmin, path, rated("1", "0", "null"))),
		},
		{
			Name: "a vote counts", Request: up, Status: 200, Body: `{"success":true,"message":"Successfully upvoted the agent","data":` + rated("2", "0", `"up"`) + `}`, Sends: map[string]string{"Etag": `"1"`},
			Then: then(sees(demo.ProjectMember, path, rated("2", "0", `"up"`)), sees(demo.ProjectMember, "/api/agent/21", `"like_count":2,"dislike_count":0`), sees(demo.ProjectMember, "/api/agent", `"like_count":2,`)),
		},
		{Name: "against it, too", Request: down, Status: 200, Says: "Successfully downvoted the agent", Data: rated("1", "1", `"down"`)},
		{Name: "the other vote takes the place of the first", First: after(up), Request: down, Status: 200, Data: rated("1", "1", `"down"`), Sends: map[string]string{"Etag": `"2"`}},
		{
			Name: "the same again clears it", First: after(up), Request: up, Status: 200,
			Body: `{"success":true,"message":"Successfully cleared the vote on the agent","data":` + rated("1", "0", "null") + `}`,
			Then: then(sees(demo.ProjectAdmin, path, rated("1", "0", "null"))),
		},
		{Name: "and a third time votes anew", First: after(down, down), Request: down, Status: 200, Data: rated("1", "1", `"down"`)},
		{Name: "or it is cleared by name", First: after(down), Request: vote(demo.ProjectAdmin, "clear"), Status: 200, Says: "Successfully cleared the vote on the agent", Data: rated("1", "0", "null")},
		{Name: "where there is nothing to clear", Request: vote(demo.ProjectAdmin, "clear"), Status: 200, Says: "Successfully cleared the vote on the agent", Data: rated("1", "0", "null"), Idle: true},
		{Name: "an earlier one goes as well", Request: vote(demo.ProjectMember, "up"), Status: 200, Data: rated("0", "0", "null")},
		{Name: "sent twice for no vote it counts once", First: after(ifMatch(up, `"0"`)), Request: ifMatch(up, `"0"`), Status: 412, Code: "version_mismatch"},
		{Name: "nor is a vote that came back the one before", First: after(up, up), Request: ifMatch(up, `"1"`), Status: 412, Code: "version_mismatch"},
		{Name: "for the vote there is, or any", First: after(ifMatch(up, `*`)), Request: ifMatch(up, `"1"`), Status: 200, Data: rated("1", "0", "null")},
		{
			Name: "what is no vote", Request: put(demo.ProjectAdmin, path, `{"vote":"sideways","agent":21}`), Status: 400, Code: "invalid",
			Fields: map[string]string{"body.vote": "must be one of up, down, clear", "body.agent": "is unknown"},
		},
		{Name: "no vote at all", Request: put(demo.ProjectAdmin, path, `{}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.vote": "is required"}},
		{
			Name: "a service key has none", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: vote("test.secret", "up"), Status: 403, Code: "forbidden",
			Then: then(sees("test.secret", path, rated("1", "0", "null"))),
		},
		{Name: "nor has a stranger", Given: people(20, 20), Request: vote(key(20), "up"), Status: 404, Code: "not_found", Then: then(knowsNot(key(20), path), knowsNot(demo.OtherOrganization, path))},
	})
}
