package followup_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/followup"
	"wardroom/pkg/model"
	"wardroom/pkg/resource"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// leaver is a user who was deleted when the clock began.
func leaver(id int64) fixture.Given {
	return append(fixture.Person(id, func(u *model.User) {
		began, due, shard := model.At(fixture.Epoch), model.At(fixture.Epoch.Add(store.Retention*time.Hour)), id%table.PendingShards
		u.IsActive, u.DeletedOn, u.PendingOn, u.PendingShard, u.AuditKey = false, &began, &due, &shard, []byte("key")
	}), func(tx *table.Tx, _ table.Rows) { // which the deletion freed
		tx.Drop(store.EmailKey(1, fixture.Email(id)))
	})
}

// revoked are keys of a user, which a removal kept.
func revoked(user, n int64) (given fixture.Given) {
	at := model.At(fixture.Epoch)
	const together = 20
	for from := int64(0); from < n; from += together {
		given = append(given, func(tx *table.Tx, _ table.Rows) {
			for id := from; id < min(from+together, n); id++ {
				k := model.APIKey{
					ID: 40_000 + id, Prefix: fmt.Sprint("kept", id), Kind: model.PersonalKey, UserID: &user, OrganizationID: 1,
					RevokedOn: &at, Version: 1, Stamp: model.Created(fixture.Email(user), at),
				}
				table.Keys.Put(tx, k)
				table.KeyIDs.Put(tx, model.KeyID{ID: k.ID, Prefix: k.Prefix})
			}
		})
	}
	return given
}

// full is a project with so many people that its purge takes several chunks.
func full(id, people int64) fixture.Given {
	given, joins := fixture.Project(id, 0, "Full"), fixture.Given{}
	for user := int64(3000); user <= 3000+people; user++ {
		joins = append(joins, fixture.Joins(id, user, "member")...)
		if user%40 == 0 {
			given = append(given, fixture.People(user, min(user+39, 3000+people))...)
		}
	}
	return append(given, fixture.Together(joins)...)
}

// known is a deleted agent that so many people use, judge and chat with that its
// purge takes several chunks.
func known(id, people int64) fixture.Given {
	given := fixture.All(fixture.People(5000, 5000+people), fixture.Agent(id, 151, "Known"))
	const together = 5
	for some := int64(5000); some < 5000+people; some += together {
		given = append(given, func(tx *table.Tx, _ table.Rows) {
			for user := some; user < some+together; user++ {
				table.AgentMembers.Put(tx, model.AgentMember{ID: 50_000 + user, AgentID: id, ProjectID: 151, UserID: user, Role: "viewer", Version: 1})
				table.Reviews.Put(tx, model.Review{ID: user, AgentID: id, UserID: user, Version: 1})
				table.Reviewers.Put(tx, model.Reviewer{AgentID: id, UserID: user, ReviewID: user})
				table.Votes.Put(tx, model.Vote{AgentID: id, UserID: user, Vote: model.VoteUp, Version: 1})
				for n := range int64(7) { // more than go along with what lies beside it
					table.Threads.Put(tx, model.Thread{ID: 10*user + n, AgentID: id, UserID: user, ProjectID: 151, Version: 1})
				}
			}
		})
	}
	return append(given, fixture.DeleteAgent(id)...)
}

// going is something whose retention is over, and what must hold once it is
// purged.
type going struct {
	name  string
	given fixture.Given
	purge func(ctx context.Context, s *fixture.System, now model.Time) error
	left  func(t *testing.T, after table.Rows)
	told  []string // the audit log tells of it
}

// all are the things that go: with people people beside them.
func all(people int64) []going {
	return []going{
		{
			"project", fixture.All(full(2000, people), fixture.Agent(2050, 2000, "Going along"), fixture.Aliases(2050, 3), fixture.Delete(2000)),
			func(ctx context.Context, s *fixture.System, now model.Time) error {
				return followup.PurgeThing(ctx, s.Store, &resource.Project, now, 2000)
			},
			leftOfProject, []string{"finish-project-deletion agent:2050", "purge-project project:2000"},
		},
		{
			"user", append(append(leaver(4000), revoked(4000, people)...), func(tx *table.Tx, _ table.Rows) {
				table.Stars.Create(tx, model.Star{ID: 4000, UserID: 4000, AgentID: 21, ProjectID: 151, CreatedOn: model.At(fixture.Epoch)})
				table.RecentAgents.Put(tx, model.Recents{UserID: 4000, Version: 1, Entries: []model.Recent{{ID: 4000, ProjectID: 151, AgentID: 21, LastUsedOn: model.At(fixture.Epoch)}}})
			}),
			func(ctx context.Context, s *fixture.System, now model.Time) error {
				return followup.PurgeUser(ctx, s.Store, now, 4000)
			},
			leftOfUser, []string{"purge-user user:4000"},
		},
		{
			"agent", known(2100, min(people, 20)),
			func(ctx context.Context, s *fixture.System, now model.Time) error {
				return followup.PurgeThing(ctx, s.Store, &resource.Agent, now, 2100)
			},
			leftOfAgent, []string{"purge-agent agent:2100"},
		},
	}
}

// left holds what stays of things that went, and what is told of them.
func left(t *testing.T, after table.Rows, gone ...going) {
	t.Helper()
	var want, actions []string
	for _, g := range gone {
		g.left(t, after)
		want = append(want, g.told...)
	}
	for _, a := range fixture.Audits(after) {
		actions = append(actions, a.Action+" "+a.Resource)
	}
	slices.Sort(want)
	slices.Sort(actions)
	if d := cmp.Diff(want, actions); d != "" {
		t.Error(d)
	}
}

func leftOfProject(t *testing.T, after table.Rows) {
	t.Helper()
	nothing(t, after, table.Projects.Key(int64(2000)))
	a, is := table.Agents.In(after, int64(2050)) // which has a retention of its own
	if !is || !a.IsDeleted || a.PendingOn == nil || !a.PendingOn.After(model.At(fixture.Epoch.Add(store.Retention*time.Hour))) {
		t.Errorf("its agent: %+v", a)
	}
	for _, alias := range table.Aliases.All(after) {
		if alias.AgentID == 2050 {
			t.Errorf("alias %q is still taken", alias.Alias)
		}
	}
}

func leftOfUser(t *testing.T, after table.Rows) {
	t.Helper()
	u, ok := table.Users.In(after, int64(4000))
	if !ok || u.Email != "" || u.EmailKey != "" || len(u.AuditKey) > 0 || u.FirstName != "Removed" || u.LastName != "user" || u.PendingOn != nil || u.DeletedOn == nil || u.OrganizationID != 1 {
		t.Errorf("the user's row: %+v", u)
	}
	if _, taken := after[store.EmailKey(1, fixture.Email(4000))]; taken {
		t.Error("his address is still taken")
	}
	if len(table.Subjects.All(after))+len(table.Bindings.All(after)) > 0 {
		t.Error("the subject he signed in as is still bound")
	}
	for _, k := range table.Keys.All(after) {
		if k.UserID != nil && *k.UserID == 4000 {
			t.Errorf("key %s, which has the address, is left", k.Prefix)
		}
	}
	for _, k := range table.KeyIDs.All(after) {
		if k.ID >= 40_000 {
			t.Errorf("key %d is still found by its id", k.ID)
		}
	}
	row := table.Users.Key(int64(4000))
	delete(after, row)
	nothing(t, after, row)
}

func leftOfAgent(t *testing.T, after table.Rows) {
	t.Helper()
	nothing(t, after, table.Agents.Key(int64(2100)))
	for _, thread := range table.Threads.All(after) {
		if thread.AgentID == 2100 {
			t.Errorf("thread %d with it is left", thread.ID)
		}
	}
}

// nothing demands that a partition is empty.
func nothing(t *testing.T, after table.Rows, key table.Primary) {
	t.Helper()
	for p := range after {
		if p.PK == key.PK {
			t.Errorf("%v is left", p)
		}
	}
}

func TestWhatIsDueIsPurged(t *testing.T) {
	s := fixture.New(t)
	gone := all(60)
	for _, g := range gone {
		s.Put(t, g.given)
	}
	s.Put(t, fixture.Given{func(tx *table.Tx, _ table.Rows) { // as a deletion leaves nothing any more
		table.Subjects.Create(tx, model.Subject{SubjectKey: "subject", IssuerKey: "issuer", UserID: 4000, OrganizationID: 1})
		table.Bindings.Create(tx, model.Binding{SubjectKey: "subject", IssuerKey: "issuer", UserID: 4000})
	}})
	begin := s.Rows(t.Context(), t)
	for _, tt := range []struct {
		says   string
		at     time.Duration
		purged int
	}{
		{"nothing a second before its retention ends", store.Retention*time.Hour - time.Second, 0},
		{"everything at its end", store.Retention * time.Hour, 3},
		{"everything later", month, 3},
	} {
		t.Run(tt.says, func(t *testing.T) {
			defer s.Restore(t.Context(), t, begin)
			w := sweep(s, fixture.Epoch.Add(tt.at))
			report, err := w.Run(t.Context())
			if err != nil || report.Purged != tt.purged || report.Failed > 0 || report.Rest {
				t.Fatalf("%+v, %v", report, err)
			}
			if again, err := w.Run(t.Context()); err != nil || again.Done() > 0 {
				t.Errorf("the next sweep: %+v, %v", again, err)
			}
			after := s.Rows(t.Context(), t)
			if tt.purged == 0 {
				if d := cmp.Diff(len(begin), len(after)); d != "" {
					t.Error(d)
				}
				return
			}
			left(t, after, gone...)
			fixture.Check(t, s)
			w = sweep(s, fixture.Epoch.Add(2*month)) // the agent that went along with the project
			if report, err := w.Run(t.Context()); err != nil || report.Purged != 1 {
				t.Errorf("a month later: %+v, %v", report, err)
			}
			nothing(t, s.Rows(t.Context(), t), table.Agents.Key(int64(2050)))
		})
	}
}

// A purge ends before or after each of its calls to the backend, in every chunk,
// and a later sweep drives it on to what it comes to without a crash.
func TestPurgeCrashPoints(t *testing.T) {
	s := fixture.New(t, fixture.Trouble)
	empty := s.Rows(t.Context(), t)
	now := model.At(fixture.Epoch.Add(month))
	points := 0
	for _, g := range all(60) {
		s.Restore(t.Context(), t, empty)
		s.Put(t, g.given)
		begin := s.Rows(t.Context(), t)
		for call, struck := 1, true; struck; call += scale.Stride(4) {
			struck = false
			for _, ending := range fixture.Endings() {
				s.Restore(t.Context(), t, begin)
				f := fixture.Faults{Call: call, Fault: ending}
				err := g.purge(f.In(t.Context()), s, now)
				if f.Struck() == 0 {
					continue
				}
				struck = true
				points++
				what := fmt.Sprintf("%s: %s at call %d (%v)", g.name, ending.Name, call, err)
				for _, broken := range fixture.Broken(s.Rows(t.Context(), t)) {
					t.Errorf("%s: %s", what, broken)
				}
				if _, err := sweep(s, now.Std()).Run(t.Context()); err != nil {
					t.Fatalf("%s: the next sweep: %v", what, err)
				}
				t.Log(what)
				left(t, s.Rows(t.Context(), t), g)
				fixture.Check(t, s)
			}
		}
	}
	if want := 60 / scale.Stride(4); points < want {
		t.Errorf("%d crash points, want %d at least", points, want)
	}
}
