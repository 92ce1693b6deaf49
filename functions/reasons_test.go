package functions_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
)

// reasonIn is what a cell of the matrix must be told beside its 403: one of the
// reasons, and a key's scope where that alone is in the way.
func reasonIn(column string, reads bool, got fixture.Response) (fault.Reason, bool) {
	reason := fault.Reason(got.Meta().Reason)
	if column == "no" || !reads && (column == "ro" || column == "rd") {
		return reason, reason == fault.ReasonKeyScope
	}
	return reason, slices.Contains(fault.Reasons(), reason)
}

// A refusal says which kind of right is missing, and a 404 which id of the body
// or the query names nothing, whether it is foreign or nowhere.
func TestRefusalsSayWhatIsMissing(t *testing.T) {
	put := func(key, path, body string) fixture.Request {
		return fixture.Request{Method: "PUT", Path: path, Key: key, Body: body}
	}
	post := func(key, path, body string) fixture.Request {
		return fixture.Request{Method: "POST", Path: path, Key: key, Body: body}
	}
	reason := func(r fault.Reason) []string { return []string{`"reason":"` + string(r) + `"`} }
	bound := fixture.Key("bound5", 7, func(k *model.APIKey) { project := int64(151); k.ProjectID = &project })
	fixture.Table(t, []fixture.Row{
		{Name: "a rank", Request: put(demo.ProjectMember, "/api/user/7", `{"first_name":"A"}`), Status: 403, Code: "forbidden", Has: reason(fault.ReasonRank)},
		{Name: "a higher rank", Request: put(demo.GlobalAdmin, "/api/user/16", `{"first_name":"A"}`), Status: 403, Code: "forbidden", Has: reason(fault.ReasonRank)},
		{Name: "a role", Request: put(demo.ProjectMember, "/api/project/151", `{"description":"A"}`), Status: 403, Code: "forbidden", Has: reason(fault.ReasonRole)},
		{Name: "a key of one project", Given: bound, Request: post("bound5.secret", "/api/team", `{"team_name":"A"}`), Status: 403, Code: "forbidden", Has: reason(fault.ReasonKeyProject)},
		{Name: "one's own", Given: fixture.Key("service1", 0), Request: fixture.Request{Method: "GET", Path: "/api/agent/recent", Key: "service1.secret"}, Status: 403, Code: "forbidden", Has: reason(fault.ReasonOwn)},

		{Name: "a team in the body that is nowhere", Request: post(demo.ProjectAdmin, "/api/project", `{"project_name":"A","team_id":987654}`), Status: 404, Code: "not_found", Fields: map[string]string{"body.team_id": ""}},
		{Name: "or is foreign", Request: post(demo.ProjectAdmin, "/api/project", `{"project_name":"A","team_id":9}`), Status: 404, Code: "not_found", Fields: map[string]string{"body.team_id": "names nothing that the caller can reach"}},
		{Name: "a user in a list", Request: post(demo.ProjectAdmin, "/api/project/151/user", `{"user_ids":[15,987654]}`), Status: 404, Code: "not_found", Fields: map[string]string{"body.user_ids[1]": ""}},
		{Name: "a foreign one in a list", Request: post(demo.ProjectAdmin, "/api/project/151/user", `{"user_ids":[15,90]}`), Status: 404, Code: "not_found", Fields: map[string]string{"body.user_ids[1]": ""}},
		{Name: "a team in the query", Request: fixture.Request{Method: "GET", Path: "/api/agent/team?team_id=9", Key: demo.ProjectAdmin}, Status: 404, Code: "not_found", Fields: map[string]string{"query.team_id": ""}},
		{Name: "what the path names isn't a field", Request: put(demo.ProjectAdmin, "/api/project/9", `{"description":"A"}`), Status: 404, Code: "not_found", Lacks: []string{`"fields"`}},
	})
}

// Every conflict says in one sentence what is in the way and, after a colon, what
// would help.
func TestEveryConflictSaysWhatHelps(t *testing.T) {
	conflicts := map[string]bool{}
	for _, k := range fault.Kinds(409) {
		conflicts["kind"+strings.ReplaceAll(string(k), "_", "")] = true
	}
	found := 0
	for _, dir := range []string{"functions", "pkg"} {
		err := filepath.WalkDir(filepath.Join(root(t), dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				kind, says := refusalIn(n)
				if conflicts[strings.ToLower(kind)] {
					found++
					if !strings.Contains(says, ": ") {
						t.Errorf("%s: %s doesn't say what would help", set.Position(n.Pos()), says)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 20 {
		t.Errorf("%d conflicts were found; the search is broken", found)
	}
}

// refusalIn takes a call of fault.New apart: the name of its kind, and its text.
func refusalIn(n ast.Node) (kind, says string) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 {
		return "", ""
	}
	f, isNew := call.Fun.(*ast.SelectorExpr)
	k, named := call.Args[0].(*ast.SelectorExpr)
	text, literal := call.Args[1].(*ast.BasicLit)
	if !isNew || !named || !literal || f.Sel.Name != "New" {
		return "", ""
	}
	return k.Sel.Name, text.Value
}
