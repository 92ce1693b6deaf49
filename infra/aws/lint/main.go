// Command lint synthesises every stage and has cfn-lint and checkov read the
// templates. A finding fails it unless exceptions.json explains it, and so does
// an exception that nothing needs any more.
//
//	go run ./infra/aws/lint
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"

	"wardroom/infra/local/engine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "infra/aws/lint:", err)
		os.Exit(1) //nolint:gocritic // stop only restores the signals' handling
	}
}

func run(ctx context.Context) error {
	root, err := engine.Root()
	if err != nil {
		return err
	}
	allowed, err := read(filepath.Join(root, "infra", "aws", "exceptions.json"))
	if err != nil {
		return err
	}
	templates, err := synthesise(ctx, root, filepath.Join(root, ".local", "lint"))
	if err != nil {
		return err
	}
	var found []finding
	for _, tool := range []func(context.Context, string, []string) ([]finding, error){cfnLint, checkov} {
		more, err := tool(ctx, root, templates)
		if err != nil {
			return err
		}
		found = append(found, more...)
	}
	unexplained, unneeded := compare(found, allowed)
	for _, f := range unexplained {
		fmt.Printf("%s %s: %s: %s\n", f.tool, f.rule, f.resource, f.message)
	}
	for _, e := range unneeded {
		fmt.Printf("exceptions.json: %s %s on %s no longer occurs: take it out\n", e.Tool, e.Rule, e.Type)
	}
	if n := len(unexplained) + len(unneeded); n > 0 {
		return fmt.Errorf("%d to mend", n)
	}
	fmt.Printf("%d templates: %d findings, each explained by one of %d exceptions\n", len(templates), len(found), len(allowed))
	return nil
}

// synthesise writes the template of every stage, as it would be deployed.
func synthesise(ctx context.Context, root, out string) ([]string, error) {
	if err := os.RemoveAll(out); err != nil {
		return nil, err
	}
	var templates []string
	for _, stage := range []string{"dev", "staging", "prod"} {
		cmd := exec.CommandContext(ctx, "go", "run", "./infra/aws", "-c", "stage="+stage, "-o", out)
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20") // CDK runs there, with a page of warning
		if said, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("synthesis of %s: %w\n%s", stage, err, said)
		}
		templates = append(templates, filepath.Join(out, "wardroom-"+stage+".template.json"))
	}
	slices.Sort(templates)
	return templates, nil
}
