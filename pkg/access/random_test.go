package access

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const cases = 300_000

// TestDecideAgreesWithTheOracle compares every part of a decision with the
// oracle's on random callers, targets and needs. WARDROOM_SEED picks another
// run; the seed is always logged.
func TestDecideAgreesWithTheOracle(t *testing.T) {
	seed := uint64(20240607)
	if s := os.Getenv("WARDROOM_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("WARDROOM_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("WARDROOM_SEED=%d, %d cases", seed, cases)

	rnd := rand.New(rand.NewPCG(seed, 0))
	words := slices.Sorted(maps.Keys(named))
	met := map[string]int{}
	failed := 0
	for i := range cases {
		f := randomFacts(rnd)
		need := randomNeed(rnd, f.kind, words)
		want := oracle(f, need)
		got := asked(f, need)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("case %d: %+v wants %q (-oracle +code):\n%s", i, f, need, diff)
			if failed++; failed == 3 {
				t.Fatal("enough")
			}
		}
		met[outcome(f, want)]++
	}
	// A generator that only ever meets refusals would prove nothing.
	for _, o := range []string{
		"project direct", "project team", "project rank", "project 403", "project 404",
		"team direct", "team rank", "team 403", "team 404",
		"workspace direct", "workspace rank", "workspace 403", "workspace 404",
		"organization direct", "organization rank", "organization 403", "organization 404",
		"agent direct", "agent project", "agent team", "agent rank", "agent access_level", "agent 403", "agent 404",
	} {
		if met[o] < 1000 {
			t.Errorf("only %d cases of %q among %v", met[o], o, met)
		}
	}
}

// asked puts the oracle's question to the code, and the code's answer into the
// oracle's words.
func asked(f facts, need []string) verdict {
	var bits Permission
	for _, word := range need {
		bits |= named[word]
	}
	kinds := map[string]Kind{"project": KindProject, "team": KindTeam, "workspace": KindWorkspace, "organization": KindOrganization, "agent": KindAgent}
	c := Caller{User: f.user, Organization: f.organization, Rank: RankOf(f.staff, f.superuser),
		Service: f.service, BoundProject: f.boundProject}
	t := Target{Kind: kinds[f.kind], ID: f.id, Organization: f.targetOrganization, Project: f.agentsProject, Team: f.projectsTeam,
		Role: f.agentRole, ProjectRole: ProjectRole(f.projectRole), TeamRole: Role(f.teamRole),
		Open: Openness{AccessLevel(f.accessLevel), PublicMode(f.mode)}}
	d := Decide(c, t, bits)
	v := verdict{Visible: d.Visible, Allowed: d.Allowed, Path: d.Path.String(), Granted: map[string]bool{}}
	left := d.Granted
	for word, p := range named {
		if d.Granted&p != 0 {
			v.Granted[word] = true
			left &^= p
		}
	}
	if left != 0 {
		v.Granted[left.String()] = true
	}
	for path := range Paths(c, t) {
		v.Ways = append(v.Ways, path.String())
	}
	if t.Kind == KindAgent { // whose roles are nested
		role, by := HighestRole(c, t)
		v.As, v.AsBy = role, by.String()
	}
	return v
}

// randomFacts keeps the numbers small, so that they often meet, and sometimes
// makes a caller or a row that ought not to exist.
func randomFacts(r *rand.Rand) facts {
	kinds := []string{"project", "project", "project", "project", "team", "team", "team", "workspace", "workspace", "organization", "organization",
		"agent", "agent", "agent", "agent", "agent", "agent", ""}
	f := facts{
		user:               pick[int64](r, 16, 16, 7, 1),
		organization:       pick[int64](r, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0),
		superuser:          r.IntN(6) == 0,
		staff:              r.IntN(4) == 0,
		boundProject:       pick[int64](r, 0, 0, 0, 151, 4, 7),
		kind:               pick(r, kinds...),
		id:                 pick[int64](r, 151, 151, 4, 7),
		targetOrganization: pick[int64](r, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0),
		projectsTeam:       pick[int64](r, 7, 7, 9, 0),
		projectRole:        pick(r, "", "", "member", "admin", "owner", "Admin"),
		agentsProject:      pick[int64](r, 151, 151, 4, 7),
		agentRole:          pick(r, "", "", "", "", "viewer", "editor", "owner", "member", "Owner"),
		accessLevel:        pick(r, "", "private", "organization", "organization", "organization", "public", "public", "Public"),
		mode:               pick(r, "", "view_only", "view_only", "edit", "edit", "Edit"),
		teamRole: pick(r, "", "", "owner", "workspace_admin", "editor", "viewer", "evaluator",
			"deployment_manager", "admin", "Owner"),
	}
	if f.kind == "agent" && r.IntN(3) == 0 { // so that the access level is all there is
		f.agentRole, f.projectRole, f.teamRole = "", "", ""
	}
	if r.IntN(4) == 0 {
		f.service, f.user = true, 0
	}
	if r.IntN(30) == 0 {
		f.service = !f.service // both a user and a service key, or neither
	}
	return f
}

// randomNeed mostly asks for what means something on the kind of target.
func randomNeed(r *rand.Rand, kind string, words []string) []string {
	apt := []string{"view_team", "create_project", "list_user_projects",
		"edit_workspace", "delete_workspace", "modify_user_roles", "add_new_user_to_workspace"}
	if kind == "project" {
		apt = []string{"view_project", "edit_project", "manage_members", "delete_project"}
	}
	if kind == "agent" {
		apt = []string{"view_agent", "edit_agent", "manage_agent"}
	}
	if kind == "organization" {
		apt = []string{"view_organization", "manage_users", "manage_organization"}
	}
	need := []string{}
	for range pick(r, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3) {
		if r.IntN(4) > 0 {
			need = append(need, pick(r, apt...))
		} else {
			need = append(need, pick(r, words...))
		}
	}
	return need
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func outcome(f facts, v verdict) string {
	switch {
	case !v.Visible:
		return f.kind + " 404"
	case !v.Allowed:
		return f.kind + " 403"
	}
	way, _, _ := strings.Cut(v.Path, ":")
	return f.kind + " " + way
}
