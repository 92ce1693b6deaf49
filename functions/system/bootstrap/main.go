// Command bootstrap is the system function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/system"
	"wardroom/pkg/service"
)

func main() { service.Run(system.APIs) }
