// Command bootstrap is the stream function: go build names the binary after this
// folder, which is the name the Lambda runtime looks for.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"wardroom/functions/stream"
	"wardroom/pkg/model"
	"wardroom/pkg/settings"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

// config is the function's environment. It isn't service.Config, with which everything
// that admits requests would be linked.
type config struct {
	store.Config
	Stage string `env:"WARDROOM_STAGE" envDefault:"local"`
}

func main() {
	c, err := settings.Read[config]()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	o := telemetry.Options{Log: telemetry.Logger(os.Stderr, true), Metrics: os.Stdout, Stage: c.Stage}
	lambda.Start(stream.New(store.Connect(c.Config), model.Now, o).Handle)
}
