// Command bootstrap is the user function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/user"
	"wardroom/pkg/service"
)

func main() { service.Run(user.APIs) }
