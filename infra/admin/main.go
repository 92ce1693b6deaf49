// Command admin does what no request can: it makes an organisation, with its
// first global admin and a key for him, and it does by hand what the stream gave
// up.
//
//	admin -stage dev create-organization --name 'Example' --domain example.com --email admin@example.com
//	admin -stage dev redrive
//	admin -stage dev check
//
//	admin -stage dev export-audit --organization 1 --out audit.jsonl
//	admin verify-audit audit.jsonl --checkpoint kept.json
//
// redrive does what the stream has given up, and empties the dead-letter queue.
// check walks the whole table and names every row that can't be read or disagrees
// with the others, changes nothing, and has the status 1 where it found any.
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
       admin -stage dev|staging|prod check
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
	case flags.Arg(0) == "check" && flags.NArg() == 1:
		return checkTable(ctx, *stage, out)
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
	client, name, err := connect(ctx, stage)
	if err != nil {
		return nil, "", err
	}
	return store.Over(table.Open(dynamo.NewFromIface(client), name)), name, nil
}

// connect returns what open's table lies behind, and its name.
func connect(ctx context.Context, stage string) (*dynamodb.Client, string, error) {
	c, err := service.Read()
	if err != nil {
		return nil, "", err
	}
	if c.Endpoint != "" {
		return store.Client(c.Config), c.Table, nil
	}
	if os.Getenv("WARDROOM_TABLE") == "" {
		c.Table = "wardroom-" + stage
	}
	own, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("AWS credentials: %w", err)
	}
	return dynamodb.NewFromConfig(own), c.Table, nil
}
