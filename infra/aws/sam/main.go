// Command sam runs the very template that CDK synthesises in SAM's emulator,
// against a DynamoDB engine with the demo data.
//
//	go run ./infra/aws/sam invoke remove-user-from-project
//	go run ./infra/aws/sam api
//	go run ./infra/aws/sam test
//
// It installs SAM in a virtual environment, starts a Docker engine where none runs, and
// makes a base image where AWS's can't be pulled. It ends what it started.
// DYNAMODB_ENDPOINT names an engine that already runs, such as that of
// make run, instead.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "infra/aws/sam:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	command := func(n int, name string) bool { return len(args) == n && args[0] == name }
	switch {
	case command(2, "invoke"):
		return with(ctx, func(b *bench) error { return invoke(ctx, b, args[1]) })
	case command(1, "api"):
		return with(ctx, func(b *bench) error { return serve(ctx, b) })
	case command(1, "test"):
		return with(ctx, func(b *bench) error { return test(ctx, b) })
	}
	return errors.New("want invoke OPERATION, api or test")
}

func say(line string) { fmt.Fprintln(os.Stderr, line) }
