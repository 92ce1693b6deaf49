package followup_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/followup"
	"wardroom/pkg/model"
	"wardroom/pkg/purge"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// month is longer than any retention.
const month = 31 * 24 * time.Hour

func sweep(s *fixture.System, now time.Time) followup.Sweep {
	return followup.Sweep{
		Store: s.Store, Work: followup.InOrder(), Now: func() model.Time { return model.At(now) },
		Telemetry: telemetry.Options{Log: telemetry.Logger(io.Discard, false)},
	}
}

// leaver is a user who was deleted when the clock began.
func leaver(id int64) fixture.Given {
	return fixture.Person(id, func(u *model.User) {
		began, due, shard := model.At(fixture.Epoch), model.At(fixture.Epoch.Add(store.Retention*time.Hour)), id%table.PendingShards
		u.IsActive, u.DeletedOn, u.PendingOn, u.PendingShard, u.AuditKey = false, &began, &due, &shard, []byte("key")
	})
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

func TestWhatIsDueIsPurged(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, full(2000, 60))
	s.Put(t, fixture.All(leaver(4000), fixture.Delete(2000)))
	s.Put(t, fixture.Given{func(tx *table.Tx, _ table.Rows) {
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
		{"everything at its end", store.Retention * time.Hour, 2},
		{"everything later", month, 2},
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
			left(t, after)
			fixture.Check(t, s)
		})
	}
}

// left holds what stays of project 2000 and of user 4000.
func left(t *testing.T, after table.Rows) {
	t.Helper()
	partition := table.Projects.Key(int64(2000)).PK
	for p := range after {
		if p.PK == partition {
			t.Errorf("%v is left of the project", p)
		}
	}
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
	var actions []string
	for _, a := range table.Audits.All(after) {
		actions = append(actions, a.Action+" "+a.Resource)
	}
	slices.Sort(actions)
	if d := cmp.Diff([]string{"purge-project project:2000", "purge-user user:4000"}, actions); d != "" {
		t.Error(d)
	}
}

// A purge ends before or after each of its calls to the backend, in every chunk,
// and a later sweep drives it on to what it comes to without a crash.
func TestPurgeCrashPoints(t *testing.T) {
	s := fixture.New(t, fixture.Trouble)
	s.Put(t, full(2000, 60))
	s.Put(t, fixture.All(leaver(4000), fixture.Delete(2000)))
	s.Put(t, fixture.Given{func(tx *table.Tx, _ table.Rows) {
		table.Subjects.Create(tx, model.Subject{SubjectKey: "subject", IssuerKey: "issuer", UserID: 4000, OrganizationID: 1})
		table.Bindings.Create(tx, model.Binding{SubjectKey: "subject", IssuerKey: "issuer", UserID: 4000})
	}})
	begin := s.Rows(t.Context(), t)
	now := model.At(fixture.Epoch.Add(month))
	points := 0
	for name, purged := range map[string]func(context.Context) error{
		"project": func(ctx context.Context) error { return purge.Project(ctx, s.Store, now, 2000) },
		"user":    func(ctx context.Context) error { return purge.User(ctx, s.Store, now, 4000) },
	} {
		for call, struck := 1, true; struck; call++ {
			struck = false
			for _, ending := range fixture.Endings() {
				s.Restore(t.Context(), t, begin)
				f := fixture.Faults{Call: call, Fault: ending}
				err := purged(f.In(t.Context()))
				if f.Struck() == 0 {
					continue
				}
				struck = true
				points++
				what := fmt.Sprintf("%s: %s at call %d (%v)", name, ending.Name, call, err)
				if _, err := sweep(s, now.Std()).Run(t.Context()); err != nil {
					t.Fatalf("%s: the next sweep: %v", what, err)
				}
				t.Log(what)
				left(t, s.Rows(t.Context(), t))
				fixture.Check(t, s)
			}
		}
	}
	if points < 30 {
		t.Errorf("%d crash points, want 30 at least", points)
	}
}

// Sweeps at the same time do the work once, and none fails.
func TestSweepsAtOnce(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(leaver(4000), fixture.Project(2000, 0, "Going"), fixture.Joins(2000, 7, "admin")))
	s.Put(t, fixture.Delete(2000))
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if report, err := sweep(s, fixture.Epoch.Add(month)).Run(t.Context()); err != nil || report.Failed > 0 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
	wg.Wait()
	left(t, s.Rows(t.Context(), t))
}

// A purge that is cut off before any of its calls is carried on by the next
// sweep.
func TestPurgeIsCutOffAnywhere(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, fixture.All(leaver(4000), fixture.Project(2000, 0, "Going"), fixture.Joins(2000, 7, "admin"), fixture.Joins(2000, 15, "member")))
	s.Put(t, fixture.Delete(2000))
	begin := s.Rows(t.Context(), t)
	for after := 0; ; after++ {
		s.Restore(t.Context(), t, begin)
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		w := sweep(s, fixture.Epoch.Add(month))
		now := w.Now
		w.Now = func() model.Time { // looked at before each thing
			if calls++; calls > after+1 {
				cancel()
			}
			return now()
		}
		_, _ = w.Run(ctx)
		whole := ctx.Err() == nil
		cancel()
		if _, err := sweep(s, fixture.Epoch.Add(month)).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		left(t, s.Rows(t.Context(), t))
		if whole {
			break
		}
	}
}

// Rows that the stream lost come to the work by the sweep, in order; one that
// fails is passed over and told of, and young ones are left to the stream.
func TestLostRowsComeBySweep(t *testing.T) {
	s := fixture.New(t)
	now := fixture.Epoch.Add(time.Hour)
	var rows []model.Audit
	for i := range 250 {
		rows = append(rows, model.Audit{OrganizationID: 1, ID: fmt.Sprint(i), TS: model.At(fixture.Epoch.Add(time.Duration(i) * time.Second))})
	}
	rows = append(rows, model.Audit{OrganizationID: 1, ID: "young", TS: model.At(now.Add(-time.Second))})
	sealed := map[string]int{}
	var order []string
	w := sweep(s, now)
	w.Grace = 10 * time.Second
	w.Unsealed = func(_ context.Context, organization int64, _ model.Time) (open []model.Audit, _ error) {
		for _, r := range rows {
			if r.OrganizationID == organization && sealed[r.ID] == 0 {
				open = append(open, r)
			}
		}
		return open, nil
	}
	broken := true
	w.Work = followup.InOrder(followup.Each(func(_ context.Context, r model.Audit) error {
		switch {
		case broken && r.ID == "120":
			panic("at a row")
		case broken && r.ID == "7":
			return errors.New("not now")
		}
		return nil
	}), followup.Each(func(_ context.Context, r model.Audit) error {
		sealed[r.ID]++
		order = append(order, r.ID)
		return nil
	}))
	report, err := w.Run(t.Context())
	if err == nil || report.Failed != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	if sealed["7"]+sealed["120"]+sealed["young"] != 0 || len(sealed) != 248 {
		t.Errorf("%d rows are sealed", len(sealed))
	}
	broken = false
	if report, err = w.Run(t.Context()); err != nil || report.Rows != 2 {
		t.Errorf("the next sweep: %+v, %v", report, err)
	}
	if d := cmp.Diff([]string{"7", "120"}, order[248:]); d != "" {
		t.Error(d)
	}
}

// A removal that isn't finished is found by the index, and one that fails
// doesn't keep the others waiting.
func TestRemovalsAreFinished(t *testing.T) {
	s := fixture.New(t)
	const first, failing, unfinished, last = demo.LastID + 1, demo.LastID + 3, demo.LastID + 4, demo.LastID + 20
	s.Put(t, fixture.Given{func(tx *table.Tx, _ table.Rows) {
		for id := int64(first); id <= last; id++ {
			s.Store.RecordRemoval(tx, model.Removal{ID: id, UserIDs: []int64{16}, State: model.Revoked, RemovedOn: model.At(fixture.Epoch), OrganizationID: 1})
		}
	}})
	w := sweep(s, fixture.Epoch.Add(time.Minute))
	var seen []int64
	w.Finish = func(_ context.Context, id int64) (bool, error) {
		seen = append(seen, id)
		if id == failing {
			return false, errors.New("not now")
		}
		return id != unfinished, nil
	}
	report, err := w.Run(t.Context())
	slices.Sort(seen)
	if err == nil || report.Removals != 18 || report.Failed != 1 || len(slices.Compact(seen)) != 20 {
		t.Errorf("%+v, %v, %v", report, err, seen)
	}
}
