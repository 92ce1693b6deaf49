// Command bootstrap is the project function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/project"
	"wardroom/pkg/service"
)

func main() { service.Run(project.APIs) }
