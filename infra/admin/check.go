package main

import (
	"context"
	"fmt"
	"io"

	"wardroom/infra/check"
)

// checkTable names what isn't as it must be in the table of a stage, a line or
// more for each, and fails where there is anything. It reads alone.
func checkTable(ctx context.Context, stage string, out io.Writer) error {
	client, name, err := connect(ctx, stage)
	if err != nil {
		return err
	}
	broken, rows, err := check.Table(ctx, client, name)
	if err != nil {
		return err
	}
	for _, what := range broken {
		fmt.Fprintln(out, what)
	}
	if n := len(broken); n > 0 {
		return fmt.Errorf("of the %d rows of %s, %d things are not as they must be", rows, name, n)
	}
	fmt.Fprintf(out, "All %d rows of %s can be read, and agree.\n", rows, name)
	return nil
}
