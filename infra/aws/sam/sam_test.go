package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"wardroom/functions"
	"wardroom/infra/events"
)

func TestAContainerComesByTheBridge(t *testing.T) {
	for endpoint, want := range map[string]string{
		"http://127.0.0.1:8000":      "http://172.17.0.1:8000",
		"http://localhost:8000":      "http://172.17.0.1:8000",
		"http://[::1]:8000":          "http://172.17.0.1:8000",
		"http://192.0.2.7:8000":      "http://192.0.2.7:8000",
		"http://dynamo.example:8000": "http://dynamo.example:8000",
	} {
		if got, err := fromContainer(endpoint, "172.17.0.1"); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", endpoint, got, err, want)
		}
	}
	if _, err := fromContainer("localhost:8000", "172.17.0.1"); err == nil {
		t.Error("an endpoint without a scheme was taken")
	}
}

func TestATemplateIsStaleWhenASourceIsNewer(t *testing.T) {
	root := t.TempDir()
	made := time.Now().Add(-time.Hour)
	write := func(name string, at time.Time) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, want bool) {
		t.Helper()
		if got, err := older(filepath.Join(root, "template"), root, "pkg"); err != nil || got != want {
			t.Errorf("%s: stale %v, %v; want %v", when, got, err, want)
		}
	}
	write("pkg/a/a.go", made.Add(-time.Minute))
	check("no template", true)
	write("template", made)
	check("older source", false)
	write("pkg/a/a_test.go", made.Add(time.Minute))
	check("newer test", false)
	write("pkg/a/b.go", made.Add(time.Minute))
	check("newer source", true)
}

// One operation for each function, and a body for each that takes any.
func TestEveryGroupIsProved(t *testing.T) {
	groups := functions.All(nil)
	all, err := events.Of(groups)
	if err != nil {
		t.Fatal(err)
	}
	chosen := map[string]string{}
	for _, s := range onePerGroup(all) {
		if chosen[s.Group] != "" {
			t.Errorf("%s is proved twice", s.Group)
		}
		chosen[s.Group] = s.Operation
	}
	for _, g := range groups {
		if chosen[g.Slug] == "" {
			t.Errorf("%s is not proved", g.Slug)
		}
	}
	if chosen["project"] != "remove-user-from-project" {
		t.Errorf("project is proved by %s; a removal proves most", chosen["project"])
	}
	for _, s := range bodies(all) {
		if s.Event.Body == nil {
			t.Errorf("%s has no body", s.Operation)
		}
	}
}
