// Command aws is the CDK app: one stack for each stage, made from the list of
// groups and from the schema of the table. It names no route, no index and no
// action of its own.
//
//	go run ./infra/aws -c stage=dev            writes cdk.out/
//	cdk deploy --app 'go run ./infra/aws' -c stage=dev
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	err := run(os.Args[1:])
	told := os.Stderr
	quietly()
	if err != nil {
		fmt.Fprintln(told, "infra/aws:", err)
		os.Exit(1)
	}
}

// quietly ends CDK's runtime. Its library waits for that process twice at once,
// and whichever is late says that there is no such child: nobody is to read that.
func quietly() {
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
	}
	jsii.Close()
}

func run(args []string) error {
	given, err := parse(args)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("CDK runs on Node, which is not on the path: install Node 20 or newer (on Debian: sudo apt-get install nodejs)")
	}
	app := newApp(given.context, given.outdir)
	settings, err := read(func(key string) any { return app.Node().TryGetContext(jsii.String(key)) })
	if err != nil {
		return err
	}
	system, err := declared()
	if err != nil {
		return err
	}
	code, err := build(settings.arch, system.functions)
	if err != nil {
		return err
	}
	stack := newStack(app, system, settings, code)
	app.Synth(nil)
	fmt.Println("The template is " + filepath.Join(given.outdir, *stack.TemplateFile()) + ".")
	return nil
}

// newApp makes an app whose templates need no CDK command: it sets itself what
// the command would, among it the asset metadata by which SAM finds the code.
func newApp(context map[string]any, outdir string) awscdk.App {
	all := map[string]any{
		"aws:cdk:enable-asset-metadata":     true,
		"aws:cdk:enable-path-metadata":      true,
		"@aws-cdk/core:checkSecretUsage":    true,
		"@aws-cdk/aws-iam:minimizePolicies": false, // statements stay as written, so that a reader of the template can compare them with actions.json
	}
	for key, value := range context {
		all[key] = value
	}
	return awscdk.NewApp(&awscdk.AppProps{
		AnalyticsReporting: jsii.Bool(false), // no CDKMetadata resource in the template
		Context:            &all,
		Outdir:             jsii.String(outdir),
	})
}
