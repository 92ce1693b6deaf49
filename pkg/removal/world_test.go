package removal_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/functions"
	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// world is a system with one more group: accounts, by the function that every
// route of accounts calls.
type world struct {
	*fixture.System
	base    table.Rows
	clock   atomic.Int64
	mounted bool
}

func newWorld(t testing.TB, given ...fixture.Given) *world {
	t.Helper()
	return worldOver(t, fixture.New(t, fixture.Consistent(t), fixture.Trouble), given...)
}

func worldOver(t testing.TB, s *fixture.System, given ...fixture.Given) *world {
	t.Helper()
	w := &world{System: s}
	for _, g := range given {
		w.Put(t, g)
	}
	w.base = w.Rows(t.Context(), t)
	w.open()
	return w
}

// anew puts the data back, and forgets what the process holds.
func (w *world) anew(t testing.TB) {
	t.Helper()
	w.Restore(t.Context(), t, w.base)
	w.open()
}

func (w *world) now() model.Time {
	return model.At(fixture.Epoch.Add(time.Duration(w.clock.Add(1)) * time.Millisecond))
}

// open makes the process forget what it holds. Its doors stay, which take longer to
// make than most requests.
func (w *world) open() {
	w.Fresh()
	w.clock.Store(0)
	if w.mounted {
		return
	}
	w.mounted = true
	groups := append(functions.All(w.Store), accounts(w.Store))
	all := api.Mount(guard.New(w.Store, w.now, nil), groups...)
	w.Local = telemetry.Handler(all, telemetry.Options{Log: telemetry.Logger(io.Discard, false)})
}

type accountsIn struct {
	request.In
	removal.Options
	TransferTo int64 `query:"transfer_to" minimum:"1"`
	Body       struct {
		UserIDs []int64 `json:"user_ids" minItems:"1" maxItems:"90"`
		Delete  bool    `json:"delete,omitempty"`
		Batch   bool    `json:"batch,omitempty"`
	}
}

type awakeIn struct {
	request.In
	UserID int64 `path:"user_id"`
}

func accounts(s *store.Store) api.Group {
	return api.Group{Name: "Accounts", Slug: "accounts", Ops: []api.Op{
		api.POST("/api/test/end", "End", func(ctx context.Context, in *accountsIn) (api.Noted[[]model.User, *removal.Report], error) {
			c, out := in.Request(), api.Noted[[]model.User, *removal.Report]{}
			var users []model.User
			for _, id := range in.Body.UserIDs {
				u, _ := c.UserRow(id)
				users = append(users, u)
			}
			rows, report, err := removal.OfUsers(ctx, s, c, users, removal.UserOptions{Options: in.Options, Delete: in.Body.Delete, Heirs: model.Heirs{TransferTo: in.TransferTo}, Batch: in.Body.Batch})
			out.Data, out.Meta = rows, &report
			return out, err
		}).Allow(access.ManageUsers, access.OwnOrganization()).Users("user_ids").Fails(403, 404, 409),
		api.POST("/api/test/awake/{user_id}", "Awake", func(ctx context.Context, in *awakeIn) (model.User, error) {
			u, ok := in.Request().UserRow(in.UserID)
			if !ok {
				return u, fault.NotFound()
			}
			return removal.Reactivate(ctx, s, in.Request(), u, u)
		}).Allow(access.ManageUsers, access.OwnOrganization()).Users("user_id").Fails(403, 404, 409),
	}}
}

// post sends a request that must be answered as wanted.
func (w *world) ask(t testing.TB, status int, method, path, body string, key ...string) fixture.Response {
	t.Helper()
	r := fixture.Request{Method: method, Path: path, Body: body, Key: demo.GlobalAdmin}
	if len(key) > 0 {
		r.Key = key[0]
	}
	got := w.Do(t.Context(), r)
	if got.Status != status {
		t.Fatalf("%s %s %s: %d, want %d: %s", method, path, body, got.Status, status, got.Body)
	}
	return got
}

// settle drives every removal to its end, as the stream and the sweep do.
func (w *world) settle(t testing.TB) {
	t.Helper()
	for _, r := range table.Removals.All(w.Rows(t.Context(), t)) {
		if done, err := removal.Finish(t.Context(), w.Store, r.ID, w.now()); err != nil || !done {
			t.Fatalf("removal %d: %v, %v", r.ID, done, err)
		}
	}
}

// sound demands that the invariants hold.
func (w *world) sound(t testing.TB) {
	t.Helper()
	fixture.Check(t, w.System)
}

// asBefore demands that the table is as at the beginning but for what an undo
// leaves: the trail, answers, and counters of ids.
func (w *world) asBefore(t testing.TB) {
	t.Helper()
	if d := cmp.Diff(lasting(w.base), lasting(w.Rows(t.Context(), t))); d != "" {
		t.Errorf("not as before (- before, + now):\n%s", d)
	}
}

func lasting(rows table.Rows) fixture.Dump {
	out := fixture.Dump{}
	for p, item := range rows {
		switch table.KindOf(item) {
		case "Audit", "Removal", "RemovalOf", "Effect", "Replay", "ReplayPart", "Marker", "Notification", "Counter":
		default:
			out[p] = fixture.Plain(item)
			delete(out[p], "version")
			delete(out[p], "epoch") // versions of their own kind, which an undo lets rise
			delete(out[p], "agent_epoch")
		}
	}
	return out
}

// busy is user 20, who holds something of every kind: he is the only admin of
// project 160 and one of two of 161, the only owner of team 20 and one of two of
// 21, a member of 151 and of team 7, with keys, invitations, recent projects and
// notifications, and with agents.
func busy() []fixture.Given {
	g := []fixture.Given{
		fixture.People(20, 24), fixture.Team(20, "Alone"), fixture.Team(21, "Two"),
		fixture.Project(160, 20, "Alone"), fixture.Project(161, 0, "Two"), fixture.Project(162, 7, "Seven"),
		fixture.JoinsTeam(20, 20, "owner"),
		{teamMember(21, 20, 20121, "owner")}, {teamMember(21, 21, 20221, "owner")}, {teamMember(7, 20, 20321, "editor")}, {teamMember(20, 22, 20421, "viewer")},
		fixture.Joins(160, 20, "admin"), fixture.Joins(161, 20, "admin"), fixture.Joins(161, 21, "admin"), fixture.Joins(162, 20, "member", fixture.Until(time.Hour)),
		fixture.Joins(151, 20, "member"), fixture.Joins(160, 21, "member"),
		fixture.Key("keya", 20), fixture.Key("keyb", 20, fixture.Bound(151)), fixture.Key("keyc", 20, fixture.Bound(160)),
		{func(tx *table.Tx, _ table.Rows) {
			table.Recents.Put(tx, model.Recents{UserID: 20, Version: 3, Entries: []model.Recent{{ID: 900, ProjectID: 151, LastUsedOn: model.At(fixture.Epoch)}}})
			for id, reader := range map[int64]*int64{800: new(int64(20)), 801: nil} { // one is unread
				table.Notifications.Put(tx, model.Notification{ID: id, UserID: 20, Title: "Welcome", Type: "info", IsRead: reader == nil, UnreadBy: reader, Version: 1})
			}
			for id, place := range map[int64]string{700: "project:151", 701: "team:7", 702: "project:4"} {
				key := model.AddressKey(fixture.Email(20))
				i := model.Invite{ID: id, OrganizationID: 1, Place: place, Email: fixture.Email(20), EmailKey: key, OpenKey: &key, Role: "member", Status: model.InvitePending,
					TokenHash: []byte{1}, ExpiresOn: model.At(fixture.Epoch.Add(time.Hour)), Version: 1, Stamp: model.Created("System", model.At(fixture.Epoch))}
				table.Invites.Put(tx, i)
				table.InvitesOf.Put(tx, model.InviteOf{Place: place, EmailKey: key, InviteID: id})
			}
		}},
	}
	return append(g, agents()...)
}

func teamMember(team, user, id int64, role string) func(*table.Tx, table.Rows) {
	return func(tx *table.Tx, _ table.Rows) {
		table.TeamMembers.Put(tx, model.TeamMember{ID: id, TeamID: team, UserID: user, Role: role, CreatedBy: "System", CreatedOn: model.At(fixture.Epoch), Version: 1})
		tx.Add(table.Teams.Key(team), "member_count", 1)
		if role == "owner" {
			tx.Add(table.Teams.Key(team), "owner_count", 1)
		}
	}
}

// flow is one way to remove somebody, and how it is undone.
type flow struct {
	name, method, path, body string
	effects                  int // at least
}

func flows() []flow {
	return []flow{
		{"from a project", http.MethodDelete, "/api/project/151/user/20?report=true", "", 6},
		{"from a project, the last admin", http.MethodDelete, "/api/project/160/user/20?report=true&transfer_to=21", "", 5},
		{"from a project, to who is no member", http.MethodDelete, "/api/project/160/user/20?report=true&transfer_to=1", "", 5},
		{"from a project, one of two admins", http.MethodDelete, "/api/project/161/user/20?report=true", "", 5},
		{"from a project without an admin", http.MethodDelete, "/api/project/162/user/20?report=true", "", 3},
		{"from a team", http.MethodDelete, "/api/team/7/user?report=true", `{"user_ids":[20,15]}`, 9},
		{"a user is deleted", http.MethodPost, "/api/test/end?report=true&transfer_to=1", `{"user_ids":[20],"delete":true}`, 33},
		{"a user is deactivated", http.MethodPost, "/api/test/end?report=true&transfer_to=1", `{"user_ids":[20]}`, 28},
		{"a batch", http.MethodPost, "/api/test/end?report=true&transfer_to=1", `{"user_ids":[20,21,15],"delete":true,"batch":true}`, 39},
	}
}

func (f flow) with(query string) string { return f.path + query }

func undo(id int64) string { return fmt.Sprintf("/api/removal/%d/undo", id) }

// made are the removals that were made since the beginning: the demo data hold
// some of their own.
func made(rows table.Rows) []model.Removal {
	return slices.DeleteFunc(table.Removals.All(rows), func(r model.Removal) bool { return r.ID <= demo.LastID })
}
