package check_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wardroom/infra/check"
	"wardroom/pkg/table"
)

// row breaks one thing in a table that is whole, and tells what is said of it:
// that, and nothing else. A text that ends in "…" is the beginning of one.
type row struct {
	name string
	how  []func(table.Rows)
	says []string
}

// Each rule has a row that breaks it, and says what is broken and no more.
func TestBroken(t *testing.T) {
	whole := world(t)
	if found := check.Broken(whole); len(found) > 0 {
		t.Fatalf("what is whole is said to be broken:\n%s", strings.Join(found, "\n"))
	}
	broke := map[string]bool{}
	for _, r := range slices.Concat(ofRows(), ofPeople(), ofPlaces(), ofAgents(), ofRemovals()) {
		t.Run(r.name, func(t *testing.T) {
			rows := broken(whole, r.how...)
			found := check.Broken(rows)
			slices.Sort(r.says)
			if !slices.EqualFunc(r.says, found, func(want, got string) bool {
				begins, part := strings.CutSuffix(want, "…")
				return want == got || part && strings.HasPrefix(got, begins)
			}) {
				t.Errorf("it is said that\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(r.says, "\n"))
			}
			for _, rule := range check.Rules(rows) {
				broke[rule] = true
			}
		})
	}
	for _, rule := range rules(t) {
		if !broke[rule] {
			t.Errorf("no row breaks the rule %q", rule)
		}
	}
}

// rules are those of the source: the formats that hold is called with.
func rules(t *testing.T) (all []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(source, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if called, is := call.Fun.(*ast.SelectorExpr); !is || called.Sel.Name != "hold" {
				return true
			}
			format, ok := call.Args[1].(*ast.BasicLit)
			if !ok {
				t.Fatalf("%s: a rule whose words are no literal", f.Name())
			}
			rule, err := strconv.Unquote(format.Value)
			if err != nil || slices.Contains(all, rule) {
				t.Errorf("two rules say %q, %v", rule, err)
			}
			all = append(all, rule)
			return true
		})
	}
	if len(all) < 80 {
		t.Errorf("%d rules were found", len(all))
	}
	return all
}
