package functions_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wardroom/infra/local/engine"
)

const module = "wardroom/"

// onlyIn are the modules that one package alone may import, because it wraps
// their faults.
var onlyIn = map[string]string{
	"github.com/danielgtaylor/huma":              "wardroom/pkg/api",
	"github.com/awslabs/aws-lambda-go-api-proxy": "wardroom/pkg/gateway",
	"github.com/pdfcpu/pdfcpu":                   "wardroom/pkg/extract/pdf",
}

// layers are the packages under pkg/ from the lowest on: one may import those of
// lower layers alone. docs/architecture.md shows them.
var layers = [][]string{
	{"blob", "concurrent", "extract/pdf", "fault", "fetch", "model", "scim", "mail", "settings", "telemetry", "words"}, // know nothing of ours
	{"access", "blob/blobtest", "checkpoint", "extract", "retrieve", "similar", "table"},
	{"store"},
	{"store/storetest", "audit", "signin"},
	{"resource"},
	{"explain", "request"},
	{"removal"},
	{"followup", "member"},
	{"api"}, // operations, and a request on the wire
	{"gateway", "guard", "list"},
	{"service"},
}

// layerOf is the layer of a package of pkg/; false for one that has none.
func layerOf(name string) (int, bool) {
	for i, layer := range layers {
		if slices.Contains(layer, strings.TrimPrefix(name, module+"pkg/")) {
			return i, true
		}
	}
	return 0, false
}

// imports is who imports what, tests apart.
func imports(t *testing.T, patterns ...string) map[string][]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", `{{.ImportPath}} {{join .Imports " "}}`}, patterns...)...)
	list.Dir = root(t)
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	graph := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		names := strings.Fields(line)
		graph[names[0]] = names[1:]
	}
	return graph
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := engine.Root()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// What runs in AWS reaches neither the tools that deploy it nor the local
// runner, however long the way.
func TestFunctionsReachNoInfrastructure(t *testing.T) {
	for name := range imports(t, "-deps", "./functions/...", "./pkg/...") {
		for _, bad := range []string{"jsii", "aws-cdk", "awscdk", "constructs-go", module + "infra/"} {
			if strings.Contains(name, bad) {
				t.Errorf("functions/ or pkg/ reaches %s", name)
			}
		}
	}
}

func TestEveryPackageHasALayer(t *testing.T) {
	for name, imported := range imports(t, "./pkg/...") {
		own, known := layerOf(name)
		if !known {
			t.Errorf("%s has no layer", name)
			continue
		}
		for _, other := range imported {
			if below, ours := layerOf(other); ours && below >= own {
				t.Errorf("%s imports %s, which isn't below it", name, other)
			}
		}
	}
}

// Background work links nothing that lets requests in.
func TestTheStreamFunctionKnowsNoHTTP(t *testing.T) {
	for name := range imports(t, "-deps", "./functions/stream/...") {
		for _, bad := range []string{"api", "gateway", "guard", "service"} {
			if name == module+"pkg/"+bad {
				t.Errorf("functions/stream reaches %s", name)
			}
		}
	}
}

func TestImportsRunOneWay(t *testing.T) {
	for name, imported := range imports(t, "./...") {
		for _, other := range imported {
			for prefix, home := range onlyIn {
				if strings.HasPrefix(other, prefix) && name != home {
					t.Errorf("%s imports %s, which only %s may", name, other, home)
				}
			}
			if !strings.HasPrefix(other, module) {
				continue
			}
			switch layer := strings.Split(name, "/")[1]; {
			case layer == "pkg" && !strings.HasPrefix(other, module+"pkg/"):
				t.Errorf("%s imports %s: pkg/ is below everything", name, other)
			case layer == "functions" && groupOf(other) != "" && groupOf(name) != "" && groupOf(name) != groupOf(other):
				t.Errorf("%s imports %s: what groups share is a package under pkg/", name, other)
			case layer == "functions" && other == module+"pkg/table":
				t.Errorf("%s imports %s: a handler names rows and lists of the store", name, other)
			case layer == "functions" && strings.HasPrefix(other, module+"infra/"):
				t.Errorf("%s imports %s", name, other)
			}
		}
	}
}

// groupOf is the group whose package, or whose bootstrap, this is.
func groupOf(name string) string {
	rest, _ := strings.CutPrefix(name, module+"functions/")
	if rest == name {
		return ""
	}
	group, _, _ := strings.Cut(rest, "/")
	return group
}

// keyText is text that looks like a part of a key of the table.
var keyText = regexp.MustCompile(`^#($|[A-Z{])|[A-Z}]#($|[0-9A-Za-z{%])`)

// Keys are patterns in pkg/table; a key typed anywhere else would go on to
// work, and be wrong, after the pattern has changed.
func TestKeysAreMadeInTableAlone(t *testing.T) {
	dir := root(t)
	files := token.NewFileSet()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path != dir && strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "cdk.out" || path == filepath.Join(dir, "pkg", "table")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				if s, err := strconv.Unquote(text.Value); err == nil && keyText.MatchString(s) {
					t.Errorf("%s: %s", files.Position(text.Pos()), text.Value)
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

// A panic in a goroutine that nothing recovers ends the process, so only
// pkg/concurrent starts any.
func TestOnePackageStartsGoroutines(t *testing.T) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(root(t), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") || filepath.Base(path) == "concurrent" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", fset.Position(n.Pos()))
			case *ast.ImportSpec:
				if strings.Contains(n.Path.Value, "errgroup") {
					t.Errorf("%s imports errgroup", fset.Position(n.Pos()))
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "sync" && n.Sel.Name == "WaitGroup" {
					t.Errorf("%s has a sync.WaitGroup", fset.Position(n.Pos()))
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
