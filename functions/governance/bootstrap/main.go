// Command bootstrap is the governance function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/governance"
	"wardroom/pkg/service"
)

func main() { service.Run(governance.APIs) }
