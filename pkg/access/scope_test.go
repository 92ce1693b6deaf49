package access

import "testing"

func TestAScopeOnlyCuts(t *testing.T) {
	const read, write = true, false
	restricted := KeyScope{ScopeRestricted, map[string]Grant{
		"project": GrantWrite, "workspace": GrantRead, "chat": GrantNone, "agent": "admin",
	}}
	for _, row := range []struct {
		sentence string
		scope    KeyScope
		group    string
		reads    bool
		want     bool
	}{
		{"a key for all writes anywhere", KeyScope{Scope: ScopeAll}, "project", write, true},
		{"a read-only key reads anywhere", KeyScope{Scope: ScopeReadOnly}, "project", read, true},
		{"a read-only key writes nowhere", KeyScope{Scope: ScopeReadOnly}, "project", write, false},
		{"a read-only key isn't widened by groups", KeyScope{ScopeReadOnly, map[string]Grant{"project": GrantWrite}}, "project", write, false},
		{"a restricted key writes where it may write", restricted, "project", write, true},
		{"a restricted key reads where it may write", restricted, "project", read, true},
		{"a restricted key reads where it may read", restricted, "workspace", read, true},
		{"a restricted key doesn't write where it may read", restricted, "workspace", write, false},
		{"a restricted key with none doesn't read", restricted, "chat", read, false},
		{"a restricted key doesn't reach a group it doesn't name", restricted, "corpus", read, false},
		{"an unknown grant is none", restricted, "agent", read, false},
		{"a restricted key without groups does nothing", KeyScope{Scope: ScopeRestricted}, "project", read, false},
		{"a key without a scope does nothing", KeyScope{}, "project", read, false},
		{"an unknown scope does nothing", KeyScope{Scope: "ALL"}, "project", read, false},
	} {
		if got := row.scope.Permits(row.group, row.reads); got != row.want {
			t.Errorf("%s: got %v", row.sentence, got)
		}
	}
}
