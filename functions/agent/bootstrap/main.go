// Command bootstrap is the agent function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/agent"
	"wardroom/pkg/service"
)

func main() { service.Run(agent.APIs) }
