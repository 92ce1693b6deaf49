package check_test

import (
	"fmt"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

type steps = []func(table.Rows)

func ofRows() []row {
	counter, seen := table.Counters.Key(model.UserIDs), table.Notifications.Key(int64(7), int64(1))
	named := fmt.Sprint(counter)
	return []row{
		{"a row that can't be read", steps{set(seen, "created_on", none())},
			[]string{"table: the Notification " + seen.PK + " / " + seen.SK + " can't be read: …"}},
		{"a key that can't be made of the row", steps{set(counter, "sequence", text("us#er"))}, []string{named + ": …"}},
		{"an attribute that nobody declared", steps{set(counter, "more", text("more"))}, []string{named + " isn't as its entity writes it …"}},
		{"an answer without one of its parts", steps{drop(table.ReplayParts, "p", 0)}, []string{"the answer of op lacks its part 0"}},
		{"a part that ends too early", steps{edit(table.ReplayParts, func(p *model.ReplayPart) { p.TTL = answer.TTL - 1 }, "p", 0)}, []string{"part 0 of the answer of op ends before it"}},
		{"an answer that is half an answer", steps{replay(func(r *model.Replay) { r.Body = []byte("{") })}, []string{"the answer kept of op is no JSON: { "}},
		{"a failure that is kept", steps{replay(func(r *model.Replay) { r.Status = 500 })}, []string{"op keeps a 500"}},
		{"an answer without a fingerprint", steps{replay(func(r *model.Replay) { r.Fingerprint = "" })}, []string{"the answer of op is kept for nobody in particular"}},
		{"an answer that ends late", steps{replay(func(r *model.Replay) { r.TTL++ })}, []string{"the answer of op doesn't end when it says"}},
		{"an id twice", steps{edit(table.ProjectMembers, func(m *model.ProjectMember) { m.ID = 146 }, int64(4), int64(7))},
			[]string{"project:151/user:7 and project:4/user:7 both have the id 146"}},
		{"an agent twice among the recent ones", steps{edit(table.RecentAgents, func(r *model.Recents) {
			again := r.Entries[0]
			again.ID = 999
			r.Entries = append(r.Entries, again)
		}, int64(7))}, []string{"user 7 has project:151/agent:21 twice among their recent ones"}},
	}
}

func replay(change func(*model.Replay)) func(table.Rows) {
	return edit(table.Replays, change, answer.Principal, answer.Operation, answer.KeyDigest)
}

func ofPeople() []row {
	one := int64(1)
	address := model.AddressKey(fixture.Email(26))
	named := func(scope, key string, holder int64) func(table.Rows) {
		return put(table.ProvisionedNames, model.ProvisionedName{OrganizationID: 1, Scope: scope, NameKey: key, HolderID: holder})
	}
	login := model.ProvisionedKey(model.UserNames, "ada")
	return []row{
		{"a global admin whom the index doesn't know", steps{edit(table.Users, func(u *model.User) { u.GlobalAdminOf = nil }, int64(16))},
			[]string{"user 16 is a global admin: true, and the index of those says otherwise"}},
		{"somebody who is a global admin in the index alone", steps{edit(table.Users, func(u *model.User) { u.GlobalAdminOf = &one }, int64(26))},
			[]string{"user 26 is a global admin: false, and the index of those says otherwise"}},
		{"a deleted global admin", steps{edit(table.Users, func(u *model.User) { u.IsSuperuser, u.GlobalAdminOf = true, &one }, int64(24))},
			[]string{"user 24 is deleted, and a global admin"}},
		{"a purged user with an address", steps{edit(table.Users, func(u *model.User) { u.Email = "x" }, int64(25))}, []string{"user 25 is purged and not erased"}},
		{"a provisioned user without the row of their id", steps{drop(table.ProvisionedNames, 1, model.ExternalUsers, model.ProvisionedKey(model.ExternalUsers, "x1"))},
			[]string{"user 22 has no row of the name external_user"}},
		{"a user without the row of their address", steps{drop(table.Emails, 1, address)}, []string{"user 26 and the row of their address disagree"}},
		{"an address of somebody who has another", steps{put(table.Emails, model.Email{OrganizationID: 1, EmailKey: "other", UserID: 26})},
			[]string{"an address is kept to user 26, who hasn't it"}},
		{"a global admin too many", steps{edit(table.Organizations, func(o *model.Organization) { o.GlobalAdminCount++ }, 1)}, []string{"organization 1 counts 3 global admins of 2"}},
		{"a name of somebody who isn't called so", steps{named(model.ExternalUsers, "other", 26)}, []string{"a name (external_user) is kept to 26, who hasn't it"}},
		{"a group's name of a team that isn't one", steps{named(model.GroupNames, "other", 7)}, []string{"a name (group_name) is kept to 7, who hasn't it"}},
		{"a userName that is another's address", steps{
			edit(table.Users, func(u *model.User) { u.UserName = fixture.Email(26) }, int64(22)),
			drop(table.ProvisionedNames, 1, model.UserNames, login), named(model.UserNames, address, 22),
		}, []string{"the userName of user 22 is an address"}},
		{"a subject in another organisation", steps{edit(table.Subjects, func(s *model.Subject) { s.OrganizationID = 2 }, "subject")},
			[]string{"a subject signs in as user 23 of organization 2, who isn't there"}},
		{"a subject of somebody who is deleted", steps{
			edit(table.Subjects, func(s *model.Subject) { s.UserID = 24 }, "subject"),
			drop(table.Bindings, 23, "issuer"), put(table.Bindings, model.Binding{UserID: 24, IssuerKey: "issuer", SubjectKey: "subject"}),
		}, []string{"a subject signs in as user 24 of organization 1, who isn't there"}},
		{"a second subject of an issuer", steps{put(table.Subjects, model.Subject{SubjectKey: "second", IssuerKey: "issuer", UserID: 23, OrganizationID: 1})},
			[]string{"a subject signs in as user 23, who isn't bound to it"}},
		{"a binding to another's subject", steps{put(table.Bindings, model.Binding{UserID: 26, IssuerKey: "issuer", SubjectKey: "subject"})},
			[]string{"user 26 is bound to a subject that doesn't lead to them"}},
		{"a proved domain without its proof", steps{put(table.Domains, model.Domain{OrganizationID: 1, Domain: "z.example", VerifiedOn: &dawn})},
			[]string{"organization 1 and the proof of its domain disagree"}},
		{"a proof without its domain", steps{put(table.Proofs, model.Proof{OrganizationID: 1, Domain: "z.example"})},
			[]string{"a domain is proved to be organization 1's, which doesn't have it"}},
	}
}

var dawn = model.At(fixture.Epoch)
