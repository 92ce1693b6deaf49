package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"wardroom/infra/local/engine"
)

// engineName returns the name of the bench's DynamoDB engine, for people.
func engineName() string { return cmp.Or(os.Getenv(engine.NameVariable), "that of DYNAMODB_ENDPOINT") }

// database is the DynamoDB engine that DYNAMODB_ENDPOINT names, or one of the
// bench's own.
func database(ctx context.Context) (endpoint string, stop func(), err error) {
	if given := os.Getenv("DYNAMODB_ENDPOINT"); given != "" {
		return given, func() {}, nil
	}
	server, err := engine.Start(ctx, engine.Options{Log: func(line string) { fmt.Fprintln(os.Stderr, line) }})
	if err != nil {
		return "", nil, err
	}
	if err := os.Setenv(engine.NameVariable, server.Name()); err != nil {
		return "", nil, err
	}
	return server.Endpoint(), func() { _ = server.Stop() }, nil // it ends with this process anyway
}
