package removal_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Whatever people hold, a preview says what becomes of it, the removal does
// that, and an undo puts all of it back, whatever has happened to agents before;
// and what happens to them meanwhile is all that it leaves.
func TestRandomWorlds(t *testing.T) {
	t.Parallel()
	for seed := uint64(0); seed < 12; seed += uint64(scale.Stride(4)) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 4))
			given, flows := holdings(rnd)
			w := newWorld(t, append(given, agentsByChance(rnd)...)...)
			w.past(t, rnd)
			for i, f := range flows {
				w.roundTrip(t, f, rnd.IntN(2) == 0)
				if i%2 == 0 {
					w.disturbed(t, f, rnd)
				}
			}
		})
	}
}

// holdings are what users 20 to 24 may hold, drawn by chance, and ways to take
// some of it from them.
func holdings(rnd *rand.Rand) ([]fixture.Given, []flow) {
	chance := func(percent int) bool { return rnd.IntN(100) < percent }
	given := []fixture.Given{fixture.People(20, 24), fixture.Team(20, "One"), fixture.Team(21, "Two"), {teamMember(20, 24, 20924, "owner")}, {teamMember(21, 7, 21907, "owner")}}
	ended := func(query, body string) flow {
		return flow{query, http.MethodPost, "/api/test/end?report=true&transfer_to=1", body, 1}
	}
	flows := []flow{
		ended("one is deleted", `{"user_ids":[20],"delete":true}`),
		ended("some are deactivated", `{"user_ids":[20,21]}`),
		ended("some are deleted", `{"user_ids":[20,22,23],"delete":true,"batch":true}`),
	}
	roles := []string{"owner", "workspace_admin", "editor", "viewer", "evaluator", "deployment_manager"}
	for _, team := range []int64{20, 21} {
		for user := int64(20); user < 24; user++ {
			if !chance(50) {
				continue
			}
			role := roles[rnd.IntN(len(roles))]
			given = append(given, fixture.Given{teamMember(team, user, team*1000+user, role)})
			if role != "owner" {
				flows = append(flows, flow{"from a team", http.MethodDelete, fmt.Sprintf("/api/team/%d/user?report=true", team), fmt.Sprintf(`{"user_ids":[%d]}`, user), 1})
			}
		}
	}
	for project := int64(160); project < 165; project++ {
		given = append(given, fixture.Project(project, []int64{0, 7, 20, 21}[rnd.IntN(4)], fmt.Sprint("Project ", project)))
		for user := int64(20); user < 25; user++ {
			switch {
			case chance(25):
				given = append(given, fixture.Joins(project, user, "admin"))
			case chance(20):
				given = append(given, fixture.Joins(project, user, "member", fixture.Until(time.Hour)))
			case chance(30):
				given = append(given, fixture.Joins(project, user, "member"))
			default:
				continue
			}
			flows = append(flows, flow{"from a project", http.MethodDelete, fmt.Sprintf("/api/project/%d/user/%d?report=true&transfer_to=1", project, user), "", 1})
		}
	}
	for user := int64(20); user < 24; user++ {
		for n := range rnd.IntN(3) {
			k := fixture.Key(fmt.Sprintf("key%d%c", user, 'a'+int(user-20)*3+n), user)
			if chance(60) {
				k = fixture.Key(fmt.Sprintf("key%d%c", user, 'a'+int(user-20)*3+n), user, fixture.Bound(160+rnd.Int64N(5)))
			}
			given = append(given, k)
		}
		given = append(given, fixture.Given{func(tx *table.Tx, _ table.Rows) {
			if chance(50) {
				table.Recents.Put(tx, model.Recents{UserID: user, Version: 1, Entries: []model.Recent{{ID: 900 + user, ProjectID: 160, LastUsedOn: model.At(fixture.Epoch)}}})
			}
			for n := range rnd.Int64N(4) {
				table.Notifications.Put(tx, model.Notification{ID: 800 + 10*(user-20) + n, UserID: user, Title: "Welcome", Type: "info", UnreadBy: &user, Version: 1})
			}
			for n, place := range []string{"project:160", "project:161", "team:20", "team:21"} {
				if !chance(30) {
					continue
				}
				key := model.AddressKey(fixture.Email(user))
				id := 700 + 10*(user-20) + int64(n)
				table.Invites.Put(tx, model.Invite{ID: id, OrganizationID: 1, Place: place, Email: fixture.Email(user), EmailKey: key, OpenKey: &key, Role: "member", Status: model.InvitePending,
					TokenHash: []byte{1}, ExpiresOn: model.At(fixture.Epoch.Add(time.Hour)), Version: 1, Stamp: model.Created("System", model.At(fixture.Epoch))})
				table.InvitesOf.Put(tx, model.InviteOf{Place: place, EmailKey: key, InviteID: id})
			}
		}})
	}
	rnd.Shuffle(len(flows), func(i, j int) { flows[i], flows[j] = flows[j], flows[i] })
	return given, flows[:4]
}

// roundTrip previews a removal, makes it, works it off or not, and undoes it.
func (w *world) roundTrip(t *testing.T, f flow, settled bool) {
	t.Helper()
	w.anew(t)
	w.ask(t, http.StatusOK, f.method, f.path, f.body)
	id := made(w.Rows(t.Context(), t))[0].ID
	w.anew(t)
	preview := effectsOf(t, w.ask(t, http.StatusOK, f.method, f.with("&dry_run=true"), f.body).Body)
	w.asBefore(t)
	w.anew(t)
	reported := effectsOf(t, w.ask(t, http.StatusOK, f.method, f.path, f.body).Body)
	w.sound(t)
	if settled {
		w.settle(t)
		w.sound(t)
		w.settle(t)
	}
	shown := effectsOf(t, w.ask(t, http.StatusOK, http.MethodGet, strings.TrimSuffix(undo(id), "/undo"), "").Body)
	alike(t, "report", preview, reported)
	alike(t, "record", preview, shown)
	if len(preview) < f.effects {
		t.Errorf("%d effects, want %d at least: %v", len(preview), f.effects, preview)
	}
	if got := w.ask(t, http.StatusOK, http.MethodPost, undo(id), ""); !strings.Contains(got.Body, `"not_restored":[]`) {
		t.Error(got.Body)
	}
	w.sound(t)
	w.asBefore(t)
	w.settle(t)
	w.asBefore(t)
	w.ask(t, http.StatusConflict, http.MethodPost, undo(id), "")
}

func alike(t *testing.T, what string, preview, now []model.Effect) {
	t.Helper()
	if d := cmp.Diff(preview, now); d != "" {
		t.Errorf("- preview, + %s:\n%s", what, d)
	}
}
