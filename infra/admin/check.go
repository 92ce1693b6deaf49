package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"wardroom/infra/check"
)

// checkTable is the command that prints each inconsistency of the table, and fails where
// there is one. It only reads.
func checkTable(flags *flag.FlagSet, args []string) (action, error) {
	if err := only(flags, args); err != nil {
		return nil, err
	}
	return func(ctx context.Context, at place, out io.Writer) error {
		broken, rows, err := check.Table(ctx, at.client, at.table)
		if err != nil {
			return err
		}
		for _, what := range broken {
			fmt.Fprintln(out, what)
		}
		if n := len(broken); n > 0 {
			return fmt.Errorf("of the %d rows of %s, %d things are not as they must be", rows, at.table, n)
		}
		fmt.Fprintf(out, "All %d rows of %s can be read, and agree.\n", rows, at.table)
		return nil
	}, nil
}
