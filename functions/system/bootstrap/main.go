// Command bootstrap is the system function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/system"
	"wardroom/pkg/api"
	"wardroom/pkg/service"
	"wardroom/pkg/store"
)

func main() {
	service.RunWith(func(s *store.Store, c service.Config) api.Group { return system.APIs(s, c.SignIn) })
}
