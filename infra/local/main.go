// Command local runs the whole of Wardroom on one machine: every group behind
// net/http, by the same operations, guard and store as in AWS, over a real
// DynamoDB engine.
//
//	local          serve, with the demo data the first time
//	local reset    put the demo data back
//
// WARDROOM_ADDR is the address it listens on, WARDROOM_DATA the data folder,
// DYNAMODB_ENDPOINT a DynamoDB that already runs, WARDROOM_ENGINE the engine to start
// otherwise (dynoxide or dynamodb-local), and WARDROOM_BASE_PATH the prefix that a proxy
// leaves before the paths.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// garbage is the heap's growth between two collections, in percent. The heap is some ten
// MB, so memory is cheaper here than the fifth of a request's time that collections took
// at Go's default.
const garbage = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	s, err := read()
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return s.serve(ctx)
	case len(args) == 1 && args[0] == "reset":
		return s.reset(ctx)
	}
	return errors.New("usage: local [reset]")
}
