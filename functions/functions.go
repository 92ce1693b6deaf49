// Package functions lists every group of operations, once.
package functions

import (
	"wardroom/functions/account"
	"wardroom/functions/agent"
	"wardroom/functions/governance"
	"wardroom/functions/notification"
	"wardroom/functions/project"
	"wardroom/functions/system"
	"wardroom/functions/user"
	"wardroom/functions/workspace"
	"wardroom/pkg/api"
	"wardroom/pkg/signin"
	"wardroom/pkg/store"
)

// All returns the groups, in sidebar order. The store may be nil where they are only
// described, and not served.
func All(s *store.Store, c ...signin.Config) []api.Group {
	return []api.Group{
		agent.APIs(s),
		project.APIs(s),
		user.APIs(s),
		notification.APIs(s),
		workspace.APIs(s),
		account.APIs(s),
		governance.APIs(s),
		system.APIs(s, c...),
	}
}
