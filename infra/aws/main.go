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

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	err := run(os.Args[1:])
	jsii.Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "infra/aws:", err)
		os.Exit(1)
	}
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
	newStack(app, system, settings, code)
	app.Synth(nil)
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
