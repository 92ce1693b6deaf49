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

// mostKindComparisons is in how many places the code asks whether something is of one
// kind. It isn't to grow.
const mostKindComparisons = 8

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
	var found, compared []string
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
				at := func() string { return strings.TrimPrefix(files.Position(n.Pos()).String(), dir+"/") }
				switch n := n.(type) {
				case *ast.SwitchStmt:
					if len(kindsIn(n)) > 1 {
						found = append(found, at())
					}
				case *ast.BinaryExpr:
					if (n.Op == token.EQL || n.Op == token.NEQ) && (isKind(n.X) || isKind(n.Y)) {
						compared = append(compared, at())
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
	if len(found) > mostKindSwitches {
		t.Errorf("kinds are told apart in %d places, %d may be:\n%s", len(found), mostKindSwitches, strings.Join(found, "\n"))
	}
	if len(compared) > mostKindComparisons {
		t.Errorf("something is held against one kind in %d places, %d may be:\n%s", len(compared), mostKindComparisons, strings.Join(compared, "\n"))
	}
}

// isKind reports whether an expression is a kind: access.KindProject, or
// &resource.Project.
func isKind(e ast.Expr) bool {
	of := "access"
	if address, ok := e.(*ast.UnaryExpr); ok && address.Op == token.AND {
		e, of = address.X, "resource"
	}
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := s.X.(*ast.Ident)
	name, prefixed := strings.CutPrefix(s.Sel.Name, "Kind")
	return ok && pkg.Name == of && prefixed == (of == "access") && kindOf.MatchString(name)
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
