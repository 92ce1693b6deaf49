package agent_test

import (
	"encoding/json"
	"testing"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
)

// version is a version of agent 21 as the demo data have it.
func version(n, config string) string {
	return `{"version":` + n + `,"config":` + config + `,"config_hash":"` + hash(config) + `","is_deleted":false,"created_by":"lead@organization.com","created_on":"2024-02-01T10:00:00.000000Z","modified_by":"","modified_on":"2024-02-01T10:00:00.000000Z"}`
}

func TestVersions(t *testing.T) {
	const path = "/api/agent/21/version"
	first, second := version("1", oldConfig), version("2", config)
	restored := but(first, `"version":1`, `"version":3`, "2024-02-01T10:00:00.000000Z", at(2))
	restore := func(key, n string) fixture.Request { return post(key, path+"/"+n+"/restore", "") }
	fixture.Table(t, []fixture.Row{
		{Name: "what it was and is, oldest first", Request: get(demo.ProjectMember, path+"/"), Status: 200, Body: `{"success":true,"message":"Agent versions found successfully.","data":[` + first + `,` + second + `]}`},
		{Name: "one at a time", Request: get(demo.ProjectMember, path+"?limit=1"), Status: 200, Data: `[` + first + `]`, Has: []string{"next_cursor"}},
		{Name: "the next one", First: after(get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, path+"?limit=1&cursor="+fixture.Cursor), Status: 200, Data: `[` + second + `]`},
		{
			Name: "the cursor of another agent's", First: after(get(demo.ProjectMember, path+"?limit=1")), Request: get(demo.ProjectMember, "/api/agent/22/version?cursor="+fixture.Cursor),
			Status: 400, Code: "invalid", Fields: map[string]string{"query.cursor": "is not a cursor of this list"},
		},
		{Name: "one of them", Request: get(demo.ProjectMember, path+"/1"), Status: 200, Body: `{"success":true,"message":"Agent version found successfully.","data":` + first + `}`},
		{Name: "one that there isn't", Request: get(demo.ProjectMember, path+"/3"), Status: 404, Code: "not_found"},
		{Name: "there is no version 0", Request: get(demo.ProjectMember, path+"/0"), Status: 400, Code: "invalid", Fields: map[string]string{"path.version": ""}},
		{Name: "a stranger knows none", Given: people(20, 20), Request: get(key(20), path), Status: 404, Code: "not_found", Then: then(knowsNot(key(20), path+"/1"), knowsNot(demo.OtherOrganization, path))},

		{
			Name: "to restore one makes a new one of it", Request: restore(demo.ProjectAdmin, "1"), Status: 200,
			Body: `{"success":true,"message":"Agent version restored successfully.","data":` + restored + `}`,
			Then: func(t *testing.T, s *fixture.System) {
				if a := audit(t, s); a.Action != "restore-agent-version" || a.Resource != "agent:21" || a.After["config_hash"] != hash(oldConfig) {
					t.Errorf("audit row %+v", a)
				}
				then(
					sees(demo.ProjectMember, "/api/agent/21", `"version":3,"config_hash":"`+hash(oldConfig), `"config":`+oldConfig, `"modified_by":"lead@organization.com"`),
					sees(demo.ProjectMember, path, first[:len(first)-1], second, `"version":3`),
					answers(412, ifMatch(edit(demo.ProjectAdmin, `{"name":"N"}`), `"1"`)),
				)(t, s)
			},
		},
		{Name: "the one in force is in force already", Request: restore(demo.ProjectAdmin, "2"), Status: 200, Data: second, Idle: true},
		{Name: "one that is configured as the one in force too", First: after(restore(demo.ProjectAdmin, "1")), Request: restore(demo.ProjectAdmin, "1"), Status: 200, Has: []string{`"version":3`}, Idle: true},
		{
			Name: "a repeated request makes one", First: after(keyed(restore(demo.ProjectAdmin, "1")), edit(demo.ProjectAdmin, `{"instructions":"New."}`)),
			Request: keyed(restore(demo.ProjectAdmin, "1")), Status: 200, Idle: true, Has: []string{`"version":3`},
		},
		{Name: "by whom, where it is a key", Given: fixture.Key("test", 0, fixture.Bound(151)), Request: restore("test.secret", "1"), Status: 200, Has: []string{`"created_by":"key:test"`}},
		{Name: "a viewer may not", Request: restore(demo.ProjectMember, "1"), Status: 403, Code: "forbidden"},
		{Name: "one that there isn't, before that", Request: restore(demo.ProjectMember, "3"), Status: 404, Code: "not_found"},
		{Name: "an editor may", Given: on("editor"), Request: restore(key(20), "1"), Status: 200},
		{
			Name: "no number is given twice", First: after(restore(demo.ProjectAdmin, "1"), edit(demo.ProjectAdmin, `{"name":"N"}`), edit(demo.ProjectAdmin, `{"model":"m"}`)), Request: restore(demo.ProjectAdmin, "2"), Status: 200, Has: []string{`"version":5`},
			Then: then(not(demo.ProjectMember, path, `"version":6`), sees(demo.ProjectMember, path+"/4", `"model":"m"`), sees(demo.ProjectMember, path+"/5", config)),
		},
	})
}

// The hash of a configuration is that of the very bytes that answers show it in,
// whatever is in it.
func TestConfigHash(t *testing.T) {
	hashed := func(t *testing.T, s *fixture.System) {
		t.Helper()
		hashes := map[string]bool{}
		for _, path := range []string{"/api/agent/21", "/api/agent/21/version/3"} {
			var e struct {
				Data struct {
					Config json.RawMessage
					Hash   string `json:"config_hash"`
				}
			}
			got := s.Do(t.Context(), get(demo.ProjectMember, path))
			if err := json.Unmarshal([]byte(got.Body), &e); err != nil || e.Data.Hash != hash(string(e.Data.Config)) {
				t.Errorf("%s: config_hash is %s, and that of the bytes %s: %s", path, e.Data.Hash, hash(string(e.Data.Config)), got.Body)
			}
			hashes[e.Data.Hash] = true
		}
		if len(hashes) != 1 {
			t.Errorf("one configuration has several hashes: %v", hashes)
		}
	}
	fixture.Table(t, []fixture.Row{
		{Name: "markup, quotes and line separators", Request: edit(demo.ProjectAdmin, `{"instructions":"<b>&amp;</b> \"é\" \\ \u2028\u2029\u007f\t😀 \u00e9 e\u0301","starters":["<",">&"]}`), Status: 200, Then: hashed},
		{Name: "a tiny temperature", Request: edit(demo.ProjectAdmin, `{"temperature":1e-9}`), Status: 200, Then: hashed},
		{Name: "one too near to zero to be kept", Request: edit(demo.ProjectAdmin, `{"temperature":1e-200}`), Status: 200, Has: []string{`"temperature":0,`}, Then: hashed},
		{Name: "zero has no sign", Request: edit(demo.ProjectAdmin, `{"temperature":-0.0}`), Status: 200, Has: []string{`"temperature":0,`}, Then: hashed},
		{Name: "a long one", Request: edit(demo.ProjectAdmin, `{"temperature":0.30000000000000004}`), Status: 200, Then: hashed},
		{Name: "none, and no starters", Request: edit(demo.ProjectAdmin, `{"temperature":null,"starters":[],"instructions":"","model":""}`), Status: 200, Has: []string{`"starters":[]`, `"temperature":null`}, Then: hashed},
	})
}
