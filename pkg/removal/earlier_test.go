package removal_test

import (
	"fmt"
	"net/http"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// What a removal from a project has ended stays so, though a later removal of the
// same person is worked off before it and is undone.
func TestUndoOfALaterRemovalGivesBackItsOwn(t *testing.T) {
	t.Parallel()
	const member = "/api/project/160/user/20"
	for name, later := range map[string][]step{
		"another one from the project": {{http.MethodPost, "/api/project/160/user", `{"user_ids":[20]}`}, {http.MethodDelete, member, ""}},
		"the end of the account":       {{http.MethodPut, "/api/user/20", `{"is_active":false}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fixture.People(20, 21), fixture.Project(160, 0, "One"), fixture.Joins(160, 20, "member"), fixture.Joins(160, 21, "admin"),
				fixture.Key("keyb", 20, fixture.Bound(160)), fixture.Agent(31, 160, "Agent"), fixture.OnAgent(31, 20, "editor"))
			w.do(t, step{http.MethodDelete, member, ""})
			w.do(t, later...)
			removals := made(w.Rows(t.Context(), t))
			last := max(removals[0].ID, removals[1].ID)
			for _, id := range []int64{last, min(removals[0].ID, removals[1].ID)} {
				if done, err := removal.Finish(t.Context(), w.Store, id, w.now()); err != nil || !done {
					t.Fatal(done, err)
				}
			}
			w.ask(t, http.StatusOK, http.MethodPost, undo(last), "")
			w.settle(t)
			rows := w.Rows(t.Context(), t)
			if k, _ := table.Keys.In(rows, "keyb"); k.RevokedOn == nil {
				t.Error("the key that the first removal ended is live again")
			}
			if _, is := table.AgentMembers.In(rows, int64(20), int64(31)); is {
				t.Error("the permission that the first removal ended is there again")
			}
			w.sound(t)
		})
	}
}

// An address of somebody who is deleted may be another's from then on: what is
// sent to that one stays, and what was sent before goes.
func TestNextHolderKeepsTheirInvitations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fixture.Project(160, 0, "One"), fixture.Project(161, 0, "Two"), fixture.Project(162, 0, "Three"))
	invites := func(project int) step {
		return step{http.MethodPost, fmt.Sprintf("/api/project/%d/invite", project), fmt.Sprintf(`{"email":%q}`, fixture.Email(20))}
	}
	w.do(t, invites(160)) // before the address is anybody's
	w.Put(t, fixture.People(20, 20))
	w.do(t, invites(161), step{http.MethodDelete, "/api/user/20", ""}, invites(162), settling)
	got := map[string]string{}
	for _, i := range table.Invites.All(w.Rows(t.Context(), t)) {
		if i.EmailKey == model.AddressKey(fixture.Email(20)) {
			got[i.Place] = i.Status
		}
	}
	if got["project:160"] != model.InviteRevoked || got["project:161"] != model.InviteRevoked || got["project:162"] != model.InvitePending {
		t.Errorf("the invitations are %v", got)
	}
	w.sound(t)
}
