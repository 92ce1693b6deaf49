// Command cmd runs another command beside a DynamoDB Local of its own, or beside
// several, since one of them does one thing at a time:
//
//	cmd exec -- go run ./infra/bench
//	cmd exec -servers 2 -- go test ./...
//
// The servers keep their data in memory, are named to the command in
// DYNAMODB_ENDPOINTS, the first one in DYNAMODB_ENDPOINT too, and end with it. Where
// DYNAMODB_ENDPOINT is already set, that one is used and nothing is started.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
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
	flags := flag.NewFlagSet("exec", flag.ContinueOnError)
	servers := flags.Int("servers", 1, "how many of them")
	if len(args) == 0 || args[0] != "exec" || flags.Parse(args[1:]) != nil || flags.NArg() == 0 || *servers < 1 {
		return 2, errors.New("usage: cmd exec [-servers N] -- COMMAND…")
	}
	// A signal ends the command first; its end then ends the server.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		var endpoints []string
		for range *servers {
			server, err := dynamolocal.Start(ctx, dynamolocal.Options{Log: func(line string) { fmt.Fprintln(os.Stderr, line) }})
			if err != nil {
				return 1, err
			}
			defer server.Stop()
			endpoints = append(endpoints, server.Endpoint())
		}
		if err := errors.Join(os.Setenv("DYNAMODB_ENDPOINT", endpoints[0]), os.Setenv("DYNAMODB_ENDPOINTS", strings.Join(endpoints, " "))); err != nil {
			return 1, err
		}
	}
	cmd := exec.CommandContext(ctx, flags.Arg(0), flags.Args()[1:]...)
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
