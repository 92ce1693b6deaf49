package guard

import "strconv"

// Names of things in the audit log and in reports: "project:151",
// "project:151/user:16".

// ProjectName is what a project is called there.
func ProjectName(id int64) string { return named("project", id) }

// TeamName is what a team is called there.
func TeamName(id int64) string { return named("team", id) }

// UserName is what a user is called there.
func UserName(id int64) string { return named("user", id) }

// OrganizationName is what an organisation is called there.
func OrganizationName(id int64) string { return named("organization", id) }

// KeyName is what an API key is called there.
func KeyName(id int64) string { return named("api_key", id) }

// InviteName is what an invitation is called there.
func InviteName(id int64) string { return named("invite", id) }

// MemberName is what a user's membership is called there.
func MemberName(of string, user int64) string { return of + "/" + UserName(user) }

func named(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }
