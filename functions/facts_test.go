package functions_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// What the audit log tells is written and read by package audit alone: everybody else
// has a type for it.
func TestNobodyElseReadsFactsByName(t *testing.T) {
	dir := root(t)
	seen := 0
	for _, top := range []string{"pkg", "functions", "infra"} {
		err := filepath.WalkDir(filepath.Join(dir, top), func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(dir, path)
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "pkg/audit/") || strings.HasPrefix(name, "pkg/store/storetest/") {
				return err
			}
			seen++
			for _, at := range factsNamed(t, path) {
				t.Errorf("%s:%d takes facts of the audit log apart, or puts them together: see package audit", name, at)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(factsNamed(t, filepath.Join(dir, "functions/agent/agents_test.go"))) == 0 { // which does, as tests may
		t.Error("what names facts isn't found")
	}
	if seen < 100 {
		t.Errorf("only %d files were looked at", seen)
	}
}

// factsNamed are the lines of a file on which a fact is named: an index into a Before
// or an After, a loop over one, or a row of the log with its own.
func factsNamed(t *testing.T, path string) (lines []int) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	side := func(e ast.Expr) bool {
		s, ok := e.(*ast.SelectorExpr)
		return ok && (s.Sel.Name == "Before" || s.Sel.Name == "After")
	}
	ast.Inspect(file, func(n ast.Node) bool {
		named := false
		switch n := n.(type) {
		case *ast.IndexExpr:
			named = side(n.X)
		case *ast.RangeStmt:
			named = side(n.X)
		case *ast.CompositeLit:
			s, ok := n.Type.(*ast.SelectorExpr)
			if !ok || s.Sel.Name != "Audit" {
				return true
			}
			for _, field := range n.Elts {
				if f, ok := field.(*ast.KeyValueExpr); ok {
					key, _ := f.Key.(*ast.Ident)
					named = named || key != nil && (key.Name == "Before" || key.Name == "After")
				}
			}
		}
		if named {
			lines = append(lines, files.Position(n.Pos()).Line)
		}
		return true
	})
	return lines
}
