package main

import (
	"path/filepath"
	"strings"
	"testing"

	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
)

// Help is an answer, not a failure, and asks for nothing: not for a table, not
// for credentials.
func TestHelp(t *testing.T) {
	t.Setenv("WARDROOM_DATA", t.TempDir())
	asked := [][]string{{"-h"}, {"--help"}, {"help"}, {"-stage", "prod", "help"}}
	for _, c := range commands {
		asked = append(asked, []string{"help", c.name}, []string{c.name, "-h"}, []string{"-stage", "local", c.name, "--help"})
	}
	for _, args := range asked {
		var out strings.Builder
		if err := run(t.Context(), args, &out); err != nil || !strings.HasPrefix(out.String(), "usage:") {
			t.Errorf("%q: %v, %q", args, err, out.String())
		}
	}
}

// What can't be right is refused before a table is looked for. There is none
// here, so that a command that goes on says something else.
func TestArgumentsComeFirst(t *testing.T) {
	t.Setenv("WARDROOM_DATA", t.TempDir())
	t.Setenv("DYNAMODB_ENDPOINT", "")
	file := filepath.Join(t.TempDir(), "log")
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": file, "AWS_SHARED_CREDENTIALS_FILE": file,
	} {
		t.Setenv(name, value)
	}
	for args, says := range map[string]string{
		"":                                      "usage:",
		"nonsense":                              "there is no command \"nonsense\"",
		"help nonsense":                         "there is no command \"nonsense\"",
		"-wrong":                                "-wrong",
		"-stage moon redrive":                   "there is no stage \"moon\"",
		"-stage prod redrive now":               "unexpected argument \"now\"",
		"-stage prod create-organization":       "--name is required",
		"-stage prod export-audit":              "--organization",
		"-stage prod end-account":               "--user",
		"-stage prod end-account --user 0":      "--user",
		"-stage prod end-account --user 1 more": "unexpected argument \"more\"",
		"-stage prod end-account --user 1 --successor 0":                                        "--successor",
		"-stage prod end-account --user 1 --successor 1":                                        "--successor",
		"-stage prod prove-domain":                                                              "--organization",
		"-stage prod prove-domain --organization 1":                                             "--domain",
		"-stage prod prove-domain --organization 1 --domain localhost":                          "--domain",
		"-stage prod prove-domain --organization 1 --domain gmail.com":                          "--domain",
		"-stage local end-account --user 1":                                                     "nothing runs on this machine",
		"-stage local prove-domain --organization 1 --domain some.example":                      "nothing runs on this machine",
		"-stage prod export-audit --organization x --out a":                                     "-organization",
		"-stage prod export-audit --organization 1":                                             "--out",
		"-stage prod export-audit --organization 1 --out " + t.TempDir():                        "is there already",
		"-stage prod export-audit --organization 1 --out " + filepath.Join(file, "none", "log"): "there is no folder",
		"verify-audit":         "needs a file",
		"verify-audit " + file: "the log:",
		"redrive":              "there are no AWS credentials; for the table of make run: STAGE=local",
		"-stage local redrive": "nothing runs on this machine",
		"-stage local export-audit --organization 1 --out " + file: "nothing runs on this machine",
	} {
		var out strings.Builder
		if err := run(t.Context(), strings.Fields(args), &out); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", args, err, says)
		}
	}
}

// What isn't there is refused by name.
func TestWhatIsNotThere(t *testing.T) {
	s := fixture.New(t)
	t.Setenv("DYNAMODB_ENDPOINT", dynamotest.Endpoint(t))
	t.Setenv("WARDROOM_TABLE", s.Table)
	file := filepath.Join(t.TempDir(), "log")
	export := []string{"-stage", "local", "export-audit", "--organization", "99", "--out", file}
	var out strings.Builder
	if err := run(t.Context(), export, &out); err == nil || !strings.Contains(err.Error(), "there is no organization 99") {
		t.Errorf("an organization that isn't there: %v", err)
	}
	t.Setenv("WARDROOM_TABLE", "no-such-table")
	if err := run(t.Context(), export, &out); err == nil || !strings.Contains(err.Error(), "there is no table no-such-table") {
		t.Errorf("a table that isn't there: %v", err)
	}
	if found, _ := filepath.Glob(file); len(found) > 0 || out.String() != "" {
		t.Errorf("%v was written, and %q said", found, out.String())
	}
}
