package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"wardroom/infra/local/clients"
)

// cfnLint runs cfn-lint with the rules for serverless stacks.
func cfnLint(ctx context.Context, root string, templates []string) ([]finding, error) {
	python, err := clients.Environment(ctx, filepath.Join(root, ".local", "venv"), clients.Package{Name: "cfn-lint", Version: "1.58.0"}, say)
	if err != nil {
		return nil, err
	}
	// The rules ask for some cfn-lint; without their dependencies they take this one.
	if exec.CommandContext(ctx, python, "-c", "import cfn_lint_serverless").Run() != nil {
		install := exec.CommandContext(ctx, python, "-m", "pip", "install", "--quiet", "--no-deps", "cfn-lint-serverless==0.3.6")
		if out, err := install.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("pip could not install cfn-lint-serverless: %w\n%s", err, out)
		}
	}
	out, err := output(ctx, filepath.Join(filepath.Dir(python), "cfn-lint"),
		append([]string{"--append-rules", "cfn_lint_serverless.rules", "--format", "json", "--"}, templates...)...)
	if err != nil {
		return nil, err
	}
	var report []struct {
		Filename string
		Message  string
		Rule     struct{ ID string }
		Location struct{ Path []any }
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, fmt.Errorf("cfn-lint answered %.200s: %w", out, err)
	}
	types := map[string]map[string]string{}
	var found []finding
	for _, r := range report {
		if types[r.Filename] == nil {
			if types[r.Filename], err = resourceTypes(r.Filename); err != nil {
				return nil, err
			}
		}
		f := finding{tool: "cfn-lint", rule: r.Rule.ID, message: r.Message, resource: filepath.Base(r.Filename)}
		if len(r.Location.Path) > 1 && r.Location.Path[0] == "Resources" {
			id := fmt.Sprint(r.Location.Path[1])
			f.kind, f.resource = types[r.Filename][id], f.resource+" "+id
		}
		found = append(found, f)
	}
	return found, nil
}

// checkov runs checkov's rules for CloudFormation, and asks no service of theirs.
func checkov(ctx context.Context, root string, templates []string) ([]finding, error) {
	python, err := clients.Environment(ctx, filepath.Join(root, ".local", "venv"), clients.Package{Name: "checkov", Version: "3.3.30"}, say)
	if err != nil {
		return nil, err
	}
	args := []string{"--framework", "cloudformation", "--output", "json", "--quiet", "--compact", "--skip-download"}
	for _, template := range templates {
		args = append(args, "--file", template)
	}
	out, err := output(ctx, filepath.Join(filepath.Dir(python), "checkov"), args...)
	if err != nil {
		return nil, err
	}
	var report struct {
		Results struct {
			Failed []struct {
				Rule     string `json:"check_id"`
				Message  string `json:"check_name"`
				File     string `json:"file_path"`
				Resource string `json:"resource"` // "AWS::Lambda::Function.ProjectC78D97AD"
			} `json:"failed_checks"`
			Unread []string `json:"parsing_errors"`
		} `json:"results"`
		Summary struct {
			Resources int `json:"resource_count"`
		} `json:"summary"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, fmt.Errorf("checkov answered %.200s: %w", out, err)
	}
	if len(report.Results.Unread) > 0 || report.Summary.Resources == 0 {
		return nil, fmt.Errorf("checkov could not read the templates: %v", report.Results.Unread)
	}
	var found []finding
	for _, r := range report.Results.Failed {
		kind, id, _ := strings.Cut(r.Resource, ".")
		found = append(found, finding{tool: "checkov", rule: r.Rule, kind: kind, resource: filepath.Base(r.File) + " " + id, message: r.Message})
	}
	return found, nil
}

// output runs a checker and returns its JSON. A checker with findings exits with a
// status other than 0, so the status is an error only where there is no output.
func output(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || len(out) == 0) {
		return nil, fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, stderr.Bytes())
	}
	return out, nil
}

func resourceTypes(template string) (map[string]string, error) {
	raw, err := os.ReadFile(template)
	if err != nil {
		return nil, err
	}
	var t struct {
		Resources map[string]struct{ Type string }
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, err
	}
	types := map[string]string{}
	for id, r := range t.Resources {
		types[id] = r.Type
	}
	return types, nil
}

func say(line string) { fmt.Fprintln(os.Stderr, line) }
