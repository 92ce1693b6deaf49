package engine_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wardroom/infra/local/engine"
)

const jar = "DynamoDBLocal-" + engine.Version + ".jar"

// fakeMaven puts an mvn on the path that runs body with $out set to the output
// folder and counts its runs in the file it returns.
func fakeMaven(t *testing.T, body string) (runs string) {
	t.Helper()
	bin := t.TempDir()
	runs = filepath.Join(bin, "runs")
	script(t, filepath.Join(bin, "mvn"), `
echo run >> `+runs+`
for a in "$@"; do case "$a" in -DoutputDirectory=*) out="${a#*=}";; esac; done
mkdir -p "$out"
`+body)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return runs
}

// goodJar is a small valid jar for the stand-in to copy.
func goodJar(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), jar)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	if _, err := z.Create("META-INF/MANIFEST.MF"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestABrokenDownloadNeverCountsAsInstalled(t *testing.T) {
	for name, c := range map[string]struct{ mvn, message string }{
		"maven fails half way":            {`cp "$JAR" "$out"; cp "$JAR" "$out/ecj-3.33.0.jar"; echo 'Could not transfer artifact'; exit 1`, "Could not transfer artifact"},
		"maven brings a cut jar":          {`cp "$JAR" "$out"; cp "$JAR" "$out/ecj-3.33.0.jar"; echo PK > "$out/cut.jar"`, "cut.jar is broken"},
		"maven brings nothing, says fine": {`true`, "did not bring " + jar},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("JAR", goodJar(t))
			dir := filepath.Join(t.TempDir(), "dynamodb")
			fakeMaven(t, c.mvn)
			err := engine.Install(t.Context(), dir, quiet)
			says(t, err, "nothing was installed", "try again", c.message)
			left, _ := filepath.Glob(dir + "*")
			if len(left) != 1 || left[0] != dir+".lock" {
				t.Errorf("left behind: %v", left)
			}
			// The next try, with a network, is as good as the first.
			fakeMaven(t, `cp "$JAR" "$out"; cp "$JAR" "$out/ecj-3.33.0.jar"`)
			if err := engine.Install(t.Context(), dir, quiet); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestNoMavenAnywhere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := engine.Install(t.Context(), filepath.Join(t.TempDir(), "dynamodb"), quiet)
	says(t, err, "fetched by Maven", "no mvn on this machine", "Install it with:\n", "maven")
}

func TestProcessesAtOnceFetchOnce(t *testing.T) {
	t.Setenv("JAR", goodJar(t))
	runs := fakeMaven(t, `sleep 0.3; cp "$JAR" "$out"; cp "$JAR" "$out/ecj-3.33.0.jar"`)
	dir := filepath.Join(t.TempDir(), "dynamodb")
	var all sync.WaitGroup
	for range 4 { // the lock is on an open file, so goroutines exclude one another as processes do
		all.Go(func() {
			if err := engine.Install(t.Context(), dir, quiet); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	ran, err := os.ReadFile(runs)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(ran), "run"); n != 1 {
		t.Errorf("Maven ran %d times", n)
	}
}

func TestThePomNamesTheVersions(t *testing.T) {
	pom, err := os.ReadFile("pom.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{engine.Version, engine.CompilerVersion} {
		if !strings.Contains(string(pom), "<version>"+version+"</version>") {
			t.Errorf("pom.xml lacks version %s", version)
		}
	}
}

func quiet(string) {}
