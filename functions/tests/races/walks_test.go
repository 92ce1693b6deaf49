package races_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/infra/local/seed"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// walker is who walks through lists: a viewer of teams 31 and 32, a member of
// project 501, with a permission of his own on some agents.
const walker = 301

// The places of the walks. Project 501 has no team; 510 belongs to team 31; 520
// goes back and forth between the walker's two teams; 530 is in a team that he is
// not in.
var walked = []struct{ project, team int64 }{{501, 0}, {510, 31}, {520, 31}, {530, 33}}

// The agents of the walks: which there are all along, by their ids.
const (
	perProject = 12
	firstOf    = 10 // times the project: the first agent of a project is 5010
)

// hidden are agents of project 530 that are never visible to the walker, and
// sometimes those that are when they are opened or he is given a permission.
var (
	hidden    = []int64{5310, 5311, 21}
	sometimes = []int64{5301, 5302, 5305, 5307}
)

// walkWorld has agents in each of these projects. All of the walker's own projects
// and teams are visible to him; of project 530 every third is open to the
// organisation, and on every fourth he has a permission himself; one that has
// ended leads him to a hidden one. It returns the projects of the agents that are
// visible all along.
func walkWorld(t *testing.T) (s *fixture.System, always map[int64]int64) {
	t.Helper()
	s = fixture.New(t, fixture.Consistent(t))
	always = map[int64]int64{22: 4}
	seed.Commit(t.Context(), t, s, seed.Person(walker), seed.Team(31, seed.Roles{walker: "viewer"}), seed.Team(32, seed.Roles{walker: "viewer"}), seed.Team(33, nil))
	var seeds []seed.Seed
	for _, at := range walked {
		members := seed.Roles{}
		if at.team == 0 {
			members[walker] = "member"
		}
		seeds = append(seeds, seed.Project(at.project, at.team, members))
	}
	seed.Commit(t.Context(), t, s, seeds...)
	for _, at := range walked {
		for n := range int64(perProject) {
			id := at.project*firstOf + n
			given := fixture.Agent(id, at.project, fmt.Sprint("Agent ", id))
			switch {
			case at.project != 530:
				always[id] = at.project
			case n%3 == 0:
				given = fixture.Agent(id, at.project, fmt.Sprint("Agent ", id), fixture.Open("organization", ""))
				always[id] = at.project
			case n%4 == 0:
				given = fixture.All(given, fixture.OnAgent(id, walker, "viewer"))
				always[id] = at.project
			case id == hidden[0]:
				given = fixture.All(given, fixture.OnAgent(id, walker, "viewer", fixture.Ends(0)))
			}
			s.Put(t, given)
		}
	}
	return s, always
}

// change makes one change beside the walks: agents come and go in every project,
// are opened and closed, the walker is given permissions and loses them, and
// project 520 goes from one of his teams to the other. None of it takes away from
// him what he sees all along.
func change(ctx context.Context, s *fixture.System, random *rand.Rand, made []int64) (r fixture.Request, more []int64) {
	r = fixture.Request{Key: demo.GlobalAdmin}
	project := walked[random.IntN(len(walked))].project
	agent := sometimes[random.IntN(len(sometimes))]
	if len(made) > 0 && random.IntN(2) == 0 {
		agent = made[random.IntN(len(made))]
	}
	switch random.IntN(6) {
	case 0:
		if len(made) > 12 {
			r.Method, r.Path = "DELETE", fmt.Sprintf("/api/agent/%d", made[random.IntN(len(made))])
			return r, nil
		}
		r.Method, r.Path, r.Body = "POST", "/api/agent", fmt.Sprintf(`{"name":"New","project_id":%d}`, project)
		got := s.Do(ctx, r)
		var made struct{ Data struct{ ID int64 } }
		if json.Unmarshal([]byte(got.Body), &made) == nil && got.Status == http.StatusCreated {
			return fixture.Request{}, []int64{made.Data.ID}
		}
		return fixture.Request{}, nil
	case 1:
		if len(made) > 0 {
			r.Method, r.Path = "DELETE", fmt.Sprintf("/api/agent/%d", made[random.IntN(len(made))])
			return r, nil
		}
		fallthrough
	case 2:
		r.Method, r.Path = "PUT", fmt.Sprintf("/api/agent/%d/access", agent)
		r.Body = []string{`{"access_level":"private"}`, `{"access_level":"organization"}`, `{"access_level":"public","public_mode":"edit"}`}[random.IntN(3)]
	case 3:
		r.Method, r.Path, r.Body = "POST", fmt.Sprintf("/api/agent/%d/user", agent), fmt.Sprintf(`{"user_ids":[%d]}`, walker)
	case 4:
		r.Method, r.Path = "DELETE", fmt.Sprintf("/api/agent/%d/user?user_ids=%d", agent, walker)
	case 5:
		r.Method, r.Path, r.Body = "PUT", "/api/project/520", fmt.Sprintf(`{"team_id":%d}`, 31+random.IntN(2))
	}
	return r, nil
}

// walk reads a list page by page, by pages of random sizes, and returns the agents
// in the order in which they came. Each page gives way to a change.
func walk(ctx context.Context, s *fixture.System, random *rand.Rand, path string, turns chan<- struct{}) (shown []model.Agent, pages int, err error) {
	for cursor := ""; ; {
		turns <- struct{}{}
		query := fmt.Sprintf("limit=%d", 1+random.IntN(16))
		if cursor != "" {
			query += "&cursor=" + cursor
		}
		got := s.Do(ctx, fixture.Request{Method: "GET", Path: path + query, Key: seed.KeyOf(walker)})
		var page struct {
			Data []model.Agent
			Meta struct {
				Next string `json:"next_cursor"`
			}
		}
		if err := json.Unmarshal([]byte(got.Body), &page); err != nil || got.Status != http.StatusOK {
			return shown, pages, fmt.Errorf("%s%s: %d %s", path, query, got.Status, got.Body)
		}
		pages++
		shown = append(shown, page.Data...)
		if cursor = page.Meta.Next; cursor == "" {
			return shown, pages, nil
		}
	}
}

// Whatever happens to agents meanwhile, a walk through a list of them shows what
// was visible all along, nothing twice, in its order, and nothing that never was
// visible.
func TestWalksAtScale(t *testing.T) {
	t.Parallel()
	walks := scale.Of(240)
	s, always := walkWorld(t)
	turns := make(chan struct{}, 4)
	var changes atomic.Int64
	var changers sync.WaitGroup
	for n := range 2 {
		changers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 4))
			var made []int64
			for range turns {
				r, more := change(t.Context(), s, random, made)
				if made = append(made, more...); r.Method == "DELETE" && len(made) > 12 {
					made = made[len(made)-12:] // mostly gone by now
				}
				if r.Method != "" {
					if got := s.Do(t.Context(), r); got.Status >= http.StatusInternalServerError {
						t.Errorf("%s %s: %d %s", r.Method, r.Path, got.Status, got.Body)
					}
				}
				if changes.Add(1)%7 == 0 {
					follow(t, s)
				}
			}
		})
	}
	lists := []struct {
		path string
		has  func(project int64) bool // whether it is the project's agents that are listed
	}{
		{"/api/agent?", func(int64) bool { return true }},
		{"/api/agent?", func(int64) bool { return true }},
		{"/api/agent/team?", func(project int64) bool { return project == 510 || project == 520 }},
		{"/api/project/501/agent?", func(project int64) bool { return project == 501 }},
	}
	var pages, extra atomic.Int64
	g := concurrent.NewGroup()
	g.SetLimit(3)
	for n := range walks {
		g.Go(func() error {
			random := rand.New(rand.NewPCG(uint64(n), 5))
			list := lists[n%len(lists)]
			shown, some, err := walk(t.Context(), s, random, list.path, turns)
			pages.Add(int64(some))
			if err != nil {
				return err
			}
			ids := make([]int64, len(shown))
			for i, a := range shown {
				ids[i] = a.ID
			}
			if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
				return fmt.Errorf("walk %d of %s isn't in order, or has something twice: %v", n, list.path, ids)
			}
			for id, project := range always {
				if list.has(project) && !slices.Contains(ids, id) {
					return fmt.Errorf("walk %d of %s lacks agent %d, which was there all along: %v", n, list.path, id, ids)
				}
			}
			for _, a := range shown {
				if slices.Contains(hidden, a.ID) || !list.has(a.ProjectID) {
					return fmt.Errorf("walk %d of %s shows agent %d of project %d", n, list.path, a.ID, a.ProjectID)
				}
				if always[a.ID] == 0 {
					extra.Add(1)
				}
			}
			return nil
		})
	}
	err := g.Wait()
	close(turns)
	changers.Wait()
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d walks over %d pages, beside %d changes; %d agents came and went", walks, pages.Load(), changes.Load(), extra.Load())
	if changes.Load() < int64(walks) || extra.Load() == 0 {
		t.Error("too little happened meanwhile")
	}
	s.Settle(t.Context(), t)
	fixture.Check(t, s)
}

// follow lets the agents follow project 520, as the stream would a moment later.
func follow(t *testing.T, s *fixture.System) {
	t.Helper()
	f := s.Stream()
	var rows []model.Audit
	for _, a := range fixture.Audits(s.Rows(t.Context(), t)) {
		if a.Action == "edit-project-by-id" {
			rows = append(rows, a)
		}
	}
	if n := len(rows); n > 0 {
		_, _ = f.Stream.Work(t.Context(), rows[n-1:]) // one that is overtaken is followed later
	}
}

// held lets the list of one team be read only when it is told to, and tells when
// that of another was.
type held struct {
	late, early   string // partitions of the table
	waits, passed chan struct{}
	release       chan struct{}
	once          sync.Once
}

func (h *held) option(o *dynamodb.Options) {
	o.APIOptions = append(slices.Clip(o.APIOptions), func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Held", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			q, ok := in.Parameters.(*dynamodb.QueryInput)
			if !ok || telemetry.From(ctx).Operation() != "list-agents" {
				return next.HandleInitialize(ctx, in)
			}
			of, _ := q.ExpressionAttributeValues[":p"].(*types.AttributeValueMemberS)
			if of.Value == h.late {
				first := false
				h.once.Do(func() { first = true })
				if first {
					close(h.waits)
					<-h.release
				}
			}
			out, meta, err := next.HandleInitialize(ctx, in)
			if of.Value == h.early {
				select {
				case h.passed <- struct{}{}:
				default:
				}
			}
			return out, meta, err
		}), middleware.After)
	})
}

// An agent goes from the list of one team to that of another after the one it
// goes to was read, and before the one that it leaves is. It was visible all along, and
// it is shown.
func TestAnAgentOnItsWayIsShown(t *testing.T) {
	t.Parallel()
	h := &held{
		late: table.TeamAgents.Key(int64(31), int64(1)).PK, early: table.TeamAgents.Key(int64(32), int64(1)).PK,
		waits: make(chan struct{}), passed: make(chan struct{}, 1), release: make(chan struct{}),
	}
	s := fixture.New(t, h.option)
	seed.Commit(t.Context(), t, s, seed.Person(walker), seed.Team(31, seed.Roles{walker: "viewer"}), seed.Team(32, seed.Roles{walker: "viewer"}))
	seed.Commit(t.Context(), t, s, seed.Project(520, 31, nil))
	s.Put(t, fixture.Agent(5200, 520, "On its way"))
	answered := make(chan fixture.Response, 1)
	go func() {
		answered <- s.Do(t.Context(), fixture.Request{Method: "GET", Path: "/api/agent", Key: seed.KeyOf(walker)})
	}()
	<-h.waits
	<-h.passed
	s.Granted(t.Context(), t, fixture.Request{Method: "PUT", Path: "/api/project/520", Key: demo.GlobalAdmin, Body: `{"team_id":32}`})
	s.Settle(t.Context(), t)
	close(h.release)
	if got := <-answered; got.Status != http.StatusOK || !strings.Contains(got.Body, `"id":5200`) {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}
