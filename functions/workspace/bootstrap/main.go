// Command bootstrap is the workspace function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/workspace"
	"wardroom/pkg/service"
)

func main() { service.Run(workspace.APIs) }
