// Command cmd runs another command beside an engine of its own, or beside
// several, since an engine writes one thing at a time:
//
//	cmd exec -- go run ./infra/bench
//	cmd exec -servers 2 -- go test ./...
//	cmd cargo
//
// The engine is the one that WARDROOM_ENGINE names, or the first to be had. The
// servers keep their data in memory, are named to the command in
// DYNAMODB_ENDPOINTS, the first one in DYNAMODB_ENDPOINT too, and end with it. Where
// DYNAMODB_ENDPOINT is already set, that one is used and nothing is started.
// cargo compiles dynoxide, unless it is there.
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

	"wardroom/infra/local/engine"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func say(line string) { fmt.Fprintln(os.Stderr, line) }

func run(args []string) (int, error) {
	flags := flag.NewFlagSet("exec", flag.ContinueOnError)
	servers := flags.Int("servers", 1, "how many of them")
	// A signal ends the command first; its end then ends the server.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) == 1 && args[0] == "cargo" {
		if err := engine.Cargo(ctx, say); err != nil {
			return 1, err
		}
		return 0, nil
	}
	if len(args) == 0 || args[0] != "exec" || flags.Parse(args[1:]) != nil || flags.NArg() == 0 || *servers < 1 {
		return 2, errors.New("usage: cmd exec [-servers N] -- COMMAND… | cmd cargo")
	}
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		end, err := start(ctx, *servers)
		defer end()
		if err != nil {
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

// start runs n servers and names them in the environment. Its first result ends
// those that it started, whether or not it succeeded.
func start(ctx context.Context, n int) (end func(), err error) {
	var endpoints []string
	var running []*engine.Server
	end = func() {
		for _, server := range running {
			_ = server.Stop() // it ends with this process anyway
		}
	}
	for range n {
		server, err := engine.Start(ctx, engine.Options{Log: say})
		if err != nil {
			return end, err
		}
		running = append(running, server)
		endpoints = append(endpoints, server.Endpoint())
	}
	say("The engine is " + running[0].Name() + ".")
	return end, errors.Join(os.Setenv(engine.NameVariable, running[0].Name()), os.Setenv("DYNAMODB_ENDPOINT", endpoints[0]), os.Setenv("DYNAMODB_ENDPOINTS", strings.Join(endpoints, " ")))
}
