// Command cmd runs another command beside a DynamoDB Local of its own:
//
//	cmd exec -- go test ./...
//
// The server keeps its data in memory, is named to the command in
// DYNAMODB_ENDPOINT and ends with it. Where DYNAMODB_ENDPOINT is already set,
// that one is used and nothing is started.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"wardroom/infra/local/dynamolocal"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	if len(args) < 3 || args[0] != "exec" || args[1] != "--" {
		return 2, errors.New("usage: cmd exec -- COMMAND…")
	}
	// A signal ends the command first; its end then ends the server.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		server, err := dynamolocal.Start(ctx, dynamolocal.Options{Log: func(line string) { fmt.Fprintln(os.Stderr, line) }})
		if err != nil {
			return 1, err
		}
		defer server.Stop()
		if err := os.Setenv("DYNAMODB_ENDPOINT", server.Endpoint()); err != nil {
			return 1, err
		}
	}
	cmd := exec.CommandContext(ctx, args[2], args[3:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(1, exit.ExitCode()), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
