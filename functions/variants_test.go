package functions_test

import (
	"cmp"

	"wardroom/infra/local/fixture"
)

// instead is r with what v says.
func instead(r, v fixture.Request) fixture.Request {
	r.Path, r.Body = cmp.Or(v.Path, r.Path), cmp.Or(v.Body, r.Body)
	return r
}

// variants are further requests to an operation, for rules of access.md that
// its sample doesn't touch. What one leaves empty is as in the sample. {self}
// and {email} are the caller's own. A variant without a name stands in for the
// sample where that is about other things than the matrix's cast.
var variants = map[string]fixture.Request{
	"delete-starred-agents":                        {Body: `{"agent_ids":[22]}`},
	"get-agents-by-team-or-user-team/own":          {Path: "/api/agent/team"},
	"get-agents-by-team-or-user-team/self":         {Path: "/api/agent/team?user_id={self}"},
	"get-agents-by-team-or-user-team/other":        {Path: "/api/agent/team?user_id=15"},
	"update-an-agent-review/self":                  {Path: "/api/agent/23/review/50{self}"},
	"delete-an-agent-review/self":                  {Path: "/api/agent/23/review/50{self}"},
	"get-all-agent-alias/agent":                    {Path: "/api/agent-alias?agent_id=21"},
	"get-user-agent-or-user-agent-permission/all":  {Path: "/api/agent/21/user"},
	"get-user-agent-or-user-agent-permission/self": {Path: "/api/agent/21/user?user_id={self}"},
	"get-agent/open":                               {Path: "/api/agent/22"},
	"edit-agent/open":                              {Path: "/api/agent/22"},
	"edit-agent/public":                            {Path: "/api/agent/24"},
	"edit-agent/owner":                             {Body: `{"owner":15}`},
	"star-agent":                                   {Path: "/api/agent/21/starred"},

	"create-new-project/no-team": {Body: `{"project_name":"Alone"}`},
	"get-all-projects/team":      {Path: "/api/project?team_id=7"},

	"edit-project-by-id/other-team": {Body: `{"team_id":8}`},
	"edit-project-by-id/no-team":    {Body: `{"team_id":null}`},

	"add-user-to-project/admin":         {Body: `{"user_ids":[16],"role":"admin"}`},
	"remove-user-from-project/self":     {Path: "/api/project/151/user/{self}"},
	"remove-user-from-project/dry-run":  {Path: "/api/project/151/user/16?dry_run=true"},
	"remove-user-from-project/stranger": {Path: "/api/project/151/user/202"},

	"get-user-projects-for-team/self": {Path: "/api/team/7/user/{self}/project"},

	"edit-user-by-id/self":    {Path: "/api/user/{self}", Body: `{"first_name":"Own"}`},
	"edit-user-by-id/staff":   {Body: `{"is_staff":true}`},
	"edit-user-by-id/global":  {Body: `{"is_superuser":true}`},
	"edit-user-by-id/end":     {Body: `{"is_active":false}`},
	"edit-user-by-id/admin":   {Path: "/api/user/16"}, // a global admin
	"delete-user-by-id/admin": {Path: "/api/user/16"},

	"create-user-permission/agent":        {Body: `{"user_id":15,"resource_type":"agent","resource_id":21,"permission":"viewer"}`},
	"get-user-permission-by-id/agent":     {Path: "/api/user-permission/312"},
	"edit-user-permission-by-id/agent":    {Path: "/api/user-permission/312", Body: `{"permission":"viewer"}`},
	"delete-user-permission-by-id/agent":  {Path: "/api/user-permission/312"},
	"create-user-permission/organization": {Body: `{"user_id":15,"resource_type":"organization","resource_id":1,"permission":"application_admin"}`},

	"delete-team":             {Path: "/api/team/8"}, // which has no projects
	"add-user-to-team/viewer": {Body: `{"user_ids":[1]}`},
	"add-user-to-team/change": {Body: `{"user_ids":[15],"role":"evaluator"}`},
	"add-user-to-team/owner":  {Body: `{"user_ids":[1],"role":"owner"}`},

	"remove-user-from-team/self":  {Body: `{"user_ids":[{self}]}`},
	"remove-user-from-team/both":  {Body: `{"user_ids":[{self},16]}`},
	"remove-user-from-team/owner": {Body: `{"user_ids":[7]}`},

	"list-removals/project": {Path: "/api/removal?project_id=151"},
	"get-removal":           {Path: "/api/removal/1001"},
	"get-removal/team":      {Path: "/api/removal/1002"},
	"undo-removal":          {Path: "/api/removal/1001/undo"},
	"undo-removal/team":     {Path: "/api/removal/1002/undo"},

	"plan-offboarding/admin": {Body: `{"user_id":16,"transfer_to":7}`}, // a global admin

	"assign-role-to-user/owner":       {Body: `{"email":"lead@organization.com","organization_id":"1","role":"owner"}`},
	"assign-role-to-user/new-owner":   {Body: `{"email":"user@example.com","organization_id":"1","role":"owner"}`},
	"unassign-role-from-user/owner":   {Path: "/api/workspaces/7/roles?email=lead@organization.com&organization_id=1&role=owner"},
	"invite-user-to-workspace/viewer": {Body: `[{"email":"new@example.com","roles":["viewer"]}]`},
	"invite-user-to-workspace/owner":  {Body: `[{"email":"new@example.com","roles":["owner"]}]`},

	"create-user/staff":         {Body: `{"email":"new@example.com","is_staff":true}`},
	"list-api-keys/user":        {Path: "/api/api-key?user_id=15"},
	"list-api-keys/admin":       {Path: "/api/api-key?user_id=16"}, // a global admin
	"create-api-key/restricted": {Body: `{"name":"Some","scope":"restricted","groups":{"account":"write"}}`},
	"create-api-key/bound":      {Body: `{"name":"Bound","project_id":151}`},
	"create-api-key/service":    {Body: `{"name":"Robot","kind":"service"}`},
	"revoke-api-key/service":    {Path: "/api/api-key/618"}, // that of serv

	"remove-user-from-workspace/self":  {Path: "/api/workspaces/7/users?email={email}"},
	"remove-user-from-workspace/owner": {Path: "/api/workspaces/7/users?email=lead@organization.com"},
	"create-scim-group":                {Body: `{"displayName":"Research"}`}, // without somebody of one organisation
	"delete-scim-group":                {Path: "/scim/v2/Groups/8"},          // which has no projects
	"replace-scim-user/global":         {Path: "/scim/v2/Users/1"},
	"patch-scim-user/global":           {Path: "/scim/v2/Users/1"},
	"delete-scim-user/global":          {Path: "/scim/v2/Users/1"},

	"remove-user-from-workspace/none": {Path: "/api/workspaces/7/users?email=nobody@example.com"},

	"audit-log/project":        {Path: "/api/audit?resource=project:151"},
	"explain-access/self":      {Path: "/api/access/explain?user_id={self}&action=view_team&resource_type=team&resource_id=7"},
	"explain-access/elsewhere": {Path: "/api/access/explain?user_id=16&action=view_project&resource_type=project&resource_id=9"},
	"preview-user-access/self": {Path: "/api/access/preview/user/{self}"},
}
