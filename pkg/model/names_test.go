package model_test

import (
	"math"
	"testing"

	"wardroom/pkg/model"
)

func TestNamesAreReadAsWritten(t *testing.T) {
	for _, row := range []struct {
		text string
		want model.Ref
	}{
		{"project:151", model.KindProject.Ref(151)},
		{"team:7", model.KindTeam.Ref(7)},
		{"agent:21", model.KindAgent.Ref(21)},
		{"user:16", model.KindUser.Ref(16)},
		{"organization:1", model.KindOrganization.Ref(1)},
		{"project:151/user:16", model.KindProject.Ref(151).User(16)},
		{model.ReviewName(21, 31), model.Ref{Thing: model.Thing{Kind: model.KindAgent, ID: 21}, Part: model.Thing{Kind: model.KindReview, ID: 31}}},
		{model.AgentTypeName(1, 3), model.Ref{Thing: model.Thing{Kind: model.KindOrganization, ID: 1}, Part: model.Thing{Kind: model.KindAgentType, ID: 3}}},
		{"project:9223372036854775807", model.KindProject.Ref(math.MaxInt64)},
		{"corpus:4", model.Ref{Thing: model.Thing{Kind: "corpus", ID: 4}}},
	} {
		if r, ok := model.ParseRef(row.text); !ok || r != row.want || r.String() != row.text {
			t.Errorf("%q is read as %v, %t, and written as %q", row.text, r, ok, r)
		}
	}
	for _, text := range []string{
		"", "project", "project:", "151", ":151", "project:0x10", "project:01", "project:+1", "project: 1", "project:1 ", "project:1.5", "project:9223372036854775808",
		"project:151/", "/user:16", "project:151/user", "project:151/user:16/key:2", "project:151/user:016", "user:15/recent",
	} {
		if r, ok := model.ParseRef(text); ok || r.String() != "" {
			t.Errorf("%q is taken for the name of %v", text, r)
		}
	}
}

func TestWholeOfName(t *testing.T) {
	if r := model.KindProject.Ref(151).User(16); r.Whole() != model.KindProject.Ref(151) || r.Whole().Whole() != r.Whole() {
		t.Errorf("the whole of %v is %v", r, r.Whole())
	}
}
