package table

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/guregu/dynamo/v2"
	"pgregory.net/rapid"

	"wardroom/pkg/model"
)

var noon = model.At(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))

func ptr[T any](v T) *T { return &v }

// keysOf shows the keys of an item, index by index.
func keysOf(item dynamo.Item) map[string]string {
	out := map[string]string{}
	for name, v := range item {
		if s, ok := v.(*types.AttributeValueMemberS); ok && (name == PK || strings.HasPrefix(name, "gsi") && strings.HasSuffix(name, PK)) {
			index := strings.TrimSuffix(name, PK)
			out[index] = s.Value + " / " + text(item[index+SK])
		}
	}
	return out
}

func TestKeysOfAnItem(t *testing.T) {
	team := model.Project{ID: 151, OrganizationID: 1, TeamID: ptr(int64(7)), Name: "Support"}
	deleted := team
	deleted.IsDeleted, deleted.PendingShard, deleted.PendingOn = true, ptr(int64(7)), &noon
	alone := team
	alone.TeamID = nil
	for _, tt := range []struct {
		says    string
		project model.Project
		want    map[string]string
	}{
		{"a project of a team is found by organisation and by team", team, map[string]string{
			"":     "PROJECT#151 / PROJECT",
			"gsi1": "ORG#1#PROJECT / 0000000000000151",
			"gsi2": "TEAM#7#PROJECT / 0000000000000151",
		}},
		{"one without a team isn't in the index by team", alone, map[string]string{
			"":     "PROJECT#151 / PROJECT",
			"gsi1": "ORG#1#PROJECT / 0000000000000151",
		}},
		{"a deleted one is found by who purges it alone", deleted, map[string]string{
			"":     "PROJECT#151 / PROJECT",
			"gsi3": "PENDING#7 / 2026-01-01T12:00:00.000000Z#PROJECT#0000000000000151",
		}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			item, err := Projects.Item(tt.project)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, keysOf(item)); d != "" {
				t.Error(d)
			}
			if text(item[kind]) != "Project" {
				t.Errorf("kind is %q", text(item[kind]))
			}
		})
	}
}

func TestItemWithoutAPrimaryKey(t *testing.T) {
	for says, err := range map[string]error{
		"no prefix":         second(Keys.Item(model.APIKey{ID: 1})),
		"a # in the domain": second(Proofs.Item(model.Proof{Domain: "a#b", OrganizationID: 1})),
	} {
		if err == nil {
			t.Errorf("%s: taken", says)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A row reads back as it was written, its primary key is the one that its
// values make, and the key tells them again.
func TestItemAndParse(t *testing.T) {
	ids := rapid.Int64Range(1, 1<<53-1)
	words := rapid.StringMatching(`[A-Za-z0-9 äß:/{}.-]{1,30}`)
	rapid.Check(t, func(t *rapid.T) {
		project, user, id := ids.Draw(t, "project"), ids.Draw(t, "user"), ids.Draw(t, "id")
		word := words.Draw(t, "word")
		stamp := model.Created(word, model.At(noon.Std().Add(time.Duration(id%1e9)*time.Microsecond)))

		roundTrip(t, Projects, model.Project{ID: project, Name: word, OrganizationID: id, TeamID: &user, UserCount: id, Stamp: stamp, Version: 1}, project)
		roundTrip(t, ProjectMembers, model.ProjectMember{ID: id, ProjectID: project, UserID: user, Role: "admin", ExpiresOn: &noon, CreatedBy: word, Version: id}, project, user)
		roundTrip(t, ProjectNames, model.ReservedProjectName{OrganizationID: id, NameScope: project, NameKey: word, ProjectID: user}, id, project, word)
		roundTrip(t, Keys, model.APIKey{ID: id, Prefix: word, Hash: []byte(word), UserID: &user, OrganizationID: project, Stamp: stamp}, word)
		roundTrip(t, Audits, model.Audit{OrganizationID: id, ID: word, TS: stamp.CreatedOn, Actor: word}, id, stamp.CreatedOn.String(), word)
		roundTrip(t, Mentions, model.Mention{OrganizationID: id, Person: word, TS: stamp.CreatedOn, AuditID: word}, id, word, stamp.CreatedOn.String(), word)
		roundTrip(t, ReplayParts, model.ReplayPart{PartsID: word, Part: int(id % 10_000), Body: []byte{1}}, word, id%10_000)
	})
}

func roundTrip[T any](t *rapid.T, e *Entity[T], v T, values ...any) {
	item, err := e.Item(v)
	if err != nil {
		t.Fatal(err)
	}
	p := primary(item)
	if want := e.Key(values...); p != want {
		t.Fatalf("%s: the item's key is %v, and of its values %v", e.name, p, want)
	}
	got, ok := e.In(Rows{p: item}, values...)
	if d := cmp.Diff(v, got); !ok || d != "" {
		t.Fatalf("%s comes back changed: %s", e.name, d)
	}
	parsed, ok := e.Parse(p)
	if !ok {
		t.Fatalf("%s: %v isn't its key", e.name, p)
	}
	holes := append(e.keys[0].pk.holes(), e.keys[0].sk.holes()...)
	for i, hole := range holes {
		if got, want := strings.TrimLeft(parsed[hole], "0"), strings.TrimLeft(fmt.Sprint(values[i]), "0"); got != want {
			t.Fatalf("%s: %s is %q in %v, want %v", e.name, hole, parsed[hole], p, values[i])
		}
	}
	for _, other := range Schema().Kinds {
		ignore := func(string, string) {}
		if other.Name != e.name && compile(other.Keys[0].PK).parse(p.PK, ignore) && compile(other.Keys[0].SK).parse(p.SK, ignore) {
			t.Fatalf("%v of a %s is a key of %s too", p, e.name, other.Name)
		}
	}
}

// Ids sort by the positions they are given.
func TestPositionsSortAsIdsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(1, 1<<53-1), 2, 20).Draw(t, "ids")
		slices.Sort(all)
		positions := make([]string, len(all))
		for i, id := range all {
			positions[i] = Projects.path("gsi1").sk.with([]any{id})
		}
		if !slices.IsSorted(positions) {
			t.Fatal(positions)
		}
	})
}

func TestWrongUseStopsTheProgram(t *testing.T) {
	for says, f := range map[string]func(){
		"a key with too few values":    func() { ProjectMembers.Key(int64(1)) },
		"a key with too many":          func() { Projects.Key(int64(1), int64(2)) },
		"an index the entity isn't in": func() { Recents.Query("gsi1", int64(1)) },
		"a row that can't be read": func() {
			p := Projects.Key(int64(1))
			Projects.At(Rows{p: {"project_id": &types.AttributeValueMemberS{Value: "x"}}}, p)
		},
	} {
		if !panics(f) {
			t.Errorf("%s: no panic", says)
		}
	}
}
