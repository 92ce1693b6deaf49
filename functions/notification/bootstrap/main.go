// Command bootstrap is the notification function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"wardroom/functions/notification"
	"wardroom/pkg/service"
)

func main() { service.Run(notification.APIs) }
