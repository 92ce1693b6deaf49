package table

import (
	"slices"
	"strings"
	"testing"
)

func TestNoTwoEntitiesCollide(t *testing.T) {
	for _, c := range Collisions() {
		t.Error(c)
	}
}

// The check is shown to find what it is there for.
func TestMadeUpCollisions(t *testing.T) {
	for _, tt := range []struct {
		says string
		key  KeyUse
		with string // the entity it runs into
	}{
		{"the same primary key", KeyUse{"", "TEAM#{id}", "TEAM", ""}, "Team"},
		{"a hole where another has a word", KeyUse{"", "PROJECT#{id}", "{word}", ""}, "Project"},
		{"members of the same partition", KeyUse{"", "PROJECT#{id}", "MEMBER#{agent_id}", ""}, "ProjectMember"},
		{"a question that would find another's rows", KeyUse{"gsi1", "ORG#{id}#USER", "{x:16}", ""}, "User"},
		{"the same, though the sort keys differ", KeyUse{"gsi2", "USER#{id}#TEAM", "NEW#{x}", ""}, "TeamMember"},
		{"work that sorts among other work", KeyUse{"gsi3", "PENDING#{pending_shard}", "{pending_on}#TEAM#{id}", ""}, "Team"},
	} {
		t.Run(tt.says, func(t *testing.T) {
			kinds := append(slices.Clip(Schema().Kinds), Kind{"MadeUp", []KeyUse{tt.key}})
			found := collisions(kinds)
			if len(found) == 0 || !strings.HasPrefix(found[0], tt.with+" and MadeUp: ") {
				t.Errorf("found %q", found)
			}
		})
	}
	for says, key := range map[string]KeyUse{
		"a row of its own beside the members": {"", "PROJECT#{id}", "STAR#{user_id}", ""},
		"the same key in another index":       {"gsi2", "ORG#{id}#USER", "{x:16}", ""},
		"one more kind of unfinished work":    {"gsi3", "PENDING#{pending_shard}", "{pending_on}#EXPORT#{id}", ""},
	} {
		if found := collisions(append(Schema().Kinds, Kind{"MadeUp", []KeyUse{key}})); found != nil {
			t.Errorf("%s: %q", says, found)
		}
	}
}
