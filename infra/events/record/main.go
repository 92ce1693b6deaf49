// Command record writes events/ anew from the operations: a sample event of
// each, and the answer that its function gives over the demo data. Read the
// difference before it is committed; that is what the test compares from then on.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"wardroom/infra/events"
	"wardroom/infra/local/engine"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "infra/events/record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	root, err := engine.Root()
	if err != nil {
		return err
	}
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	if endpoint == "" {
		server, err := engine.Start(ctx, engine.Options{Log: func(line string) { fmt.Fprintln(os.Stderr, line) }})
		if err != nil {
			return err
		}
		defer func() { _ = server.Stop() }()
		endpoint = server.Endpoint()
	}
	files, _, err := events.Files(ctx, endpoint)
	if err != nil {
		return err
	}
	fmt.Printf("%d files in events/\n", len(files))
	return events.Write(filepath.Join(root, "events"), files)
}
