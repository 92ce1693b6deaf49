package engine_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"wardroom/infra/local/engine"
)

// server is a shell script's body that ends at once and says which engine it was.
const server = `echo "I am $0" >&2; exit 1`

// bare makes the path one that holds a shell's tools and what the test puts into
// it, so that no engine and no tool of this machine is found.
func bare(t *testing.T, tools map[string]string) (dir string) {
	t.Helper()
	bin, dir := t.TempDir(), t.TempDir()
	for _, name := range []string{"mkdir", "chmod", "cat"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(real, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, body := range tools {
		script(t, filepath.Join(bin, name), body)
	}
	t.Setenv("PATH", bin)
	t.Setenv("JAVA_HOME", "")
	t.Setenv("WARDROOM_ENGINE", "")
	return dir
}

// brings is a package manager's body that leaves an engine at a path below the
// folder that follows the named argument.
func brings(argument, path string) string {
	return `while [ "$1" != ` + argument + ` ]; do shift; done
mkdir -p "$2/` + filepath.Dir(path) + `"
printf '#!/bin/sh\n%s\n' '` + server + `' > "$2/` + path + `"
chmod 700 "$2/` + path + `"`
}

func TestTheFirstEngineToBeHadIsTaken(t *testing.T) {
	const fails = `echo 'not in this registry' >&2; exit 1`
	npm, cargo := brings("--prefix", "node_modules/@dynoxide/linux-x64/bin/dynoxide"), brings("--root", "bin/dynoxide")
	for name, c := range map[string]struct {
		tools  map[string]string
		bin    bool // dynoxide lies in .local/bin
		phrase string
	}{
		"what lies in .local/bin goes before the path":      {map[string]string{"dynoxide": server}, true, "/bin/dynoxide"},
		"what is on the path goes before what npm would do": {map[string]string{"dynoxide": server, "npm": npm}, false, "I am"},
		"npm goes before cargo":                             {map[string]string{"npm": npm, "cargo": cargo}, false, "@dynoxide/linux-x64/bin/dynoxide"},
		"cargo serves where npm and Maven don't":            {map[string]string{"npm": fails, "cargo": cargo, "java": `echo 'version "17"' >&2`, "mvn": fails}, false, "/bin/dynoxide"},
		"where nothing serves, each says why":               {map[string]string{"npm": fails, "cargo": fails, "java": `echo 'version "17"' >&2`, "mvn": fails}, false, "npm could not install dynoxide"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := bare(t, c.tools)
			if c.bin {
				script(t, filepath.Join(dir, "bin", "dynoxide"), server)
			}
			_, err := engine.Start(t.Context(), engine.Options{Dir: dir})
			says(t, err, c.phrase)
		})
	}
}

func TestTheNamedEngineOrNone(t *testing.T) {
	dir := bare(t, map[string]string{"dynoxide": server})
	t.Setenv("WARDROOM_ENGINE", engine.DynamoDBLocal)
	_, err := engine.Start(t.Context(), engine.Options{Dir: dir})
	says(t, err, "DynamoDB Local needs Java 17")
	t.Setenv("WARDROOM_ENGINE", "sqlite")
	_, err = engine.Start(t.Context(), engine.Options{Dir: dir})
	says(t, err, `WARDROOM_ENGINE asks for the engine "sqlite"`)
}

// Another engine would show an empty table where the demo data were.
func TestDataStayWithTheEngineThatMadeThem(t *testing.T) {
	dir, data := bare(t, map[string]string{"dynoxide": server}), t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "shared-local-instance.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := engine.Start(t.Context(), engine.Options{Dir: dir, Data: data})
	says(t, err, "DynamoDB Local needs Java 17")
	_, err = engine.Start(t.Context(), engine.Options{Dir: dir, Data: data, Name: engine.Dynoxide})
	says(t, err, "are those of dynamodb-local", "make reset")
	if err := engine.Forget(data); err != nil {
		t.Fatal(err)
	}
	_, err = engine.Start(t.Context(), engine.Options{Dir: dir, Data: data})
	says(t, err, "dynoxide ended at once")
}
