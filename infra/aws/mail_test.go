package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestWhoSendsLetters(t *testing.T) {
	for _, tt := range []struct {
		name, from, app string
		context         []string
	}{
		{"nobody, by default", "", "", []string{"stage=dev"}},
		{"the groups with invitations", "rooms@example.com", "https://app.example.com", []string{"stage=dev", "mailFrom=rooms@example.com", "appUrl=https://app.example.com"}},
	} {
		got := synth(t, tt.context...)
		for id, f := range got.of("AWS::Lambda::Function") {
			slug, _ := f.Metadata[groupKey].(string)
			variables := at(f.Properties["Environment"], "Variables").(map[string]any)
			from, declared := variables["WARDROOM_MAIL_FROM"]
			if sends := slices.Contains(posts, slug); declared != sends || sends && (from != tt.from || variables["WARDROOM_APP_URL"] != tt.app) {
				t.Errorf("%s: %s: %v", tt.name, id, variables)
			}
		}
		for id, role := range got.of("AWS::IAM::Role") {
			text, err := json.Marshal(role.Properties)
			if err != nil {
				t.Fatal(err)
			}
			sends := tt.from != "" && (strings.HasPrefix(id, "Account") || strings.HasPrefix(id, "Workspace"))
			may := strings.Contains(string(text), "ses:SendEmail") && strings.Contains(string(text), ":identity/rooms@example.com") && strings.Contains(string(text), ":identity/example.com")
			if may != sends || !sends && strings.Contains(string(text), "ses:") {
				t.Errorf("%s: %s: %s", tt.name, id, text)
			}
		}
	}
}

func TestLettersAreRefusedInTime(t *testing.T) {
	for from, app := range map[string]string{
		"rooms@example.com": "", "rooms": "https://app.example.com", "Rooms <rooms@example.com>": "https://app.example.com", "": "http://app.example.com",
		"a@example.com": "https://app.example.com#x",
	} {
		if err := (post{from, app}).check(); err == nil {
			t.Errorf("%q %q is taken", from, app)
		}
	}
}
