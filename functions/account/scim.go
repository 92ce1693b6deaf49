package account

import (
	"strings"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/scim"
)

// scimRoot is the root of SCIM's paths.
const scimRoot = "/scim/v2"

// The schemas that SCIM's messages name.
const (
	userSchema  = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group"
	listSchema  = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
)

// scim lists the operations of SCIM 2.0 (RFC 7643, RFC 7644), by which an identity
// provider manages the organisation's users and, as groups, its teams.
func (h *handlers) scim() []api.Op {
	const (
		users = scimRoot + "/Users"
		one   = users + "/{id}"

		groups = scimRoot + "/Groups"
		group  = groups + "/{id}"
	)
	manage := func(o api.Op) api.Op { return o.SCIM().Allow(access.ManageUsers, access.OwnOrganization()) }
	team := func(o api.Op) api.Op { return manage(o).Allow(access.ViewTeam, access.Team("id")) }
	return []api.Op{
		manage(api.GET(users, "List SCIM Users", h.listSCIM)),
		manage(api.POST(users, "Create SCIM User", h.createSCIM)).Creates().Conflict(fault.KindDuplicate),
		manage(api.POST(users+"/.search", "Search SCIM Users", h.searchSCIM)).Reads(),
		manage(api.GET(one, "Get SCIM User", h.getSCIM)),
		manage(api.PUT(one, "Replace SCIM User", h.replaceSCIM).Removes()).Conflict(fault.KindDuplicate, fault.KindSelfDelete),
		manage(api.PATCH(one, "Patch SCIM User", h.patchSCIM).Removes()).Conflict(fault.KindDuplicate, fault.KindSelfDelete),
		manage(api.DELETE(one, "Delete SCIM User", h.deleteSCIM).Removes()).Mute().Conflict(fault.KindSelfDelete),

		manage(api.GET(groups, "List SCIM Groups", h.listGroups)),
		manage(api.POST(groups, "Create SCIM Group", h.createGroup)).Creates().Conflict(fault.KindDuplicate, fault.KindLimit),
		team(api.GET(group, "Get SCIM Group", h.getGroup)),
		team(api.PUT(group, "Replace SCIM Group", h.replaceGroup).Removes()).Conflict(fault.KindDuplicate, fault.KindLimit),
		team(api.PATCH(group, "Patch SCIM Group", h.patchGroup).Removes()).Mute().Conflict(fault.KindDuplicate, fault.KindLimit),
		team(api.DELETE(group, "Delete SCIM Group", h.deleteGroup)).Mute().Conflict(fault.KindInUse),

		manage(api.POST(scimRoot+"/.search", "Search SCIM", h.searchAll)).Reads(),
		api.GET(scimRoot, "Discover SCIM", h.entry).SCIM().Anyone(),
		api.GET(scimRoot+"/ServiceProviderConfig", "Get SCIM Service Provider Config", h.config).SCIM().Anyone(),
		api.GET(scimRoot+"/ResourceTypes", "List SCIM Resource Types", h.resourceTypes).SCIM().Anyone(),
		api.GET(scimRoot+"/ResourceTypes/{id}", "Get SCIM Resource Type", h.resourceType).SCIM().Anyone(),
		api.GET(scimRoot+"/Schemas", "List SCIM Schemas", h.schemas).SCIM().Anyone(),
		api.GET(scimRoot+"/Schemas/{id}", "Get SCIM Schema", h.schema).SCIM().Anyone(),
	}
}

// badSCIM is a 400 with one of RFC 7644's error types.
func badSCIM(kind, says string) error {
	return &fault.Fault{Kind: fault.KindInvalid, Message: says, Meta: map[string]any{api.SCIMType: kind}}
}

// Error types that the request's form alone doesn't imply.
const (
	invalidFilter = "invalidFilter"
	invalidPath   = "invalidPath"
	invalidValue  = "invalidValue"
	mutability    = "mutability"
	noTarget      = "noTarget"
	tooMany       = "tooMany"
)

// attributeOf returns an attribute's name without its schema's, in lower case, since
// SCIM ignores case; false for an attribute of another schema.
func attributeOf(path, schema string) (string, bool) {
	path = scim.Lower(path)
	if !strings.HasPrefix(path, "urn:") {
		return path, true
	}
	return strings.CutPrefix(path, scim.Lower(schema)+":")
}
