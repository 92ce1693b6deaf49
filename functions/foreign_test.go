package functions_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/seed"
	"wardroom/pkg/api"
)

// alien is a value of an input that names something of organisation 2, and one
// that names nothing at all: both must be answered alike.
type alien struct{ foreign, unknown any }

// aliens are by the name of an input. An input is in here or among plainInputs,
// so that none can be forgotten.
var aliens = map[string]alien{
	"agent_id":        {29, 987654},
	"agent_ids":       {29, 987654},
	"agent":           {29, 987654},
	"alias_id":        {49, 987654},
	"alias":           {"elsewhere", "nobody"},
	"review_id":       {39, 987654},
	"owner":           {90, 987654},
	"project_id":      {9, 987654},
	"project_ids":     {9, 987654},
	"team_id":         {9, 987654},
	"workspace_id":    {9, 987654},
	"user_id":         {90, 987654},
	"user_ids":        {90, 987654},
	"transfer_to":     {90, 987654},
	"agents":          {90, 987654},
	"corpora":         {90, 987654},
	"projects":        {90, 987654},
	"plan_id":         {2, 987654},
	"resource_id":     {9, 987654},
	"permission_id":   {190, 987654},
	"removal_id":      {2, 987654},
	"organization_id": {"2", "987654"},
	"org_id":          {"2", "987654"},
	"id":              {90, 987654},
	"email":           {"other@example.org", "nobody@example.org"},
	"key_id":          {4, 987654},
	"invite_id":       {5, 987654},
	"notification_id": {2, 987654},
	"actor":           {"user:90", "user:987654"},
	"resource":        {"project:9", "project:987654"},
	"token":           {"5.local-only-invitation", "987654.local-only-invitation"},
}

// plainInputs name nothing that belongs to anybody.
var plainInputs = []string{
	"limit", "cursor", "dry_run", "report", "ownerless", "include", "role", "expires_on",
	"project_name", "team_name", "description",
	"userName", "externalId", "active", "givenName", "familyName", "op", "path", "value",
	"filter", "startIndex", "count", "attributes", "excludedAttributes",
	"first_name", "last_name", "is_active", "is_staff", "is_superuser", "resource_type", "permission",
	"org_name", "domain", "sign_in", "purge", "displayName", "primary", "type", "state", "order",
	"name", "kind", "scope", "expires_hours", "roles",
	"title", "message", "notification_type", "link", "is_read", "plan_hash",
	"agent_type_id", "type_id", "version", "instructions", "model", "temperature", "starters",
	"review", "rating", "vote", "access_level", "public_mode",
	"action", "start", "end", "from_seq", "to_seq", "as_of",
}

// news are inputs that name nothing yet, though others of their name do.
var news = []string{"create-user body.email", "invite-user-to-project body.email", "invite-user-to-workspace body.email", "create-agent-alias body.alias", "update-agent-alias body.alias"}

// otherwise are the answers that aren't 404, by operation and input.
var otherwise = map[string]int{
	"create-agent-chat body.agent":                     http.StatusBadRequest, // not that of the path
	"invite-user-to-workspace path.organization_id":    http.StatusBadRequest,
	"accept-workspace-invitation path.organization_id": http.StatusBadRequest,
	"accept-workspace-invitation body.token":           http.StatusBadRequest, // INVITE_NOT_FOUND
	"accept-workspace-invitation body.email":           http.StatusBadRequest, // INVITE_EMAIL_MISMATCH
	"fetch-project-details body.project_ids":           http.StatusOK,         // named in meta.not_found
	"get-all-users query.email":                        http.StatusOK,         // nobody
	"audit-log query.actor":                            http.StatusOK,         // of one's own log: nothing
	"audit-log query.resource":                         http.StatusOK,         // likewise
	"list-removals query.user_id":                      http.StatusOK,         // none of them
	"list-removals query.team_id":                      http.StatusOK,         // likewise
	"assign-role-to-user body.organization_id":         http.StatusBadRequest, // a wrong pairing
	"unassign-role-from-user query.organization_id":    http.StatusBadRequest,
	"unassign-role-from-user query.org_id":             http.StatusBadRequest,
	"remove-user-from-workspace query.organization_id": http.StatusBadRequest,
	"remove-user-from-workspace query.org_id":          http.StatusBadRequest,
	"remove-user-from-workspace query.email":           http.StatusOK, // an unknown address changes nothing
}

// TestForeignIDs puts what belongs to another organisation into each input of
// each operation, asked by those who may do most. It isn't found, the answer is
// that of something which doesn't exist, and nothing changes.
func TestForeignIDs(t *testing.T) {
	inputs := map[string]bool{}
	for _, o := range seed.Operations(t) {
		for _, in := range o.Inputs() {
			inputs[o.Name+" "+in.In+"."+in.Name] = true
		}
	}
	for at := range otherwise {
		if !inputs[at] {
			t.Errorf("%s is no input", at)
		}
	}
	t.Run("agents", func(t *testing.T) { agents(t, fixture.New(t)) })
	byGroup(t, foreign)
}

// foreign asks the operations of a group.
func foreign(t *testing.T, operations []seed.Operation) {
	s := fixture.New(t)
	base, before := dump(t, s)
	tried := 0
	for _, o := range operations {
		for _, in := range o.Inputs() {
			name, at := in.Name[strings.LastIndex(in.Name, ".")+1:], o.Name+" "+in.In+"."+in.Name
			value, ok := aliens[name]
			if slices.Contains(news, at) || strings.HasPrefix(in.Name, "groups.") { // names of groups of operations
				continue
			}
			if !ok {
				if !slices.Contains(plainInputs, name) {
					t.Errorf("%s: whose is it? Name it among aliens or plainInputs", at)
				}
				continue
			}
			tried++
			for _, beside := range []bool{false, true} {
				if beside && !in.List {
					continue
				}
				if beside && slices.Contains(ignored, at) {
					ignores(t, s, at, place(t, o, in, value.foreign, beside), o.Sample)
					s.Restore(t.Context(), t, base)
					s.Fresh()
					continue
				}
				probe(t, s, at, &in, place(t, o, in, value.foreign, beside), place(t, o, in, value.unknown, beside))
			}
			if !fixture.Same(base, s.Rows(t.Context(), t)) {
				t.Errorf("%s: the table changed (- before, + after):\n%s", at, cmp.Diff(before, s.Dump(t.Context(), t)))
				s.Restore(t.Context(), t, base)
				s.Fresh()
			}
		}
	}
	t.Logf("%d inputs", tried)
}

// agents probes what names an agent by its kind and its id: the samples name a
// project.
func agents(t *testing.T, s *fixture.System) {
	t.Helper()
	explain := func(id int) fixture.Request {
		return fixture.Request{Method: http.MethodGet, Path: "/api/access/explain?user_id=15&action=view_agent&resource_type=agent&resource_id=" + strconv.Itoa(id)}
	}
	grant := func(id int) fixture.Request {
		return fixture.Request{Method: http.MethodPost, Path: "/api/user-permission", Body: `{"user_id":15,"resource_type":"agent","permission":"viewer","resource_id":` + strconv.Itoa(id) + `}`}
	}
	before := s.Rows(t.Context(), t)
	for at, r := range map[string]func(int) fixture.Request{"explain-access, of an agent": explain, "create-user-permission, on an agent": grant} {
		probe(t, s, at, nil, r(29), r(987654))
	}
	if !fixture.Same(before, s.Rows(t.Context(), t)) {
		t.Error("something changed")
	}
}

// ignored are lists in which what isn't there is no matter beside what is.
var ignored = []string{"delete-starred-agents body.agent_ids", "delete-starred-agents query.agent_ids"}

// ignores sends a request with something of another organisation's in a list, and
// the same without it: both are answered alike.
func ignores(t *testing.T, s *fixture.System, at string, with, without fixture.Request) {
	t.Helper()
	before := s.Rows(t.Context(), t)
	with.Key, without.Key = demo.ProjectAdmin, demo.ProjectAdmin
	got := s.Do(t.Context(), with)
	s.Restore(t.Context(), t, before)
	s.Fresh()
	want := s.Do(t.Context(), without)
	if got.Status != http.StatusOK || got.Body != want.Body {
		t.Errorf("%s: %d %s, but without it %d %s", at, got.Status, got.Body, want.Status, want.Body)
	}
}

// probe sends a request about another organisation's things, and the same about
// what doesn't exist, each through a door of its own.
func probe(t *testing.T, s *fixture.System, at string, in *api.Input, foreign, unknown fixture.Request) {
	t.Helper()
	for _, key := range []string{demo.GlobalAdmin, demo.ProjectAdmin} {
		want, ok := otherwise[at]
		if !ok {
			want = http.StatusNotFound
		}
		foreign.Key, unknown.Key = key, key
		got, none := s.Do(t.Context(), foreign), s.Invoke(t.Context(), t, unknown)
		if want == http.StatusOK && (none.Status == http.StatusForbidden || none.Status == http.StatusNotFound) {
			want = none.Status // who may ask for less is refused what doesn't exist, too
		}
		if got.Status != want {
			t.Errorf("%s: %d, want %d\n\t%s %s %s\n\t%s", at, got.Status, want, foreign.Method, foreign.Path, foreign.Body, got.Body)
		}
		if in != nil && got.Status == http.StatusNotFound && !names(got, *in) {
			t.Errorf("%s: the 404 doesn't name it\n\t%s", at, got.Body)
		}
		if theirs.MatchString(got.Body) {
			t.Errorf("%s: it tells of another organisation\n\t%s", at, got.Body)
		}
		if d := cmp.Diff(anonymous(got), anonymous(none)); d != "" && want != http.StatusOK {
			t.Errorf("%s: - another's, + one that doesn't exist:\n%s", at, d)
		}
	}
}

// names reports whether a 404 names the place of what isn't there, where it is one
// of our own answers and not about the path.
func names(got fixture.Response, in api.Input) bool {
	var body struct {
		Meta *struct{ Fields map[string]string }
	}
	if json.Unmarshal([]byte(got.Body), &body) != nil || body.Meta == nil || in.In == "path" {
		return true
	}
	where := in.In + "." + in.Name
	for field := range body.Meta.Fields {
		if field == where || in.List && strings.HasPrefix(field, where+"[") {
			return true
		}
	}
	return false
}

// place returns the operation's sample with value in one of its inputs; beside
// leaves there what a list holds.
func place(t *testing.T, o seed.Operation, in api.Input, value any, beside bool) fixture.Request {
	t.Helper()
	r := o.Sample
	path, rawQuery, _ := strings.Cut(r.Path, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{}
	text, isList := strings.CutPrefix(r.Body, "[") // a body that is a list holds one object
	if isList {
		text = strings.TrimSuffix(text, "]")
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatal(err)
		}
	}
	text, isText := value.(string)
	if !isText {
		text = encoded(t, value)
	}
	switch in.In {
	case "path":
		segments := strings.Split(path, "/")
		segments[slices.Index(strings.Split(o.Path, "/"), "{"+in.Name+"}")] = text
		path = strings.Join(segments, "/")
	case "query":
		was, inBody := body[in.Name]
		if delete(body, in.Name); beside && inBody {
			text = strings.Trim(encoded(t, was), "[]") + "," + text
		}
		query.Set(in.Name, text)
	case "body":
		at, name := body, in.Name
		for {
			outer, rest, nested := strings.Cut(name, ".")
			if !nested {
				break
			}
			if at[outer] == nil {
				at[outer] = map[string]any{}
			}
			at, name = at[outer].(map[string]any), rest
		}
		if was, ok := at[name].([]any); ok && beside {
			at[name] = append(was, value)
		} else if in.List {
			at[name] = []any{value}
		} else {
			at[name] = value
		}
	}
	r.Path = path
	if len(query) > 0 {
		r.Path += "?" + query.Encode()
	}
	if r.Body = ""; len(body) > 0 {
		r.Body = encoded(t, body)
	}
	if isList {
		r.Body = "[" + r.Body + "]"
	}
	return r
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// anonymous is an answer without what tells one request from another.
func anonymous(r fixture.Response) []string {
	return []string{strconv.Itoa(r.Status), ofRequest.ReplaceAllString(r.Body, "")}
}

var (
	ofRequest = regexp.MustCompile(`"request_id":"[^"]*"`)
	theirs    = regexp.MustCompile(`Elsewhere|Others|of another organisation|Other Organization`) // in organisation 2
)
