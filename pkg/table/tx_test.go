package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/model"
)

// sent commits tx and shows what the service would be asked to do: an action a
// line, with names and values in their places.
func sent(t *testing.T, tx *Tx) ([]string, error) {
	t.Helper()
	var in *dynamodb.TransactWriteItemsInput
	client := answering(func(input any) any {
		in = input.(*dynamodb.TransactWriteItemsInput)
		return &dynamodb.TransactWriteItemsOutput{}
	})
	if err := Open(dynamo.NewFromIface(client), "none").Commit(t.Context(), tx); err != nil || in == nil {
		return nil, err
	}
	if aws.ToString(in.ClientRequestToken) == "" {
		t.Error("no client request token")
	}
	var lines []string
	for _, i := range in.TransactItems {
		switch {
		case i.Put != nil:
			lines = append(lines, show("put", i.Put.Item, nil, i.Put.ConditionExpression, i.Put.ExpressionAttributeNames, i.Put.ExpressionAttributeValues))
		case i.Update != nil:
			lines = append(lines, show("update", i.Update.Key, i.Update.UpdateExpression, i.Update.ConditionExpression, i.Update.ExpressionAttributeNames, i.Update.ExpressionAttributeValues))
		case i.Delete != nil:
			lines = append(lines, show("delete", i.Delete.Key, nil, i.Delete.ConditionExpression, i.Delete.ExpressionAttributeNames, i.Delete.ExpressionAttributeValues))
		case i.ConditionCheck != nil:
			lines = append(lines, show("check", i.ConditionCheck.Key, nil, i.ConditionCheck.ConditionExpression, i.ConditionCheck.ExpressionAttributeNames, i.ConditionCheck.ExpressionAttributeValues))
		}
	}
	return lines, nil
}

// answering is a client whose calls go no further than to answer.
func answering(answer func(input any) any) *dynamodb.Client {
	catch := middleware.InitializeMiddlewareFunc("Answer", func(_ context.Context, in middleware.InitializeInput, _ middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		return middleware.InitializeOutput{Result: answer(in.Parameters)}, middleware.Metadata{}, nil
	})
	return dynamodb.New(dynamodb.Options{Region: "nowhere", APIOptions: []func(*middleware.Stack) error{
		func(s *middleware.Stack) error { return s.Initialize.Add(catch, middleware.Before) },
	}})
}

func show(verb string, key map[string]types.AttributeValue, update, condition *string, names map[string]string, values map[string]types.AttributeValue) string {
	var stand []string
	for k, name := range names {
		stand = append(stand, k, name)
	}
	for k, v := range values {
		stand = append(stand, k, plain(v))
	}
	r := strings.NewReplacer(longestFirst(stand)...)
	line := verb + " " + text(key[PK]) + "/" + text(key[SK])
	if update != nil {
		line += " " + r.Replace(strings.Join(strings.Fields(*update), " "))
	}
	if condition != nil {
		line += " if " + strings.NewReplacer("(", "", ")", "").Replace(r.Replace(*condition))
	}
	return line
}

// longestFirst orders pairs so that :v10 isn't taken for :v1.
func longestFirst(pairs []string) []string {
	two := slices.Collect(slices.Chunk(pairs, 2))
	slices.SortFunc(two, func(a, b []string) int { return len(b[0]) - len(a[0]) })
	return slices.Concat(two...)
}

func plain(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberBOOL:
		return fmt.Sprint(v.Value)
	}
	return fmt.Sprintf("%T", v)
}

var (
	someProject = model.Project{ID: 151, OrganizationID: 1, Name: "Support", Description: "old", TeamID: ptr(int64(7)), UserCount: 3, AdminCount: 1, Version: 4, Stamp: model.Created("a", noon)}
	someMember  = model.ProjectMember{ID: 148, ProjectID: 151, UserID: 16, Role: "member", CreatedBy: "a", CreatedOn: noon, Version: 1}
	project     = Projects.Key(int64(151))
	team        = Teams.Key(int64(7))
)

// What several calls say about one item becomes one action on it.
func TestOneActionAnItem(t *testing.T) {
	renamed := someProject
	renamed.Name, renamed.Version = "Sales", 5
	alone := someProject
	alone.TeamID, alone.Version = nil, 5
	deleted := someProject
	deleted.IsDeleted, deleted.Version, deleted.PendingShard, deleted.PendingOn = true, 5, ptr(int64(7)), &noon
	gone := someProject
	gone.IsDeleted, gone.Version = true, 5
	someRemoval := model.Removal{ID: 1, UserIDs: []int64{1}, State: model.Revoked, PendingShard: ptr(int64(1)), PendingOn: &noon, EffectiveAccess: model.EffectiveAccess{Via: []string{"rank"}}}
	done := someRemoval
	done.UserIDs, done.EffectiveAccess.Via = []int64{1, 2}, []string{"rank"}
	done.State, done.PendingShard, done.PendingOn = model.Done, nil, nil
	again := someProject
	again.TeamID = ptr(*someProject.TeamID)
	for _, tt := range []struct {
		says string
		do   func(*Tx)
		want []string
	}{
		{"nothing to do asks nothing", func(*Tx) {}, nil},
		{"additions are summed", func(tx *Tx) {
			tx.Add(project, "user_count", 2)
			tx.Add(project, "user_count", -1)
			tx.Add(project, "admin_count", 1)
		}, []string{"update PROJECT#151/PROJECT ADD user_count 1, admin_count 1 if attribute_existspk"}},
		{"additions that come to nothing still demand the item", func(tx *Tx) {
			tx.Add(project, "user_count", 1)
			tx.Add(project, "user_count", -1)
		}, []string{"check PROJECT#151/PROJECT if attribute_existspk"}},
		{"a bound is on the outcome", func(tx *Tx) {
			tx.Add(project, "admin_count", -1)
			tx.AtLeast(project, "admin_count", 1)
		}, []string{"update PROJECT#151/PROJECT ADD admin_count -1 if attribute_existspk AND admin_count >= 2"}},
		{"a bound counts what is added after it was set", func(tx *Tx) {
			tx.AtLeast(project, "admin_count", 1)
			tx.Add(project, "admin_count", -1)
			tx.Add(project, "admin_count", 1)
		}, []string{"check PROJECT#151/PROJECT if attribute_existspk AND admin_count >= 1"}},
		{"an upper bound as well", func(tx *Tx) {
			tx.Add(team, "member_count", 3)
			tx.AtMost(team, "member_count", 1000)
		}, []string{"update TEAM#7/TEAM ADD member_count 3 if attribute_existspk AND member_count <= 997"}},
		{"a condition said twice is asked once", func(tx *Tx) {
			tx.If(team, "$ = ?", "is_deleted", false)
			tx.If(team, "$ = ?", "is_deleted", false)
		}, []string{"check TEAM#7/TEAM if is_deleted = false"}},
		{"a check becomes part of the write that follows", func(tx *Tx) {
			ProjectMembers.Check(tx, someMember)
			ProjectMembers.Delete(tx, someMember)
		}, []string{"delete PROJECT#151/MEMBER#16 if id = 148 AND version = 1"}},
		{"and of the write before it", func(tx *Tx) {
			ProjectMembers.Delete(tx, someMember)
			tx.If(ProjectMembers.Key(151, 16), "$ = ?", "role", "member")
		}, []string{"delete PROJECT#151/MEMBER#16 if id = 148 AND version = 1 AND role = member"}},
		{"a change writes only what differs", func(tx *Tx) { Projects.Change(tx, someProject, renamed) },
			[]string{"update PROJECT#151/PROJECT SET project_name = Sales, version = 5 if version = 4"}},
		{"a change leaves what others add to meanwhile", func(tx *Tx) {
			Projects.Change(tx, someProject, renamed)
			tx.Add(project, "user_count", 1)
		}, []string{"update PROJECT#151/PROJECT SET project_name = Sales, version = 5 ADD user_count 1 if version = 4 AND attribute_existspk"}},
		{"what the new row lacks is taken away, and its place in an index with it", func(tx *Tx) { Projects.Change(tx, someProject, alone) },
			[]string{"update PROJECT#151/PROJECT SET version = 5 REMOVE team_id, gsi2pk, gsi2sk if version = 4"}},
		{"a change of nothing demands that the row is as it was read", func(tx *Tx) { Projects.Change(tx, someProject, someProject) },
			[]string{"check PROJECT#151/PROJECT if version = 4"}},
		{"a deleted row leaves its indexes for that of what is to be purged", func(tx *Tx) { Projects.Change(tx, someProject, deleted) },
			[]string{"update PROJECT#151/PROJECT SET is_deleted = true, pending_on = 2026-01-01T12:00:00.000000Z, pending_shard = 7, version = 5, " +
				"gsi3pk = PENDING#7, gsi3sk = 2026-01-01T12:00:00.000000Z#PROJECT#0000000000000151 REMOVE gsi1pk, gsi1sk, gsi2pk, gsi2sk if version = 4"}},
		{"a deletion alone moves a row as well", func(tx *Tx) { Projects.Change(tx, someProject, gone) },
			[]string{"update PROJECT#151/PROJECT SET is_deleted = true, version = 5 REMOVE gsi1pk, gsi1sk, gsi2pk, gsi2sk if version = 4"}},
		{"lists and what has them are compared whole", func(tx *Tx) { Removals.Change(tx, someRemoval, done) },
			[]string{"update REMOVAL#1/REMOVAL SET state = done, user_ids = *types.AttributeValueMemberL REMOVE pending_on, pending_shard, gsi3pk, gsi3sk if version = 0"}},
		{"two pointers to one value don't differ", func(tx *Tx) { Projects.Change(tx, someProject, again) },
			[]string{"check PROJECT#151/PROJECT if version = 4"}},
		{"a row among those read, as it was read", func(tx *Tx) {
			item, _ := ProjectMembers.Item(someMember)
			rows := Rows{primary(item): item}
			ProjectMembers.CheckIn(tx, rows, int64(151), int64(16))
			ProjectMembers.CheckIn(tx, rows, int64(151), int64(17)) // nothing is known of it
			ProjectMembers.Delete(tx, someMember)
		}, []string{"delete PROJECT#151/MEMBER#16 if id = 148 AND version = 1"}},
		{"more conditions than there are placeholders at hand", func(tx *Tx) {
			for i := range int64(40) {
				tx.If(team, "$ <> ?", "n", i)
			}
		}, []string{"check TEAM#7/TEAM if " + strings.Join(unequal(40), " AND ")}},
		{"a new row must not be there", func(tx *Tx) { Emails.Create(tx, model.Email{OrganizationID: 1, EmailKey: "k", UserID: 7}) },
			[]string{"put ORG#1#EMAIL#k/EMAIL if attribute_not_existspk"}},
		{"a row put regardless", func(tx *Tx) { Tombstones.Put(tx, model.Tombstone{ProjectID: 151, UserID: 16}) },
			[]string{"put PROJECT#151/REMOVED#16"}},
		{"items in the order they came up", func(tx *Tx) {
			tx.Absent(team)
			tx.Add(project, "user_count", 1)
			tx.If(team, "$ > ?", "x", 1)
		}, []string{"check TEAM#7/TEAM if attribute_not_existspk AND x > 1", "update PROJECT#151/PROJECT ADD user_count 1 if attribute_existspk"}},
	} {
		t.Run(tt.says, func(t *testing.T) {
			var tx Tx
			tt.do(&tx)
			got, err := sent(t, &tx)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func unequal(n int) (conditions []string) {
	for i := range n {
		conditions = append(conditions, fmt.Sprint("n <> ", i))
	}
	return conditions
}

func TestRefusedTransactions(t *testing.T) {
	moved := someMember
	moved.UserID = 17
	for says, tt := range map[string]struct {
		do   func(*Tx)
		want string
	}{
		"two writes of one item": {func(tx *Tx) {
			ProjectMembers.Create(tx, someMember)
			ProjectMembers.Delete(tx, someMember)
		}, "two different writes"},
		"an addition to an item that is deleted": {func(tx *Tx) {
			Projects.Delete(tx, someProject)
			tx.Add(project, "user_count", 1)
		}, "two different writes"},
		"two changes of one item": {func(tx *Tx) {
			Projects.Change(tx, someProject, someProject)
			Projects.Change(tx, someProject, someProject)
		}, "two changes"},
		"a change of a key":   {func(tx *Tx) { ProjectMembers.Change(tx, someMember, moved) }, "would change its key"},
		"a row without a key": {func(tx *Tx) { Keys.Create(tx, model.APIKey{}) }, "primary key"},
		"the first of several errors": {func(tx *Tx) {
			Keys.Put(tx, model.APIKey{})
			ProjectMembers.Change(tx, someMember, moved)
		}, "APIKey"},
	} {
		t.Run(says, func(t *testing.T) {
			var tx Tx
			tx.Absent(Teams.Key(int64(1)))
			tt.do(&tx)
			if got, err := sent(t, &tx); got != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("sent %q, error %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestAHundredItems(t *testing.T) {
	var tx Tx
	for i := range int64(100) {
		tx.Absent(Teams.Key(i))
	}
	if got, err := sent(t, &tx); len(got) != 100 || err != nil {
		t.Errorf("100 items: %d sent, %v", len(got), err)
	}
	tx.If(Teams.Key(int64(99)), "$ = ?", "x", 1) // no more items
	if got, err := sent(t, &tx); len(got) != 100 || err != nil {
		t.Errorf("one of them twice: %d sent, %v", len(got), err)
	}
	tx.Absent(Teams.Key(int64(100)))
	if got, err := sent(t, &tx); got != nil || !errors.Is(err, ErrTooLarge) {
		t.Errorf("101 items: %d sent, %v", len(got), err)
	}
}
