package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAUserPoolOfItsOwn(t *testing.T) {
	for stage, want := range map[string]struct{ protection, policy string }{"dev": {"INACTIVE", "Delete"}, "prod": {"ACTIVE", "Retain"}} {
		got := synth(t, "stage="+stage)
		pool := got.only(t, "AWS::Cognito::UserPool")
		if v := pool.Properties["DeletionProtection"]; v != want.protection || pool.DeletionPolicy != want.policy {
			t.Errorf("%s: deletion protection %v, policy %s", stage, v, pool.DeletionPolicy)
		}
		if at(pool.Properties["AdminCreateUserConfig"], "AllowAdminCreateUserOnly") != true {
			t.Errorf("%s: anybody may sign up", stage)
		}
		if d := cmp.Diff([]any{"email"}, pool.Properties["UsernameAttributes"]); d != "" {
			t.Errorf("%s: %s", stage, d)
		}
		client := got.only(t, "AWS::Cognito::UserPoolClient").Properties
		if client["GenerateSecret"] != false || client["PreventUserExistenceErrors"] != "ENABLED" {
			t.Errorf("%s: the client is %v", stage, client)
		}
		for id, f := range got.of("AWS::Lambda::Function") {
			variables := at(f.Properties["Environment"], "Variables").(map[string]any)
			issuer, _ := json.Marshal(variables["WARDROOM_ISSUER"])
			if !strings.Contains(string(issuer), "cognito-idp.${AWS::Region}.amazonaws.com/") || at(variables["WARDROOM_CLIENT_IDS"], "Ref") == nil {
				t.Errorf("%s %s: %s, %v", stage, id, issuer, variables["WARDROOM_CLIENT_IDS"])
			}
		}
	}
}

// Whether an issuer is trusted to verify addresses is said by the context alone.
func TestTrustedAddresses(t *testing.T) {
	for pair, want := range map[string]string{"xray=false": "false", "trustAddresses=false": "false", "trustAddresses=True": "true"} {
		for id, f := range synth(t, "stage=dev", "issuer=https://login.example.com", "clientIds=web", pair).of("AWS::Lambda::Function") {
			if got := at(at(f.Properties["Environment"], "Variables"), "WARDROOM_TRUST_ADDRESSES"); got != want {
				t.Errorf("%s, %s: %v", pair, id, got)
			}
		}
	}
}

func TestAnIssuerOfTheContext(t *testing.T) {
	got := synth(t, "stage=dev", "issuer=https://login.example.com", "clientIds=web, cli")
	if n := len(got.of("AWS::Cognito::UserPool")); n != 0 {
		t.Errorf("%d user pools beside it", n)
	}
	for id, f := range got.of("AWS::Lambda::Function") {
		variables := at(f.Properties["Environment"], "Variables").(map[string]any)
		if variables["WARDROOM_ISSUER"] != "https://login.example.com" || variables["WARDROOM_CLIENT_IDS"] != "web,cli" {
			t.Errorf("%s: %v", id, variables)
		}
	}
}
