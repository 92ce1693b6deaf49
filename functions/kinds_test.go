package functions_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wardroom/pkg/resource"
)

// mostKindSwitches is in how many places the code tells kinds of things apart,
// beside the files that describe them. At each of them a new kind must be thought of.
const mostKindSwitches = 3

// kindOf finds the kind in a name or a text of a case: KindProject, onProject,
// "project", ProjectID, Project.
var kindOf = func() *regexp.Regexp {
	var lower, upper []string
	for _, k := range resource.Kinds() {
		name := k.Kind.String()
		lower, upper = append(lower, name), append(upper, strings.ToUpper(name[:1])+name[1:])
	}
	return regexp.MustCompile(`^(?:Kind|on|On)?(` + strings.Join(upper, "|") + `)(?:ID)?$|^(` + strings.Join(lower, "|") + `)$`)
}()

func TestKindsAreToldApartInFewPlaces(t *testing.T) {
	dir := root(t)
	files := token.NewFileSet()
	var found []string
	for _, top := range []string{"pkg", "functions"} {
		err := filepath.WalkDir(filepath.Join(dir, top), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (path == filepath.Join(dir, "pkg", "access") || path == filepath.Join(dir, "pkg", "resource")):
				return filepath.SkipDir
			case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if s, ok := n.(*ast.SwitchStmt); ok && len(kindsIn(s)) > 1 {
					found = append(found, strings.TrimPrefix(files.Position(s.Pos()).String(), dir+"/"))
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) > mostKindSwitches {
		t.Errorf("kinds are told apart in %d places, %d may be:\n%s", len(found), mostKindSwitches, strings.Join(found, "\n"))
	}
}

// kindsIn are the kinds that the cases of a switch name.
func kindsIn(s *ast.SwitchStmt) map[string]bool {
	kinds := map[string]bool{}
	note := func(name string) {
		if m := kindOf.FindStringSubmatch(name); m != nil {
			kinds[strings.ToLower(m[1]+m[2])] = true
		}
	}
	for _, stmt := range s.Body.List {
		for _, e := range stmt.(*ast.CaseClause).List {
			ast.Inspect(e, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr: // what a call is given is no kind that is told apart
					return false
				case *ast.SelectorExpr:
					note(n.Sel.Name)
				case *ast.Ident:
					note(n.Name)
				case *ast.BasicLit:
					if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
						note(text)
					}
				}
				return true
			})
		}
	}
	return kinds
}
