package removal_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// However much somebody had, in however many pieces an index tells of it, and
// however much of that has ended long ago: when a removal is done, nothing is
// left.
func TestNothingIsLeftAtScale(t *testing.T) {
	t.Parallel()
	keys, invites, memberships := scale.Of(2500), scale.Of(2500), scale.Of(6000)
	w := worldOver(t, fixture.New(t, fixture.Short(int32(keys/3))),
		fixture.People(20, 20), fixture.Joins(151, 20, "member"))
	const user = 20
	address := model.FoldKey(fixture.Email(user))
	var projects, given fixture.Given
	for i := range int64(keys) {
		given = append(given, fixture.Key(fmt.Sprintf("left%04d", i), user, func(k *model.APIKey) {
			k.ID = 50_000 + i
			if i%3 != 0 {
				fixture.Bound(151)(k)
			}
			if i < int64(keys)/2 { // the older ones, which an index tells of first
				end := model.At(fixture.Epoch)
				k.RevokedOn = &end
			}
		})...)
	}
	for i := range int64(invites) {
		place := fmt.Sprint("project:", 700_000+i)
		given = append(given, func(tx *table.Tx, _ table.Rows) {
			table.Invites.Put(tx, model.Invite{ID: 60_000 + i, OrganizationID: 1, Place: place, Email: fixture.Email(user), EmailKey: address, OpenKey: &address, Role: "member",
				Status: model.InvitePending, TokenHash: []byte{1}, ExpiresOn: model.At(fixture.Epoch.Add(time.Hour)), Version: 1, Stamp: model.Created("System", model.At(fixture.Epoch))})
			table.InvitesOf.Put(tx, model.InviteOf{Place: place, EmailKey: address, InviteID: 60_000 + i})
		})
	}
	for i := range int64(memberships) {
		projects = append(projects, fixture.Project(700_000+i, 0, fmt.Sprint("Project ", i))...)
		given = append(given, fixture.Joins(700_000+i, user, "member", func(m *model.ProjectMember) { m.ID = 800_000 + i })...)
	}
	w.Fill(t, fixture.Together(projects))
	w.Fill(t, fixture.Together(given))

	live := func(bound bool) (n int) {
		for _, k := range table.Keys.All(w.Rows(t.Context(), t)) {
			if k.UserID != nil && *k.UserID == user && k.RevokedOn == nil && (!bound || k.ProjectID != nil) {
				n++
			}
		}
		return n
	}
	if live(true) == 0 {
		t.Fatal("no key is bound")
	}
	w.ask(t, http.StatusOK, http.MethodDelete, "/api/project/151/user/20", "")
	w.settle(t)
	if n := live(true); n > 0 {
		t.Errorf("they were taken out of the project, and %d keys of theirs that are bound to it live", n)
	}
	w.ask(t, http.StatusOK, http.MethodDelete, "/api/user/20", "")
	w.settle(t)
	if n := live(false); n > 0 {
		t.Errorf("%d keys live", n)
	}
	rows := w.Rows(t.Context(), t)
	pending, member := 0, 0
	for _, i := range table.Invites.All(rows) {
		if i.EmailKey == address && i.Status == model.InvitePending {
			pending++
		}
	}
	for _, m := range table.ProjectMembers.All(rows) {
		if m.UserID == user {
			member++
		}
	}
	if pending+member > 0 {
		t.Errorf("%d invitations are pending, %d memberships are there", pending, member)
	}
}
