package storetest

import (
	"context"
	"fmt"
	"slices"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// alias is the n-th alias of an agent, to be created.
func (w *world) alias(a model.Agent, n int64, name string) model.Alias {
	return model.Alias{ID: 100*w.base + n, AgentID: a.ID, Alias: name, ProjectID: a.ProjectID, OrganizationID: a.OrganizationID, Stamp: model.Created("System", dawn)}
}

// leads demands that an alias name of the organisation leads to an alias, 0 for none.
func (w *world) leads(name string, alias int64) {
	w.Helper()
	key := table.AliasNames.Key(w.base, name)
	if got, _ := table.AliasNames.At(w.rows(key), key); got.AliasID != alias {
		w.Errorf("%q leads to alias %d, want %d", name, got.AliasID, alias)
	}
}

func (w *world) creating(a model.Alias) func(*table.Tx) {
	return func(tx *table.Tx) { w.Store.CreateAlias(tx, a) }
}

func aliases(w *world) {
	a, b := w.agent(0), w.agent(1)
	w.oneOf(w.creating(w.alias(a, 1, "one")), w.creating(w.alias(b, 2, "one")))
	w.must(w.creating(w.alias(a, 3, "two")))
	w.refused("a name that another agent has", w.creating(w.alias(b, 4, "two")))
	w.refused("a name that the agent has", w.creating(w.alias(a, 4, "two")))
	w.leads("two", 100*w.base+3)
	elsewhere := w.alias(a, 5, "two")
	elsewhere.OrganizationID = w.base + 500
	w.must(w.creating(elsewhere))
	nowhere := w.alias(model.Agent{ID: w.base + 9, ProjectID: w.base, OrganizationID: w.base}, 6, "three")
	w.refused("an alias of an agent that isn't there", w.creating(nowhere))
	w.leads("three", 0)
	if n := w.now(a.ID).AliasCount + w.now(b.ID).AliasCount; n != 3 {
		w.Errorf("both count %d aliases", n)
	}
}

func freedAliases(w *world) {
	a, b := w.agent(0), w.agent(1)
	w.must(w.creating(w.alias(a, 1, "old")))
	w.must(w.creating(w.alias(a, 2, "second")))
	first, _ := find(w, table.Aliases, 100*w.base+1)
	renamed := first
	renamed.Alias = "new"
	w.must(func(tx *table.Tx) { w.Store.RenameAlias(tx, first, renamed) })
	w.leads("old", 0)
	w.leads("new", first.ID)
	w.refused("renamed as it was", func(tx *table.Tx) { w.Store.RenameAlias(tx, first, renamed) })
	w.must(w.creating(w.alias(b, 3, "old")))
	first, _ = find(w, table.Aliases, first.ID)
	taken := first
	taken.Alias = "second"
	w.refused("renamed to what is taken", func(tx *table.Tx) { w.Store.RenameAlias(tx, first, taken) })
	second, _ := find(w, table.Aliases, 100*w.base+2)
	w.must(func(tx *table.Tx) { w.Store.DeleteAlias(tx, second) })
	w.leads("second", 0)
	w.refused("deleted twice", func(tx *table.Tx) { w.Store.DeleteAlias(tx, second) })
	w.must(w.creating(w.alias(a, 4, "second")))

	w.refused("an agent deleted without one of its aliases", func(tx *table.Tx) { w.Store.DeleteAgent(tx, w.now(a.ID), []model.Alias{first}, "by", dawn) })
	all := slices.DeleteFunc(table.Aliases.All(w.rows(table.Aliases.Key(first.ID), table.Aliases.Key(100*w.base+4))), func(i model.Alias) bool { return i.AgentID != a.ID })
	w.must(func(tx *table.Tx) { w.Store.DeleteAgent(tx, w.now(a.ID), all, "by", dawn) })
	w.leads("new", 0)
	w.leads("second", 0)
	w.leads("old", 100*w.base+3) // the other agent's
	w.refused("an alias of a deleted agent", w.creating(w.alias(a, 5, "third")))
	w.must(w.creating(w.alias(b, 6, "new")))
	leading := func(list func(context.Context, int64, int64, int) ([]store.Ref, error), of, project int64) func(context.Context, int64, int) ([]int64, error) {
		return func(ctx context.Context, after int64, n int) ([]int64, error) {
			found, err := list(ctx, of, after, n)
			out := make([]int64, len(found))
			for i, at := range found {
				if out[i] = at.ID; at.Agent != b.ID || at.Project != project {
					w.Errorf("alias %d is said to lead to agent %d of project %d", at.ID, at.Agent, at.Project)
				}
			}
			return out, err
		}
	}
	w.none("its aliases", leading(w.Store.AliasesOf, a.ID, 0))
	w.pages("aliases of the other one", []int64{100*w.base + 3, 100*w.base + 6}, leading(w.Store.AliasesOf, b.ID, 0))
	w.pages("aliases of the organisation", []int64{100*w.base + 3, 100*w.base + 6}, leading(w.Store.AliasesOfOrganization, w.base, w.base))
}

func fullOfAliases(w *world) {
	a := w.agent(0)
	for n := int64(1); n < store.MaxAliases; n++ {
		w.must(w.creating(w.alias(a, n, fmt.Sprint("alias-", n))))
	}
	w.oneOf(w.creating(w.alias(a, 30, "last")), w.creating(w.alias(a, 31, "too-many")))
	w.refused("one more", w.creating(w.alias(a, 32, "one-more")))
	if n := w.now(a.ID).AliasCount; n != store.MaxAliases {
		w.Errorf("it has %d", n)
	}
}

// review is the n-th user's review of an agent; rating 0 is none.
func (w *world) review(a model.Agent, n, rating int64) model.Review {
	r := model.Review{ID: 100*w.base + n, AgentID: a.ID, UserID: w.base + n, Review: "So it is.", Stamp: model.Created("System", dawn)}
	if rating > 0 {
		r.Rating = &rating
	}
	return r
}

// judged demands the counters of an agent's reviews and votes.
func (w *world) judged(says string, agent, reviews, ratings, sum, likes, dislikes int64) {
	w.Helper()
	a := w.now(agent)
	if a.ReviewCount != reviews || a.RatingCount != ratings || a.RatingSum != sum || a.LikeCount != likes || a.DislikeCount != dislikes || a.Version != 1 {
		w.Errorf("%s: %d reviews, of which %d give %d, %d for it, %d against, version %d; want %d, %d, %d, %d, %d, 1",
			says, a.ReviewCount, a.RatingCount, a.RatingSum, a.LikeCount, a.DislikeCount, a.Version, reviews, ratings, sum, likes, dislikes)
	}
}

func reviews(w *world) {
	a := w.agent(0)
	creates := func(r model.Review) func(*table.Tx) { return func(tx *table.Tx) { w.Store.CreateReview(tx, r) } }
	again := w.review(a, 2, 3)
	again.ID++
	w.oneOf(creates(w.review(a, 2, 5)), creates(again))
	w.refused("a second one", creates(w.review(a, 2, 1)))
	var all []func(*table.Tx)
	for n := int64(5); n < 11; n++ {
		all = append(all, creates(w.review(a, n, n-5))) // the first gives no rating
	}
	w.allOf(all...)
	by2, _ := find(w, table.Reviewers, a.ID, w.base+2)
	first, _ := find(w, table.Reviews, a.ID, by2.ReviewID)
	w.must(func(tx *table.Tx) { w.Store.DeleteReview(tx, first) })
	w.judged("six by six people", a.ID, 6, 5, 15, 0, 0)
	w.refused("deleted twice", func(tx *table.Tx) { w.Store.DeleteReview(tx, first) })
	w.must(creates(w.review(a, 2, 4)))
	w.judged("and another one by who deleted theirs", a.ID, 7, 6, 19, 0, 0)

	to := func(n, rating int64) func(*table.Tx) {
		from, _ := find(w, table.Reviews, a.ID, 100*w.base+n)
		r := from
		r.Rating = &rating
		return func(tx *table.Tx) { w.Store.EditReview(tx, from, r) }
	}
	w.oneOf(to(5, 2), to(5, 2))
	w.judged("one gives a rating after all", a.ID, 7, 7, 21, 0, 0)
	w.allOf(to(6, 5), to(7, 5), to(8, 5))
	w.judged("three think better of it", a.ID, 7, 7, 30, 0, 0)
	gone, _ := find(w, table.Reviews, a.ID, 100*w.base+9)
	w.oneOf(to(9, 1), func(tx *table.Tx) { w.Store.DeleteReview(tx, gone) })

	newest := ""
	var got []int64
	for {
		page, err := w.Store.ReviewsOf(w.Context(), a.ID, newest, 2)
		if err != nil {
			w.Fatal(err)
		}
		for _, r := range page {
			if got = append(got, r.ID); r.User != r.ID-99*w.base {
				w.Errorf("review %d is said to be user %d's", r.ID, r.User)
			}
		}
		if len(page) < 2 {
			break
		}
		newest = page[1].Position
	}
	if n := w.now(a.ID).ReviewCount; int64(len(got)) != n || !slices.IsSortedFunc(got, func(a, b int64) int { return int(b - a) }) {
		w.Errorf("of %d reviews come %v", n, got)
	}
}

func votes(w *world) {
	a := w.agent(0)
	cast := func(n int64, vote string) func(*table.Tx) {
		was, _ := find(w, table.Votes, a.ID, w.base+n)
		return func(tx *table.Tx) {
			w.Store.CastVote(tx, a, was, model.Vote{AgentID: a.ID, UserID: w.base + n, Vote: vote})
		}
	}
	w.oneOf(cast(2, model.VoteUp), cast(2, model.VoteUp))
	w.judged("one vote, though it was cast twice", a.ID, 0, 0, 0, 1, 0)
	w.allOf(cast(3, model.VoteUp), cast(4, model.VoteDown), cast(5, model.VoteUp), cast(6, model.VoteDown))
	w.judged("and four more at once", a.ID, 0, 0, 0, 3, 2)
	w.allOf(cast(3, model.VoteDown), cast(4, ""), cast(5, ""))
	w.judged("one turns, two take theirs back", a.ID, 0, 0, 0, 1, 2)
	w.oneOf(cast(3, ""), cast(3, model.VoteUp))
	w.must(cast(3, ""))
	w.judged("the one who turned takes theirs back", a.ID, 0, 0, 0, 1, 1)
	if v, ok := find(w, table.Votes, a.ID, w.base+3); !ok || v.Vote != "" || v.Version != 4 {
		w.Errorf("what is left of their vote: %+v, %v", v, ok)
	}
	w.must(func(tx *table.Tx) { w.Store.DeleteAgent(tx, a, nil, "by", dawn) })
	w.refused("a vote on a deleted agent", cast(7, model.VoteUp))
	w.refused("a review of it", func(tx *table.Tx) { w.Store.CreateReview(tx, w.review(a, 7, 5)) })
	w.refused("a permission on it", func(tx *table.Tx) { w.Store.AddAgentMember(tx, a, w.onAgent(a, 7, "viewer")) })
}
