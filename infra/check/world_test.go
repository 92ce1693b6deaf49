package check_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// world is a table in which there is one of whatever a rule is about, and nothing
// is broken. User 22 and team 20 are provisioned, user 23 signs in by an issuer,
// 24 is deleted and 25 purged, 16 was taken out of project 151 and 15 out of team 7.
// Nobody holds project 160 and team 21; 30 is admin of project 161 and owns agent
// 60 in it. Removals 1001 to 1004 are of 24, 25, 16 and 15.
func world(t *testing.T) table.Rows {
	t.Helper()
	s := fixture.New(t)
	s.Put(t, fixture.All(
		fixture.People(23, 30), fixture.Person(22, func(u *model.User) { u.UserName, u.ExternalID = "ada", "x1" }),
		fixture.Team(20, "Group"), fixture.JoinsTeam(20, 30, "owner"), fixture.Team(21, "Nobody's"),
		fixture.Change(table.Teams, func(t *model.Team) { t.IsGroup = true }, int64(20)),
		fixture.Project(160, 0, "Nobody's"), fixture.Project(161, 0, "Theirs"), fixture.Joins(161, 30, "admin"),
		fixture.Agent(60, 161, "Theirs"), fixture.OnAgent(60, 30, "owner"), fixture.Owns(60, 30),
		fixture.Given{func(tx *table.Tx, was table.Rows) {
			group, _ := table.Teams.In(was, int64(20))
			for _, n := range group.Provisioned() {
				table.ProvisionedNames.Put(tx, n)
			}
			table.Subjects.Put(tx, model.Subject{SubjectKey: "subject", IssuerKey: "issuer", UserID: 23, OrganizationID: 1})
			table.Bindings.Put(tx, model.Binding{UserID: 23, IssuerKey: "issuer", SubjectKey: "subject"})
			table.Replays.Put(tx, answer)
			table.ReplayParts.Put(tx, part)
		}},
	))
	for _, r := range []fixture.Request{{Path: "/api/user/24"}, {Path: "/api/user/25?purge=true"}, {Path: "/api/project/151/user/16"}, {Path: "/api/team/7/user", Body: `{"user_ids":[15]}`}} {
		r.Method, r.Key = http.MethodDelete, demo.GlobalAdmin
		if got := s.Do(t.Context(), r); got.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", r.Path, got.Status, got.Body)
		}
	}
	s.Pass(time.Second)
	s.Settle(t.Context(), t)
	return s.Rows(t.Context(), t)
}

var (
	answer = model.Replay{
		Principal: "user:1", Operation: "op", KeyDigest: strings.Repeat("0", 64), Fingerprint: strings.Repeat("0", 64), Status: http.StatusOK,
		Body: []byte(`{}`), Parts: 1, PartsID: "p", ExpiresOn: model.At(fixture.Epoch), TTL: fixture.Epoch.Unix(),
	}
	part = model.ReplayPart{PartsID: "p", Body: []byte(" "), TTL: answer.TTL + 9}
)

// broken is a copy of rows that is broken, one step after the other.
func broken(rows table.Rows, how ...func(table.Rows)) table.Rows {
	rows = maps.Clone(rows)
	for _, step := range how {
		step(rows)
	}
	return rows
}

func put[T any](e *table.Entity[T], v T) func(table.Rows) {
	return func(rows table.Rows) {
		item, err := e.Item(v)
		if err != nil {
			panic(err)
		}
		text := func(name string) string { return item[name].(*types.AttributeValueMemberS).Value } //nolint:forcetypeassert // a key is a text
		rows[table.Primary{PK: text(table.PK), SK: text(table.SK)}] = item
	}
}

// edit changes a row, whose keys follow from it.
func edit[T any](e *table.Entity[T], change func(*T), values ...any) func(table.Rows) {
	return func(rows table.Rows) {
		v, ok := e.In(rows, values...)
		if !ok {
			panic("there is no such row")
		}
		change(&v)
		put(e, v)(rows)
	}
}

func drop[T any](e *table.Entity[T], values ...any) func(table.Rows) {
	return func(rows table.Rows) {
		if _, ok := e.In(rows, values...); !ok {
			panic("there is no such row")
		}
		delete(rows, e.Key(values...))
	}
}

// set gives an attribute of a row a value, whatever else follows from it.
func set(p table.Primary, attribute string, v types.AttributeValue) func(table.Rows) {
	return func(rows table.Rows) {
		item := maps.Clone(rows[p])
		item[attribute] = v
		rows[p] = item
	}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func none() types.AttributeValue { return &types.AttributeValueMemberM{Value: dynamo.Item{}} }
