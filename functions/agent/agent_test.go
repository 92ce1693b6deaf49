package agent_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// The configurations of the demo's agents, as every answer shows them.
const (
	oldConfig    = `{"instructions":"You answer questions of customers.","model":"","temperature":null,"starters":[]}`
	config       = `{"instructions":"You answer questions of customers. Be brief.","model":"","temperature":0.2,"starters":["How do I reset my password?"]}`
	searchConfig = `{"instructions":"You answer from the handbook alone.","model":"","temperature":0,"starters":[]}`
)

// assistant is agent 21, and search agent 22, as every answer shows them.
var (
	assistant = `{"id":21,"name":"Support Assistant","description":"Answers what customers ask","project":151,"team":7,"organization":1,"agent_type":1,"owner":7,
		"access_level":"private","public_mode":null,"like_count":1,"dislike_count":0,"average_rating":4,"version":2,"config_hash":"` + hash(config) + `",
		"is_deleted":false,"created_by":"lead@organization.com","created_on":"2024-02-01T10:00:00.000000Z","modified_by":"","modified_on":"2024-02-01T10:00:00.000000Z"}`
	search = `{"id":22,"name":"Handbook Search","description":"Knows the handbook","project":4,"team":7,"organization":1,"agent_type":2,"owner":7,
		"access_level":"organization","public_mode":null,"like_count":0,"dislike_count":0,"average_rating":null,"version":1,"config_hash":"` + hash(searchConfig) + `",
		"is_deleted":false,"created_by":"lead@organization.com","created_on":"2024-02-01T11:00:00.000000Z","modified_by":"","modified_on":"2024-02-01T11:00:00.000000Z"}`
)

// hash is the SHA-256 of a text, in hex.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// detail is an agent as it is shown with its configuration.
func detail(agent, config string) string { return agent[:len(agent)-1] + `,"config":` + config + `}` }

// but is a text with other texts in it: pairs of an old and a new one.
func but(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

// at is a stamp's time, so many milliseconds after the clock began: a request
// looks at it twice, and is made at the second look.
func at(ms int) string { return fmt.Sprintf("2026-01-01T00:00:00.%03d000Z", ms) }

// edited is an agent that somebody changed.
func edited(agent, by string, ms int, pairs ...string) string {
	_, old, _ := strings.Cut(agent, `"modified_by":`)
	return but(agent, append(pairs, `"modified_by":`+old, `"modified_by":"`+by+`","modified_on":"`+at(ms)+`"}`)...)
}

func get(key, path string) fixture.Request {
	return fixture.Request{Method: "GET", Path: path, Key: key}
}

func post(key, path, body string) fixture.Request {
	return fixture.Request{Method: "POST", Path: path, Key: key, Body: body}
}

func put(key, path, body string) fixture.Request {
	return fixture.Request{Method: "PUT", Path: path, Key: key, Body: body}
}

func drop(key, path string) fixture.Request {
	return fixture.Request{Method: "DELETE", Path: path, Key: key}
}

// with is a request with a header.
func with(r fixture.Request, header, value string) fixture.Request {
	r.Header = map[string][]string{header: {value}}
	return r
}

func keyed(r fixture.Request) fixture.Request { return with(r, "Idempotency-Key", "k") }

func ifMatch(r fixture.Request, tag string) fixture.Request { return with(r, "If-Match", tag) }

// after is requests one after the other, sent before that of a row.
func after(requests ...fixture.Request) []fixture.Request { return requests }

// people adds the plain users from first to last, between 20 and 29, each with
// the key that key names.
func people(first, last int64) fixture.Given {
	given := fixture.People(first, last)
	for id := first; id <= last; id++ {
		given = fixture.All(given, fixture.Key(fmt.Sprint("user", id), id))
	}
	return given
}

// key is what such a user sends.
func key(user int64) string { return fmt.Sprint("user", user, ".secret") }

// somebody is one of them as every answer shows him.
func somebody(id int64) string {
	return fmt.Sprintf(`{"id":%d,"email":"%s","is_staff":false,"is_superuser":false,"is_active":true,"date_joined":"2026-01-01T00:00:00.000000Z","first_name":"Some","last_name":"Body","organization":%s}`, id, fixture.Email(id), fixture.Organization)
}

// on gives user 20, who has no other way to agent 21, a permission on it.
func on(role string, edits ...func(*model.AgentMember)) fixture.Given {
	return fixture.All(people(20, 20), fixture.OnAgent(21, 20, role, edits...))
}

// removed is that a removal took user 20 out of project 151 so long after the clock
// began, and that all which followed from it is done.
func removed(after time.Duration) fixture.Given {
	project, on := int64(151), model.At(fixture.Epoch.Add(after))
	return fixture.All(fixture.Given{func(tx *table.Tx, _ table.Rows) {
		table.Tombstones.Put(tx, model.Tombstone{ProjectID: project, UserID: 20, Epoch: 1, RemovedOn: on, RemovalID: 900})
		tx.Add(table.Projects.Key(project), "epoch", 1)
	}}, fixture.Removal(model.Removal{ID: 900, Kind: model.FromProject, UserIDs: []int64{20}, ProjectID: &project, OrganizationID: 1, RemovedOn: on, State: model.Done, Version: 1}))
}

func inactive(user int64) fixture.Given {
	return fixture.Change(table.Users, func(u *model.User) { u.IsActive = false }, user)
}

// look is a request, and what its answer must be like.
type look struct {
	fixture.Request
	status int
	has    []string
	lacks  []string
}

// then looks at what a row has come to.
func then(looks ...look) func(*testing.T, *fixture.System) {
	return func(t *testing.T, s *fixture.System) {
		t.Helper()
		for _, l := range looks {
			l.at(t, s)
		}
	}
}

func (l look) at(t *testing.T, s *fixture.System) {
	t.Helper()
	got := s.Do(t.Context(), l.Request)
	missing := slices.DeleteFunc(slices.Clone(l.has), func(text string) bool { return strings.Contains(got.Body, text) })
	there := slices.DeleteFunc(slices.Clone(l.lacks), func(text string) bool { return !strings.Contains(got.Body, text) })
	if got.Status != l.status || len(missing) > 0 || len(there) > 0 {
		t.Errorf("%s %s by %s: %d, want %d; missing %q, there %q: %.2000s", l.Method, l.Path, l.Key, got.Status, l.status, missing, there, got.Body)
	}
}

// answers is the look of a request that is answered so.
func answers(status int, r fixture.Request, has ...string) look {
	return look{Request: r, status: status, has: has}
}

// sees is the look of somebody who may.
func sees(key, path string, has ...string) look { return answers(200, get(key, path), has...) }

// not is the look of somebody who sees the path, and nothing of these in it.
func not(key, path string, lacks ...string) look {
	return look{Request: get(key, path), status: 200, lacks: lacks}
}

// knowsNot is the look of somebody for whom it isn't there.
func knowsNot(key, path string) look { return answers(404, get(key, path)) }

// audit is the one audit row there is: a call writes one.
func audit(t *testing.T, s *fixture.System) model.Audit {
	t.Helper()
	found := fixture.Audits(s.Rows(t.Context(), t))
	if len(found) != 1 {
		t.Fatalf("%d audit rows, want one: %+v", len(found), found)
	}
	return found[0]
}

// ids is a comma list of the ids from first to last.
func ids(first, last int) string {
	var list []string
	for id := first; id <= last; id++ {
		list = append(list, fmt.Sprint(id))
	}
	return strings.Join(list, ",")
}
