package events

import (
	"net/url"

	"wardroom/infra/local/demo"
)

// request is an operation's sample request, without method and path.
type request struct {
	key   string            // the caller's; "" for the project admin's
	ids   map[string]string // override those below
	query url.Values
	body  string
	idle  string // why the request changes nothing, and so leaves no row in the audit log
}

// ids are the values of path parameters, from the demo data.
var ids = map[string]string{
	"project_id":   "151",
	"team_id":      "7",
	"user_id":      "16",
	"workspace_id": "7",

	"removal_id":      "1",
	"permission_id":   "148",
	"organization_id": "1",
	"key_id":          "2",
	"invite_id":       "3",
	"notification_id": "1",

	"agent_id":  "21",
	"alias_id":  "41",
	"alias":     "support",
	"review_id": "31",
	"type_id":   "2",
	"version":   "1",

	"domain": "organization.com",
}

// member is user 15 and core is team 7, as path parameters of SCIM's routes.
var (
	member = map[string]string{"id": "15"}
	core   = map[string]string{"id": "7"}
)

const acceptedBefore = "the demo data's invitations are accepted by the same member, who may say so again"

// requests has the sample requests, by operation, of those operations that a method, a
// path and ids don't suffice for.
var requests = map[string]request{
	"create-agent":                            {body: `{"name":"Returns","description":"What customers send back","project_id":151,"agent_type_id":1,"instructions":"You answer questions about returns.","temperature":0.3,"starters":["How long may I return it?"]}`},
	"edit-agent":                              {body: `{"instructions":"You answer questions of customers. Be brief, and kind."}`},
	"add-user-to-agent":                       {body: `{"user_ids":[15],"permission":"editor"}`},
	"remove-user-from-agent":                  {body: `{"user_ids":[16]}`},
	"star-agent":                              {ids: map[string]string{"agent_id": "22"}},
	"delete-starred-agents":                   {body: `{"agent_ids":[21]}`},
	"get-agents-by-team-or-user-team":         {query: url.Values{"team_id": {"7"}}},
	"create-a-review-for-an-agent":            {key: demo.GlobalAdmin, body: `{"review":"Knows more than I do.","rating":5}`},
	"update-an-agent-review":                  {key: demo.ProjectMember, body: `{"rating":5}`},
	"create-agent-chat":                       {body: `{"title":"A customer asks"}`},
	"toggle-rating":                           {body: `{"vote":"up"}`},
	"create-agent-alias":                      {body: `{"alias":"help-desk"}`},
	"update-agent-alias":                      {body: `{"alias":"service"}`},
	"update-agent-access-level":               {body: `{"access_level":"public","public_mode":"view_only"}`},
	"update-agent-type":                       {key: demo.GlobalAdmin, body: `{"name":"search"}`},
	"get-user-agent-or-user-agent-permission": {query: url.Values{"user_id": {"16"}}},

	"create-new-project":    {body: `{"project_name":"Support Desk","description":"Questions of customers","team_id":7,"user_ids":[15]}`},
	"edit-project-by-id":    {body: `{"description":"What the sales team asks"}`},
	"fetch-project-details": {body: `{"project_ids":[151,4,9]}`},
	"add-user-to-project":   {body: `{"user_ids":[1],"created_by":"lead@organization.com"}`},

	"create-user":                {key: demo.GlobalAdmin, body: `{"email":"new.user@organization.com","first_name":"New","last_name":"User"}`},
	"edit-user-by-id":            {key: demo.GlobalAdmin, ids: map[string]string{"user_id": "15"}, body: `{"first_name":"First"}`},
	"delete-user-by-id":          {key: demo.GlobalAdmin, ids: map[string]string{"user_id": "15"}}, // 16 is a global admin
	"create-user-permission":     {body: `{"user_id":1,"resource_type":"project","resource_id":151,"permission":"member"}`},
	"edit-user-permission-by-id": {body: `{"permission":"admin"}`},
	"batch-delete-users":         {key: demo.GlobalAdmin, body: `{"user_ids":[15]}`},
	"list-domains":               {key: demo.GlobalAdmin},
	"add-domain":                 {key: demo.GlobalAdmin, body: `{"domain":"example.net","sign_in":true}`},
	"delete-domain":              {key: demo.GlobalAdmin},
	"verify-domain":              {key: demo.GlobalAdmin, idle: "its own domain is proved, and no sample can publish a record for another"},
	"edit-organization":          {key: demo.GlobalAdmin, body: `{"org_name":"Another Name"}`},

	"plan-offboarding":  {key: demo.GlobalAdmin, body: `{"user_id":15,"transfer_to":7}`},
	"apply-offboarding": {key: demo.GlobalAdmin, body: `{"plan_id":1,"plan_hash":"593e3ffaf28ba09ac9df5abcf1200261e2f73d35f60f8a661f116373a65791ac"}`},

	"audit-log":          {key: demo.GlobalAdmin},
	"verify-audit-chain": {key: demo.GlobalAdmin},
	"audit-checkpoint":   {key: demo.GlobalAdmin},

	"create-team":           {key: demo.GlobalAdmin, body: `{"team_name":"Research"}`},
	"edit-team":             {body: `{"description":"Who sells"}`},
	"add-user-to-team":      {body: `{"user_ids":[1],"role":"editor"}`},
	"delete-team":           {key: demo.OtherOrganization, ids: map[string]string{"team_id": "9"}}, // team 7 has projects
	"remove-user-from-team": {body: `{"user_ids":[16]}`},

	"assign-role-to-user":         {body: `{"email":"member@organization.com","organization_id":"1","role":"editor"}`},
	"unassign-role-from-user":     {query: url.Values{"email": {"user@example.com"}, "organization_id": {"1"}, "role": {"editor"}}},
	"invite-user-to-workspace":    {body: `[{"email":"new@example.com","roles":["editor"]}]`},
	"resend-workspace-invitation": {key: demo.OtherOrganization, ids: map[string]string{"organization_id": "2", "workspace_id": "9"}, body: `{"email":"invited@example.org"}`},
	"accept-workspace-invitation": {key: demo.ProjectMember, body: `{"token":"2.local-only-invitation","email":"member@organization.com"}`, idle: acceptedBefore},
	"revoke-project-invite":       {ids: map[string]string{"project_id": "4"}},
	"accept-project-invite":       {key: demo.ProjectMember, body: `{"token":"1.local-only-invitation"}`, idle: acceptedBefore},

	"send-notification-to-user": {key: demo.GlobalAdmin, body: `{"title":"Maintenance","message":"The index is built anew tonight.","link":"/api/project/151"}`},

	"create-api-key":         {body: `{"name":"Reports","scope":"read_only"}`},
	"invite-user-to-project": {body: `{"email":"new@example.com","role":"member"}`},

	"remove-user-from-workspace": {query: url.Values{"email": {"user@example.com"}, "organization_id": {"1"}}},

	"list-scim-users":        {key: demo.GlobalAdmin, query: url.Values{"filter": {`userName eq "member@organization.com"`}}},
	"search-scim-users":      {key: demo.GlobalAdmin, body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"startIndex":2,"count":2,"attributes":["userName"]}`},
	"search-scim":            {key: demo.GlobalAdmin, body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"displayName eq \"Core\"","excludedAttributes":["members"]}`},
	"create-scim-user":       {key: demo.GlobalAdmin, body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"new@organization.com","name":{"givenName":"New","familyName":"Colleague"},"active":true}`},
	"get-scim-user":          {key: demo.GlobalAdmin, ids: member},
	"replace-scim-user":      {key: demo.GlobalAdmin, ids: member, body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"renamed@organization.com","name":{"givenName":"Project","familyName":"Member"},"externalId":"e-15"}`},
	"patch-scim-user":        {key: demo.GlobalAdmin, ids: member, body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`},
	"delete-scim-user":       {key: demo.GlobalAdmin, ids: member},
	"list-scim-groups":       {key: demo.GlobalAdmin, query: url.Values{"filter": {`displayName eq "Core"`}, "excludedAttributes": {"members"}}},
	"create-scim-group":      {key: demo.GlobalAdmin, body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Research","externalId":"g-1","members":[{"value":"15"}]}`},
	"get-scim-group":         {key: demo.GlobalAdmin, ids: core},
	"replace-scim-group":     {key: demo.GlobalAdmin, ids: core, body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Platform","externalId":"g-7","members":[{"value":"15"}]}`},
	"patch-scim-group":       {key: demo.GlobalAdmin, ids: core, body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"1"}]},{"op":"Remove","path":"members[value eq \"16\"]"}]}`},
	"delete-scim-group":      {key: demo.OtherOrganization, ids: map[string]string{"id": "9"}}, // team 7 has projects
	"get-scim-resource-type": {ids: map[string]string{"id": "User"}},
	"get-scim-schema":        {ids: map[string]string{"id": "urn:ietf:params:scim:schemas:core:2.0:User"}},
	"explain-access":         {key: demo.GlobalAdmin, query: url.Values{"user_id": {"16"}, "action": {"edit_project"}, "resource_type": {"project"}, "resource_id": {"151"}}},
	"preview-user-access":    {key: demo.GlobalAdmin},
	"list-removals":          {key: demo.GlobalAdmin},
}
