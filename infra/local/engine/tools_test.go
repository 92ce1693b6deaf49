package engine

import (
	"path/filepath"
	"testing"
)

// CompilerVersion is shown to the tests outside the package.
const CompilerVersion = compilerVersion

// Installed returns the names of the engines that this machine has.
func Installed(t *testing.T) []string {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, k := range kinds() {
		if k.find(t.Context(), Options{Dir: filepath.Join(root, ".local")}) != nil {
			names = append(names, k.name)
		}
	}
	return names
}

func TestJavaVersion(t *testing.T) {
	for said, want := range map[string]int{
		`openjdk version "17.0.15" 2025-04-15`:                            17,
		`java version "1.8.0_392"`:                                        8,
		`openjdk version "21" 2023-09-19`:                                 21,
		"Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version \"25.0.1\"": 25,
		"command not found":                                               0,
	} {
		if got := javaVersion(said); got != want {
			t.Errorf("javaVersion(%q) = %d, want %d", said, got, want)
		}
	}
}

func TestInstallCommand(t *testing.T) {
	for release, want := range map[string]string{
		"NAME=x\nID=debian\n":                 "sudo apt-get install maven",
		"ID=ubuntu\nID_LIKE=debian\n":         "sudo apt-get install maven",
		"ID=fedora\nHOME_URL=debian\n":        "sudo dnf install maven",
		"ID=rocky\nID_LIKE=\"rhel centos\"\n": "sudo dnf install maven",
		"":                                    "brew install maven    (or your system's package of that name)",
	} {
		if got := installCommand(release, "maven"); got != want {
			t.Errorf("on %q: %q, want %q", release, got, want)
		}
	}
}
