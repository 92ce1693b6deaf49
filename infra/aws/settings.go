package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"wardroom/pkg/api"
	environment "wardroom/pkg/settings"
)

// stage has the settings that a stage's name determines.
type stage struct {
	keep      bool // the data outlive the stack, and the stack can't be deleted by mistake
	retention awslogs.RetentionDays
	rate      float64 // requests a second, over all callers
	burst     float64
}

var stages = map[string]stage{
	"dev":     {false, awslogs.RetentionDays_TWO_WEEKS, 50, 100},
	"staging": {false, awslogs.RetentionDays_ONE_MONTH, 100, 200},
	"prod":    {true, awslogs.RetentionDays_ONE_YEAR, 1000, 2000},
}

// settings are the settings of one deployment, from -c key=value or the CDK command.
// The constants below are their keys.
type settings struct {
	stage
	name     string // of the stage
	arch     arch
	origins  []string
	xray     bool
	reserved float64 // concurrent executions set aside for each function; 0 sets none aside
	issuer   string  // of accepted tokens; "" for a user pool of the stack's own
	post     post
	clients  []string
	trusted  bool   // the issuer verifies every address, and sends no email_verified
	topic    string // ARN of an SNS topic for the alarms; "" for none
}

// The keys of the context that the app knows.
const (
	keyStage    = "stage"          // dev (default), staging, prod
	keyArch     = "arch"           // arm64 (default), x86_64
	keyOrigins  = "origins"        // browser origins that may call, separated by commas; none by default
	keyXRay     = "xray"           // true traces requests
	keyReserved = "reserved"       // concurrent executions set aside for each function
	keyRate     = "rate"           // requests a second that the API accepts
	keyBurst    = "burst"          // requests at once that it accepts
	keyTopic    = "topic"          // ARN of an SNS topic for the alarms
	keyIssuer   = "issuer"         // an OpenID issuer whose tokens are accepted; a user pool is made where none is given
	keyClients  = "clientIds"      // its clients whose tokens are accepted, separated by commas
	keyTrust    = "trustAddresses" // true for an issuer that verifies every address, and so sends no email_verified
	keyMailFrom = "mailFrom"       // an address that SES may send invitations from; without it none are sent
	keyAppURL   = "appUrl"         // of the front end, for the links of invitations
)

var keys = []string{keyStage, keyArch, keyOrigins, keyXRay, keyReserved, keyRate, keyBurst, keyTopic, keyIssuer, keyClients, keyTrust, keyMailFrom, keyAppURL}

type arguments struct {
	context map[string]any
	outdir  string
}

// parse reads the command line. It refuses an unknown key, since -c stgae=prod would
// otherwise silently deploy dev.
func parse(args []string) (arguments, error) {
	out := arguments{context: map[string]any{}, outdir: os.Getenv("CDK_OUTDIR")} // the CDK command names its own folder
	if out.outdir == "" {
		out.outdir = "cdk.out"
	}
	flags := flag.NewFlagSet("infra/aws", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it all
	flags.StringVar(&out.outdir, "o", out.outdir, "folder that the templates are written to")
	flags.Func("c", "key=value, one of "+strings.Join(keys, ", "), func(pair string) error {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || !slices.Contains(keys, key) {
			return fmt.Errorf("want key=value with a key of %s", strings.Join(keys, ", "))
		}
		out.context[key] = value
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return arguments{}, err
	}
	if flags.NArg() > 0 {
		return arguments{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return out, nil
}

// read makes settings of context values, which are texts from the command line
// and may be numbers or booleans from the CDK command.
func read(context func(string) any) (settings, error) {
	text := func(key, otherwise string) string {
		if v := context(key); v != nil && fmt.Sprint(v) != "" {
			return fmt.Sprint(v)
		}
		return otherwise
	}
	s := settings{name: text(keyStage, "dev"), topic: text(keyTopic, "")}
	var ok bool
	if s.stage, ok = stages[s.name]; !ok {
		return settings{}, fmt.Errorf("stage must be one of %s", strings.Join(slices.Sorted(maps.Keys(stages)), ", "))
	}
	if s.arch, ok = archs[text(keyArch, "arm64")]; !ok {
		return settings{}, fmt.Errorf("arch must be one of %s", strings.Join(slices.Sorted(maps.Keys(archs)), ", "))
	}
	var errs []error
	number := func(key string, into *float64) {
		if v := text(key, ""); v != "" {
			n, err := strconv.ParseUint(v, 10, 31)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s must be a whole number", key))
			}
			*into = float64(n)
		}
	}
	number(keyReserved, &s.reserved)
	number(keyRate, &s.rate)
	number(keyBurst, &s.burst)
	var err error
	if s.xray, err = strconv.ParseBool(text(keyXRay, "false")); err != nil {
		errs = append(errs, fmt.Errorf("%s must be true or false", keyXRay))
	}
	s.origins = environment.List(text(keyOrigins, ""))
	if err := api.CheckOrigins(s.origins); err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", keyOrigins, err))
	}
	s.issuer = text(keyIssuer, "")
	s.clients = environment.List(text(keyClients, ""))
	if s.trusted, err = strconv.ParseBool(text(keyTrust, "false")); err != nil {
		errs = append(errs, fmt.Errorf("%s must be true or false", keyTrust))
	}
	if err := (signIn{s.issuer, s.clients, s.trusted}).check(); err != nil {
		errs = append(errs, err)
	}
	s.post = post{text(keyMailFrom, ""), text(keyAppURL, "")}
	if err := s.post.check(); err != nil {
		errs = append(errs, err)
	}
	return s, errors.Join(errs...)
}
