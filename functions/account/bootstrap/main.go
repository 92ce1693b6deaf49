// Command bootstrap is the account function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/account"
	"wardroom/pkg/service"
)

func main() { service.Run(account.APIs) }
