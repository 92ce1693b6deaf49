package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// hostArch is this machine's architecture under Lambda's name: a container runs
// what the processor under it can.
func hostArch() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// template returns the path of the stack's template for this machine, and
// synthesises it first if anything it is made from is newer. It is CDK's own;
// there is no second one to keep in step.
func template(ctx context.Context, root string) (string, error) {
	out := filepath.Join(root, ".local", "sam")
	path := filepath.Join(out, "wardroom-dev.template.json")
	stale, err := older(path, root, "functions", "pkg", "infra/aws", "go.mod", "go.sum")
	if err != nil || !stale {
		return path, err
	}
	say("Building the functions and synthesising the stack for " + hostArch() + ".")
	cmd := exec.CommandContext(ctx, "go", "run", "./infra/aws", "-c", "stage=dev", "-c", "arch="+hostArch(), "-o", out)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20") // CDK runs there, with a page of warning
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("synthesis: %w\n%s", err, said)
	}
	// CDK leaves a file alone that would stay as it is.
	now := time.Now()
	return path, os.Chtimes(path, now, now)
}

// older says whether the file is missing or older than any source below root.
func older(path, root string, sources ...string) (bool, error) {
	made, err := os.Stat(path)
	if err != nil {
		return true, nil //nolint:nilerr // a missing file is the oldest of all
	}
	stale := false
	for _, source := range sources {
		err := filepath.WalkDir(filepath.Join(root, source), func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(d.Name(), "_test.go") {
				return err
			}
			info, err := d.Info()
			if err == nil && info.ModTime().After(made.ModTime()) {
				stale = true
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return stale, nil
}

// logicalIDs reads the logical id of each group's function.
func logicalIDs(template string) (map[string]string, error) {
	raw, err := os.ReadFile(template)
	if err != nil {
		return nil, err
	}
	var t struct {
		Resources map[string]struct {
			Metadata map[string]any
		}
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, fmt.Errorf("%s: %w", template, err)
	}
	ids := map[string]string{}
	for id, r := range t.Resources {
		if group, ok := r.Metadata["wardroom:group"].(string); ok {
			ids[group] = id
		}
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("%s has no function", template)
	}
	return ids, nil
}
