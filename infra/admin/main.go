// Command admin does what no request can: it makes an organisation, with its
// first global admin and a key for him, and it does by hand what the stream gave
// up.
//
//	admin -stage dev create-organization --name 'Example' --domain example.com --email admin@example.com
//	admin -stage dev redrive
//
//	admin -stage dev export-audit --organization 1 --out audit.jsonl
//	admin verify-audit audit.jsonl --checkpoint kept.json
//
// redrive does what the stream has given up, and empties the dead-letter queue.
// export-audit writes an organisation's audit log to a file, and verify-audit
// checks such a file by itself, without a table: its status is 1 where the log
// doesn't hold, and it names the first bad row.
//
// It works on the stage's table with the caller's own AWS credentials, or on
// the DynamoDB that DYNAMODB_ENDPOINT names.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/service"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "admin:", err)
		os.Exit(1)
	}
}

const usage = `usage: admin -stage dev|staging|prod create-organization --name NAME --domain DOMAIN --email EMAIL
       admin -stage dev|staging|prod redrive
       admin -stage dev|staging|prod export-audit --organization ID --out FILE
       admin verify-audit FILE [--checkpoint FILE]... [--key FILE]`

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("admin", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it all
	stage := flags.String("stage", "dev", "dev, staging or prod")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w\n%s", err, usage)
	}
	switch {
	case flags.Arg(0) == "redrive" && flags.NArg() == 1:
		return again(ctx, *stage, out)
	case flags.Arg(0) == "export-audit":
		return exportAudit(ctx, *stage, flags.Args()[1:], out)
	case flags.Arg(0) == "verify-audit":
		return verifyAudit(flags.Args()[1:], out)
	case flags.Arg(0) != "create-organization":
		return errors.New(usage)
	}
	founding, err := parse(flags.Args()[1:])
	if err != nil {
		return fmt.Errorf("%w\n%s", err, usage)
	}
	s, name, err := open(ctx, *stage)
	if err != nil {
		return err
	}
	made, err := founding.carryOut(ctx, s)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Organization %d (%s) with its global admin, user %d (%s), in table %s.\nHis key, shown this once: %s\n",
		made.organization, founding.domain, made.user, founding.email, name, made.key)
	return nil
}

// open returns the table of a stage. WARDROOM_TABLE names another one.
func open(ctx context.Context, stage string) (*store.Store, string, error) {
	c, err := service.Read()
	if err != nil {
		return nil, "", err
	}
	if c.Endpoint != "" {
		return store.Connect(c.Config), c.Table, nil
	}
	if os.Getenv("WARDROOM_TABLE") == "" {
		c.Table = "wardroom-" + stage
	}
	own, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("AWS credentials: %w", err)
	}
	db := dynamo.NewFromIface(dynamodb.NewFromConfig(own))
	return store.Over(table.Open(db, c.Table)), c.Table, nil
}
