package races_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/infra/local/seed"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Sixteen writers toggle votes on one agent, a thousand times each in all, half of them two
// for the same person, while three of ten transactions meet another one. Each toggle
// is answered 200 or 503. What was answered 200 has happened, and nothing else: so
// the votes say of whom only one writer is for. In the end what is counted are the
// votes.
func TestTogglesAtScale(t *testing.T) {
	t.Parallel()
	const writers, pairs = 16, 4
	toggles := scale.Of(1000)
	s := fixture.New(t, fixture.Trouble)
	seeds := seed.People(301, 300+writers-pairs)
	for id := int64(301); id <= 300+writers-pairs; id++ {
		seeds = append(seeds, func(tx *table.Tx) {
			table.TeamMembers.Put(tx, model.TeamMember{ID: 21_000 + id, TeamID: 7, UserID: id, Role: "viewer", CreatedOn: model.At(fixture.Epoch), Version: 1})
			tx.Add(table.Teams.Key(int64(7)), "member_count", 1)
		})
	}
	seed.Commit(t.Context(), t, s, seeds...)
	var done, lost atomic.Int64
	var wg sync.WaitGroup
	votes := make([]string, writers) // of each writer's person, if nobody else were there
	for w := range int64(writers) {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 10))
			trouble := fixture.Contended(rand.New(rand.NewPCG(uint64(w), 9)), 0.3)
			for range toggles {
				f := fixture.Faults{Call: 1, Fault: trouble}
				vote := []string{"up", "down", "clear"}[random.IntN(3)]
				got := s.Do(f.In(t.Context()), fixture.Request{Method: "PUT", Path: "/api/agent/21/rating", Key: seed.KeyOf(301 + w%(writers-pairs)), Body: fmt.Sprintf(`{"vote":%q}`, vote)})
				switch got.Status {
				case http.StatusOK:
					done.Add(1)
					if vote == "clear" || vote == votes[w] {
						vote = ""
					}
					votes[w] = vote
				case http.StatusServiceUnavailable:
					lost.Add(1)
				default:
					t.Errorf("%d %s", got.Status, got.Body)
				}
			}
		})
	}
	wg.Wait()
	fixture.Check(t, s) // counts the votes
	rows := s.Rows(t.Context(), t)
	a, _ := table.Agents.In(rows, int64(21))
	for w := int64(pairs); w < writers-pairs; w++ {
		if v, _ := table.Votes.In(rows, int64(21), 301+w); v.Vote != votes[w] {
			t.Errorf("user %d has the vote %q, and was answered %q", 301+w, v.Vote, votes[w])
		}
	}
	t.Logf("%d toggles done, %d lost: %d up, %d down", done.Load(), lost.Load(), a.LikeCount, a.DislikeCount)
	if done.Load() < int64(writers*toggles*9/10) {
		t.Error("hardly anything got through")
	}
}

// Without the condition on a vote's row two toggles of one person at once are both
// counted, so the test above can fail.
func TestTogglesNeedTheirCondition(t *testing.T) {
	t.Parallel()
	s := racing(t)
	seeds := []seed.Seed{func(tx *table.Tx) {
		table.TeamMembers.Put(tx, model.TeamMember{ID: 21_301, TeamID: 7, UserID: 301, Role: "viewer", CreatedOn: model.At(fixture.Epoch), Version: 1})
		tx.Add(table.Teams.Key(int64(7)), "member_count", 1)
	}}
	seed.Commit(t.Context(), t, s, seeds...)
	up := fixture.Request{Method: "PUT", Path: "/api/agent/21/rating", Key: seed.KeyOf(301), Body: `{"vote":"up"}`}
	got := s.Together(fixture.Unconditional(t.Context()), up, up)
	if broken := fixture.Broken(s.Rows(t.Context(), t)); !slices.Equal(statuses(got), []int{200, 200}) || len(broken) == 0 {
		t.Errorf("%v, and %d things broken", statuses(got), len(broken))
	}
}
