package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"wardroom/pkg/model"
	"wardroom/pkg/removal"
)

// endAccount is the command that ends any user's account, a global admin's too, which
// no request can end.
func endAccount(flags *flag.FlagSet, args []string) (action, error) {
	user := flags.Int64("user", 0, "whose account ends")
	successor := flags.Int64("successor", 0, "who gets the rank of a global admin, and what nobody else holds")
	if err := only(flags, args); err != nil {
		return nil, err
	}
	named := false
	flags.Visit(func(f *flag.Flag) { named = named || f.Name == "successor" })
	switch {
	case *user < 1:
		return nil, errors.New("--user must be the id of a user")
	case named && *successor < 1:
		return nil, errors.New("--successor must be the id of a user")
	case *successor == *user:
		return nil, errors.New("--successor must be another user than --user")
	}
	return func(ctx context.Context, at place, out io.Writer) error {
		r, err := removal.ByOperator(ctx, at.store, *user, *successor, model.Now())
		if err != nil {
			return fmt.Errorf("user %d in table %s: %w", *user, at.table, err)
		}
		fmt.Fprintf(out, "The account of user %d of organization %d has ended; what they held is handed over by removal %d.\n", *user, r.OrganizationID, r.ID)
		return nil
	}, nil
}
