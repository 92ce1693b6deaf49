package project_test

import (
	"net/http"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
)

// Every line of "Bad bodies".
func TestBodies(t *testing.T) {
	deep := func(n int) string {
		return `{"user_ids":[15],"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	typed := func(contentType string) fixture.Request {
		return with(add(demo.ProjectAdmin, `{"user_ids":[15]}`), "Content-Type", contentType)
	}
	row := func(name, body, field, says string) fixture.Row {
		r := fixture.Row{Name: name, Request: add(demo.ProjectAdmin, body), Status: 400, Code: "invalid", Fields: map[string]string{field: says}}
		if says != "" {
			r.Says = "Invalid request: " + field + " " + says
		}
		return r
	}
	fixture.Table(t, []fixture.Row{
		row("an unknown field", `{"user_ids":[15],"users":[16]}`, "body.users", "is unknown"),
		row("a duplicate key", `{"user_ids":[15],"user_ids":[16]}`, "body.user_ids", "is given twice"),
		row("a duplicate key, deep in what is unknown", `{"user_ids":[15],"x":{"y":[{"z":1,"z":2}]}}`, "body.x.y[0].z", "is given twice"),
		row("a duplicate key, spelled with an escape", `{"user_ids":[15],"user_id\u0073":[16]}`, "body.user_ids", "is given twice"),
		row("smuggled case", `{"user_ids":[15],"USER_IDS":[16]}`, "body.USER_IDS", "is unknown"),
		row("smuggled case, with a long s", `{"user_ids":[15],"uſer_ids":[16]}`, "body.uſer_ids", "is unknown"),
		row("invalid UTF-8", "{\"user_ids\":[15],\"role\":\"\xff\"}", "body.role", "is not valid UTF-8"),
		row("invalid UTF-8 in a key", "{\"user_ids\":[15],\"\xff\":1}", "body", "is not valid UTF-8"),
		row("a lone surrogate", `{"user_ids":[15],"role":"\ud800"}`, "body.role", "holds a lone surrogate"),
		row("a lone low surrogate", `{"user_ids":[15],"created_by":"\udc00"}`, "body.created_by", "holds a lone surrogate"),
		row("NUL", `{"user_ids":[15],"role":"\u0000"}`, "body.role", "must not hold NUL"),
		row("null for a list", `{"user_ids":null}`, "body.user_ids", "must not be null"),
		row("null in a list", `{"user_ids":[15,null]}`, "body.user_ids[1]", "must not be null"),
		row("null for a text", `{"user_ids":[15],"role":null}`, "body.role", "must not be null"),
		row("null for a time", `{"user_ids":[15],"expires_on":null}`, "body.expires_on", "must not be null"),
		row("null for the body", `null`, "body", "must not be null"),
		row("a number for a list", `{"user_ids":15}`, "body.user_ids", "must be a list"),
		row("text for an id", `{"user_ids":["15"]}`, "body.user_ids[0]", "must be an integer"),
		row("a fraction for an id", `{"user_ids":[15.5]}`, "body.user_ids[0]", "must be an integer"),
		row("a tiny fraction for an id", `{"user_ids":[15.00000000000000000001]}`, "body.user_ids[0]", "must be an integer"),
		row("0 for an id", `{"user_ids":[0]}`, "body.user_ids[0]", "must be at least 1"),
		row("a negative id", `{"user_ids":[15,-1]}`, "body.user_ids[1]", "must be at least 1"),
		row("2^53 for an id", `{"user_ids":[9007199254740992]}`, "body.user_ids[0]", "must be at most 9007199254740991"),
		row("a very large id", `{"user_ids":[1`+strings.Repeat("0", 400)+`]}`, "body.user_ids[0]", "must be at most 9007199254740991"),
		row("a number for a text", `{"user_ids":[15],"role":1}`, "body.role", "must be a string"),
		row("a word that is none of them", `{"user_ids":[15],"role":"owner"}`, "body.role", "must be one of member, admin"),
		row("another case of such a word", `{"user_ids":[15],"role":"Admin"}`, "body.role", "must be one of member, admin"),
		row("a number for created_by", `{"user_ids":[15],"created_by":1}`, "body.created_by", "must be a string"),
		row("without what it needs", `{}`, "body.user_ids", "is required"),
		row("without a body", ``, "body", "is required"),
		row("a blank body", " \n", "body", "is required"),
		row("a list for the body", `[15]`, "body", "must be an object"),
		row("no JSON", `{"user_ids":[15`, "body", ""),
		row("more after the JSON", `{"user_ids":[15]} {}`, "body", ""),
		{Name: "a byte order mark is forgiven", Request: add(demo.ProjectAdmin, "\ufeff{\"user_ids\":[15]}"), Status: 200},
		row("a comma too many", `{"user_ids":[15,]}`, "body", ""),
		row("a leading zero", `{"user_ids":[015]}`, "body", ""),
		row("a tab in a text", "{\"user_ids\":[15],\"role\":\"a\tb\"}", "body", ""),
		row("100 deep", deep(100), "body", "is nested too deeply"),
		row("100,000 deep", deep(100_000), "body", "is nested too deeply"),
		{Name: "all that is wrong at once", Request: add(demo.ProjectAdmin, `{"user_ids":[0],"role":1,"x":2}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.user_ids[0]": "", "body.role": "", "body.x": ""}},
		{Name: "rejected values aren't repeated", Request: add(demo.ProjectAdmin, `{"user_ids":["secret1"],"role":"secret2"}`), Status: 400, Code: "invalid", Lacks: []string{"secret"}},
		{Name: "blank required text", Request: create(demo.ProjectAdmin, `{"project_name":" \u00a0\t"}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.project_name": "must not be blank"}},
		{Name: "null where the row has it not", Request: create(demo.ProjectAdmin, `{"project_name":"New","team_id":null}`), Status: 400, Code: "invalid", Fields: map[string]string{"body.team_id": "must not be null"}},
		{Name: "15.0 is 15, as JSON Schema has it", Request: add(demo.ProjectAdmin, `{"user_ids":[15.0]}`), Status: 200, Data: `[{"id":147,"user":` + fixture.User15 + `}]`},
		{Name: "null for created_by", Request: create(demo.ProjectAdmin, `{"project_name":"New","created_by":null}`), Status: 201},

		{Name: "another content type", Request: typed("text/plain"), Status: 415, Code: "unsupported_media_type"},
		{Name: "a form", Request: typed("application/x-www-form-urlencoded"), Status: 415, Code: "unsupported_media_type"},
		{Name: "multipart where it isn't taken", Request: typed("multipart/form-data; boundary=x"), Status: 415, Code: "unsupported_media_type"},
		{Name: "JSON in another character set", Request: typed("application/json; charset=latin1"), Status: 415, Code: "unsupported_media_type"},
		{Name: "JSON in UTF-8, said aloud", Request: typed("Application/JSON; charset=UTF-8"), Status: 200},
		{Name: "something +json", Request: typed("application/merge-patch+json"), Status: 200},
		{Name: "packed", Request: with(add(demo.ProjectAdmin, `{"user_ids":[15]}`), "Content-Encoding", "gzip"), Status: 415, Code: "unsupported_media_type"},
		{Name: "exactly 1 MiB", Request: add(demo.ProjectAdmin, padded(1<<20)), Status: 200},
		{Name: "a byte more", Request: add(demo.ProjectAdmin, padded(1<<20+1)), Status: 413, Code: "too_large"},
		{Name: "10 MB", Request: add(demo.ProjectAdmin, padded(10_000_000)), Status: 413, Code: "too_large"},
		{Name: "10 MB of no JSON in another content type: 413 before 415", Request: with(add(demo.ProjectAdmin, strings.Repeat("x", 10_000_000)), "Content-Type", "text/plain"), Status: 413, Code: "too_large"},
		{Name: "10 MB from a stranger: 401 before 413", Request: add("", padded(10_000_000)), Status: 401, Code: "unauthorized"},
		{Name: "400 before 404", Request: fixture.Request{Method: "POST", Path: "/api/project/150/user", Key: demo.ProjectAdmin, Body: `{}`}, Status: 400, Code: "invalid"},
	})
}

// padded is a body of n bytes.
func padded(n int) string {
	const body = `{"user_ids":[15]}`
	return body + strings.Repeat(" ", n-len(body))
}

// Ids in the path, the query parameters, and the path itself.
func TestPaths(t *testing.T) {
	id := func(text string) fixture.Row {
		return fixture.Row{Name: "the id " + text, Request: get(demo.ProjectAdmin, "/api/project/"+text), Status: 400, Code: "invalid", Fields: map[string]string{"path.project_id": ""}}
	}
	no := func(path string) fixture.Row {
		return fixture.Row{Name: "the path " + path, Request: fixture.Request{Method: "GET", Path: path}, Status: 404, Code: "not_found", Sends: map[string]string{"Location": ""}}
	}
	wrong := func(method, path, allow string) fixture.Row {
		return fixture.Row{Name: method + " " + path + " is another method, whoever asks", Request: fixture.Request{Method: method, Path: path}, Status: 405, Code: "method_not_allowed", Sends: map[string]string{"Allow": allow}}
	}
	query := func(q, field, says string) fixture.Row {
		return fixture.Row{Name: "the query " + q, Request: leave(demo.ProjectAdmin, "16"+q), Status: 400, Code: "invalid", Fields: map[string]string{field: says}}
	}
	fixture.Table(t, []fixture.Row{
		id("0"), id("01"), id("+1"), id("-1"), id("9007199254740992"), id("99999999999999999999"), id("abc"), id("1.0"), id("1e3"), id("%201"), id("1%20"), id("%D9%A1"), id("null"),
		{Name: "2^53-1 is an id", Request: get(demo.ProjectAdmin, "/api/project/9007199254740991"), Status: 404, Code: "not_found"},
		{Name: "a digit may be escaped", Request: get(demo.ProjectAdmin, "/api/project/%3151"), Status: 200},
		{Name: "two bad ids", Request: fixture.Request{Method: "DELETE", Path: "/api/project/0/user/x", Key: demo.ProjectAdmin}, Status: 400, Code: "invalid", Fields: map[string]string{"path.project_id": "", "path.user_id": ""}},

		no("/api"), no("/"), no("/api/projects"), no("/api/project/151/users"), no("/api/project/151/user/16/more"),
		no("/api//project/151"), no("//api//project/151"), no("///api/project/151"), no("/api/project/151//"), no("/api/./project/151"), no("/api/project/../project/151"),
		no("/api/project/151/."), no("/api/project/151/.."), no("/api/%2e%2e/api/project/151"), no("/api%2Fproject/151"), no("/api/project%2f151"), no("/api/project/151%2F"),
		no("/API/project/151"), no("/api/Project/151"), no("/project/151"),
		wrong("PATCH", "/api/project/151", "GET, HEAD, PUT, DELETE"), wrong("POST", "/api/project/151", "GET, HEAD, PUT, DELETE"),
		wrong("DELETE", "/api/project", "GET, HEAD, POST"), wrong("PUT", "/api/project/151/user/16", "DELETE"), wrong("GET", "/api/project/details", "POST"), wrong("POST", "/api/project/recent", "GET, HEAD"), wrong("POST", "/api/team/7/user/15/project", "GET, HEAD"),

		query("?verbose=true", "query.verbose", "is unknown"), query("?DRY_RUN=true", "query.DRY_RUN", "is unknown"), query("?dry_run=yes", "query.dry_run", "must be true or false"),
		query("?dry_run=", "query.dry_run", "must be true or false"), query("?report=true&report=false", "query.report", "is given twice"), query("?transfer_to=+7", "query.transfer_to", "must be an integer"),
		query("?transfer_to=07", "query.transfer_to", "must be an integer"), query("?transfer_to=9007199254740992", "query.transfer_to", ""), query("?limit=1", "query.limit", "is unknown"),
		{Name: "HEAD is GET without a body", Request: fixture.Request{Method: http.MethodHead, Path: "/api/project/151", Key: demo.ProjectAdmin}, Status: 200, Sends: map[string]string{"Etag": `"1"`}},
	})
}
