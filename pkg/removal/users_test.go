package removal_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Whose account can't be ended, and why; nothing is written then.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), fixture.Key("staf", 23), fixture.Change(table.Users, func(u *model.User) { u.IsStaff = true }, 23))...)
	for _, r := range []struct {
		name, query, body string
		status            int
		has               string
	}{
		{"himself", "", `{"user_ids":[1]}`, 409, `"code":"self_delete"`},
		{"a global admin", "", `{"user_ids":[16]}`, 403, `"code":"forbidden"`},
		{"all of them are named", "", `{"user_ids":[1,16,20,22],"batch":true}`, 409, `"blocked":[{"user_id":1,"code":"self_delete"},{"user_id":16,"code":"rank"}]`},
		{"a preview refuses alike", "?dry_run=true", `{"user_ids":[1],"delete":true}`, 409, `"code":"self_delete"`},
	} {
		t.Run(r.name, func(t *testing.T) {
			w.open()
			if got := w.ask(t, r.status, http.MethodPost, "/api/test/end"+r.query, r.body); !strings.Contains(got.Body, r.has) {
				t.Error(got.Body)
			}
			w.asBefore(t)
		})
	}
}

// One who comes back has nothing but his account; an undo then gives him the
// rest, and names the account.
func TestReactivated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	w.ask(t, http.StatusOK, http.MethodPost, "/api/test/end?transfer_to=1", `{"user_ids":[20]}`)
	w.ask(t, http.StatusOK, http.MethodPost, "/api/test/awake/20", "")
	w.sound(t)
	rows := w.Rows(t.Context(), t)
	if _, is := table.ProjectMembers.In(rows, 161, 20); is {
		t.Error("a membership was left to who is back")
	}
	id := made(rows)[0].ID
	if got := w.ask(t, http.StatusOK, http.MethodPost, undo(id), ""); !strings.Contains(got.Body, `"user:20"`) {
		t.Error(got.Body)
	}
	w.sound(t)
	if m, is := table.ProjectMembers.In(w.Rows(t.Context(), t), 161, 20); !is || m.Role != "admin" {
		t.Errorf("%+v, %v", m, is)
	}
}

// What changed since is left alone and named; after 30 days nothing is undone.
func TestNotRestored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, busy()...)
	w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/151/user/20", "")
	w.settle(t)
	id := made(w.Rows(t.Context(), t))[0].ID
	w.ask(t, http.StatusOK, http.MethodPost, "/api/project/151/user", `{"user_ids":[20]}`)
	got := w.ask(t, http.StatusOK, http.MethodPost, undo(id), "")
	if !strings.Contains(got.Body, `"not_restored":["project:151/user:20"]`) {
		t.Error(got.Body)
	}
	w.sound(t)
	w.anew(t)
	w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/151/user/20", "")
	id = made(w.Rows(t.Context(), t))[0].ID
	w.ask(t, http.StatusNotFound, http.MethodPost, undo(id), "", demo.OtherOrganization)
	w.ask(t, http.StatusForbidden, http.MethodPost, undo(id), "", demo.ProjectMember)
	w.clock.Add((30*24*time.Hour + time.Minute).Milliseconds())
	w.ask(t, http.StatusConflict, http.MethodPost, undo(id), "")
}

// Of more users than one transaction can free the names of, the effects free the
// rest: all may come again, and an undo gives every one of them their name back.
func TestManyAreDeletedAtOnce(t *testing.T) {
	t.Parallel()
	const first, last = 600, 689 // as many as a request may name
	w := newWorld(t, fixture.People(first, first+29), fixture.People(first+30, first+59), fixture.People(first+60, last))
	ids := make([]string, 0, last-first+1)
	for id := first; id <= last; id++ {
		ids = append(ids, strconv.Itoa(id))
	}
	w.ask(t, http.StatusOK, http.MethodDelete, "/api/user/batch?user_ids="+strings.Join(ids, ","), "")
	rows := w.Rows(t.Context(), t)
	if len(made(rows)) != 1 {
		t.Fatalf("%d removals", len(made(rows)))
	}
	w.settle(t)
	w.sound(t)
	for id := int64(first); id <= last; id++ {
		if _, kept := w.Rows(t.Context(), t)[store.EmailKey(1, fixture.Email(id))]; kept {
			t.Errorf("the address of user %d isn't free", id)
		}
	}
	w.ask(t, http.StatusOK, http.MethodPost, undo(made(rows)[0].ID), "")
	w.settle(t)
	w.sound(t)
	w.asBefore(t)
}

// bare is how long it takes to make one state of the table of another by the
// client alone, in transactions as large as they may be.
func (w *world) bare(t *testing.T, from, to table.Rows) time.Duration {
	t.Helper()
	var writes []types.TransactWriteItem
	for p, item := range to {
		if !reflect.DeepEqual(from[p], item) {
			writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &w.Table, Item: item}})
		}
	}
	for p, item := range from {
		if _, stays := to[p]; !stays {
			key := map[string]types.AttributeValue{table.PK: item[table.PK], table.SK: item[table.SK]}
			writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{TableName: &w.Table, Key: key}})
		}
	}
	began := time.Now()
	for chunk := range slices.Chunk(writes, 100) {
		if _, err := w.Client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: chunk}); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(began)
}

// A removal with 1,000 effects answers after one transaction, and all of it is
// done and undone.
func TestThousandEffectsAtScale(t *testing.T) {
	t.Parallel()
	effects := int64(scale.Of(1000))
	w := newWorld(t, fixture.People(20, 20))
	var g fixture.Given
	for n := int64(0); n < effects; n++ {
		g = append(g, fixture.Project(2000+n, 0, fmt.Sprint("Many ", n))...)
		g = append(g, func(tx *table.Tx, _ table.Rows) {
			table.ProjectMembers.Put(tx, model.ProjectMember{ID: 500_000 + n, ProjectID: 2000 + n, UserID: 20, Role: "member", CreatedBy: "System", CreatedOn: model.At(fixture.Epoch), Version: 1})
		})
	}
	for len(g) > 0 { // projects first, then who is in them
		n := min(len(g), 40)
		var tx table.Tx
		for _, step := range g[:n] {
			step(&tx, nil)
		}
		if err := w.Store.Commit(t.Context(), &tx); err != nil {
			t.Fatal(err)
		}
		g = g[n:]
	}
	var counted table.Tx
	for n := int64(0); n < effects; n++ {
		counted.Add(table.Projects.Key(2000+n), "user_count", 1)
		if counted.Len() == 100 {
			if err := w.Store.Commit(t.Context(), &counted); err != nil {
				t.Fatal(err)
			}
			counted = table.Tx{}
		}
	}
	w.Fill(t, nil) // which lists those that nobody holds
	w.base = w.Rows(t.Context(), t)
	w.sound(t)
	var calls fixture.Faults
	if got := w.Do(calls.In(t.Context()), fixture.Request{Method: http.MethodPost, Path: "/api/test/end", Body: `{"user_ids":[20],"delete":true}`, Key: demo.GlobalAdmin}); got.Status != http.StatusOK {
		t.Fatal(got.Body)
	}
	writes := 0
	for _, name := range calls.Calls() {
		if name == "TransactWriteItems" {
			writes++
		}
	}
	if writes != 1 {
		t.Errorf("%d transactions in the request", writes)
	}
	revoked := w.Rows(t.Context(), t)
	id := made(revoked)[0].ID
	began := time.Now()
	if done, err := removal.Finish(t.Context(), w.Store, id, w.now()); !done || err != nil {
		t.Fatal(done, err)
	}
	took := time.Since(began)
	w.sound(t)
	finished := w.Rows(t.Context(), t)
	w.Restore(t.Context(), t, revoked)
	if bare := w.bare(t, revoked, finished); took > 3*bare && scale.Long() { // a tenth is too few to be timed
		t.Errorf("%d effects in %v, which is more than 3 times the %v of their writes made bare", effects, took, bare)
	}
	if !reflect.DeepEqual(finished, w.Rows(t.Context(), t)) {
		t.Fatal("the bare writes were others")
	}
	w.ask(t, http.StatusOK, http.MethodPost, undo(id), "")
	w.sound(t)
	w.asBefore(t)
}
