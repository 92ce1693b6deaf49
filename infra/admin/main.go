// Command admin does what no request can: it makes an organisation with its first
// global admin and their key, proves a domain without DNS, ends any user's account,
// does the work that the stream gave up, checks the table, and exports an audit log
// and verifies it.
//
//	admin -stage dev create-organization --name 'Example' --domain example.com --email admin@example.com
//	admin help
//	admin help redrive
//
// Arguments are checked before the table is read. The table is the stage's, with the
// operator's own AWS credentials, or one of the DynamoDB that DYNAMODB_ENDPOINT names;
// stage local is the table of make run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
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

// command is a subcommand.
type command struct {
	name, args string // its word, and its arguments for the usage
	does       string // its description, of a sentence or two
	offline    bool   // needs no table, so no stage either
	// parse reads the arguments after the word, with flags named after it, and returns
	// the action.
	parse func(flags *flag.FlagSet, args []string) (action, error)
}

// action carries out a command whose arguments are valid.
type action func(ctx context.Context, at place, out io.Writer) error

// commands are the commands, in the order of the usage.
var commands = []command{
	{"create-organization", "--name NAME --domain DOMAIN --email EMAIL", "Makes an organization with its first global admin, and shows their key once.", false, createOrganization},
	{"prove-domain", "--organization ID --domain DOMAIN", "Proves on your word, without a DNS record, that a domain is an organization's own.", false, proveDomain},
	{"end-account", "--user ID [--successor ID]", "Ends anybody's account, a global admin's too, whose rank ends with it; the last one's only with a successor, an active user of the organization, who gets the rank and what nobody else holds.", false, endAccount},
	{"redrive", "", "Does what the stream has given up, and empties the dead-letter queue.", false, again},
	{"check", "", "Walks the whole table, names every row that can't be read or disagrees with the others, and changes nothing. The status is 1 where there is any.", false, checkTable},
	{"export-audit", "--organization ID --out FILE", "Writes an organization's audit log to a file, whole or not at all.", false, exportAudit},
	{"verify-audit", "FILE [--checkpoint FILE]... [--key FILE]", "Checks such a file by itself, without a table. The status is 1 where the log doesn't hold.", true, verifyAudit},
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := silent("admin")
	stage := flags.String("stage", "dev", "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp), err == nil && flags.Arg(0) == "help":
		return help(out, flags.Args())
	case err != nil:
		return fmt.Errorf("%w\n%s", err, usage())
	case flags.NArg() == 0:
		return errors.New(usage())
	}
	c, ok := named(flags.Arg(0))
	if !ok {
		return fmt.Errorf("there is no command %q\n%s", flags.Arg(0), usage())
	}
	do, err := c.parse(silent(c.name), flags.Args()[1:])
	if errors.Is(err, flag.ErrHelp) {
		return help(out, []string{"help", c.name})
	}
	if err != nil {
		return fmt.Errorf("%w\nusage: %s", err, c.usage())
	}
	var at place
	if !c.offline {
		if at, err = open(ctx, *stage); err != nil {
			return err
		}
	}
	return do(ctx, at, out)
}

// silent returns a set of flags that prints nothing: its errors are the caller's to show.
func silent(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return flags
}

// only parses flags and refuses further arguments.
func only(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%s: %w", flags.Name(), err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s: unexpected argument %q", flags.Name(), flags.Arg(0))
	}
	return nil
}

func named(word string) (command, bool) {
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == word })
	if i < 0 {
		return command{}, false
	}
	return commands[i], true
}

func (c command) usage() string {
	stage := " -stage STAGE"
	if c.offline {
		stage = ""
	}
	return strings.TrimSpace("admin" + stage + " " + c.name + " " + c.args)
}

func usage() string {
	var b strings.Builder
	b.WriteString("usage:\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "  %s\n", c.usage())
	}
	b.WriteString("STAGE is " + strings.Join(stages, ", ") + "; dev where none is named. admin help COMMAND says more.")
	return b.String()
}

// help prints the usage, or that of the command whose name follows "help".
func help(out io.Writer, words []string) error {
	if len(words) < 2 {
		_, err := fmt.Fprintln(out, usage())
		return err
	}
	c, ok := named(words[1])
	if !ok {
		return fmt.Errorf("there is no command %q\n%s", words[1], usage())
	}
	_, err := fmt.Fprintf(out, "usage: %s\n%s\n", c.usage(), c.does)
	return err
}
