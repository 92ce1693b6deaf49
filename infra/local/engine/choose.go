package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// The engines, as Options.Name and WARDROOM_ENGINE name them.
const (
	Dynoxide      = "dynoxide"
	DynamoDBLocal = "dynamodb-local"
)

// NameVariable is the environment variable that chooses an engine, and that names it to
// the command beside it.
const NameVariable = "WARDROOM_ENGINE"

// kind is one engine.
type kind struct {
	name  string
	title string // for people
	data  string // the file that it keeps in a data folder
	// find returns the program if it is installed, and nil if it is not.
	find func(ctx context.Context, o Options) program
}

// program makes the command that runs an engine on a port. Its Options have their
// defaults.
type program func(o Options, port int) *exec.Cmd

// source is one way to install an engine.
type source struct {
	of      kind
	install func(ctx context.Context, o Options) (program, error)
}

// kinds and sources are in the order in which they are tried.
func kinds() []kind { return []kind{dynoxide, dynamoDBLocal} }
func sources() []source {
	return []source{{dynoxide, byNPM}, {dynamoDBLocal, byMaven}, {dynoxide, byCargo}}
}

// choose returns the engine to run and its program. An engine that is named, or whose
// data are in the data folder, is the only candidate. Otherwise it chooses the first
// that is installed, else the first that can be installed: as a binary from npm, as jars
// from Maven, compiled by cargo.
func choose(ctx context.Context, o Options) (kind, program, error) {
	want, err := wanted(o)
	if err != nil {
		return kind{}, nil, err
	}
	for _, k := range kinds() {
		if want == "" || k.name == want {
			if p := k.find(ctx, o); p != nil {
				return k, p, nil
			}
		}
	}
	var failed []error
	for _, s := range sources() {
		if want != "" && s.of.name != want {
			continue
		}
		p, err := s.install(ctx, o)
		if err == nil {
			return s.of, p, nil
		}
		failed = append(failed, err)
	}
	return kind{}, nil, fmt.Errorf("no DynamoDB engine could be installed:\n%w", errors.Join(failed...))
}

// wanted returns the name of the only candidate, or "" where any engine will do.
func wanted(o Options) (string, error) {
	name, by := o.Name, "its caller"
	if name == "" {
		name, by = os.Getenv(NameVariable), NameVariable
	}
	for _, k := range kinds() {
		if _, err := os.Stat(filepath.Join(o.Data, k.data)); o.Data == "" || err != nil {
			continue
		}
		if name != "" && name != k.name {
			return "", fmt.Errorf("the data in %s are those of %s, and %s asks for %s: choose another folder with WARDROOM_DATA, or start anew with make reset", o.Data, k.name, by, name)
		}
		return k.name, nil
	}
	if name == "" || name == Dynoxide || name == DynamoDBLocal {
		return name, nil
	}
	return "", fmt.Errorf("%s asks for the engine %q: there are %s and %s", by, name, Dynoxide, DynamoDBLocal)
}
