// Command bootstrap is the stream function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"wardroom/functions/stream"
	"wardroom/pkg/model"
	"wardroom/pkg/service"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

func main() {
	c, err := service.Read()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	o := telemetry.Options{Log: telemetry.Logger(os.Stderr, true), Metrics: os.Stdout, Stage: c.Stage}
	lambda.Start(stream.New(store.Connect(c.Config), model.Now, o).Handle)
}
