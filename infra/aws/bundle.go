package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"wardroom/infra/local/engine"
)

// arch is a processor architecture, as Lambda and as Go call it.
type arch struct {
	lambda func() awslambda.Architecture
	goarch string
}

var archs = map[string]arch{
	"arm64":  {awslambda.Architecture_ARM_64, "arm64"},
	"x86_64": {awslambda.Architecture_X86_64, "amd64"},
}

// build compiles the functions and returns the folder of each one's binary, by
// slug. The same sources give the same bytes on any machine and in any folder,
// so an asset's hash, and with it a deployment, changes only with the code.
func build(a arch, functions []function) (map[string]string, error) {
	root, err := engine.Root()
	if err != nil {
		return nil, err
	}
	code := map[string]string{}
	for _, f := range functions {
		dir := filepath.Join(root, ".local", "bundle", a.goarch, f.slug)
		if err := compile(root, "./functions/"+f.slug+"/bootstrap", a.goarch, filepath.Join(dir, "bootstrap")); err != nil {
			return nil, err
		}
		code[f.slug] = dir
	}
	return code, nil
}

// compile builds one binary. The runtime looks for the name bootstrap. The tag
// leaves out the runtime of old, by net/rpc, which is a quarter of the binary.
func compile(root, pkg, goarch, binary string) error {
	cmd := exec.Command("go", "build",
		"-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w",
		"-o", binary, pkg)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+goarch, "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
	}
	return nil
}
