package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newStack declares everything of one stage. code is the folder of each
// function's binary, by slug.
func newStack(scope constructs.Construct, sys system, s settings, code map[string]string) awscdk.Stack {
	name := "wardroom-" + s.name
	stack := awscdk.NewStack(scope, jsii.String(name), &awscdk.StackProps{
		Description:           jsii.String("Wardroom, stage " + s.name),
		TerminationProtection: jsii.Bool(s.keep),
		Tags:                  &map[string]*string{"app": jsii.String("wardroom"), "stage": jsii.String(s.name)},
	})
	table := newTable(stack, sys.table, s)
	letters := newDeadLetters(stack, s)
	functions := newFunctions(stack, sys, s, table, letters, newCheckpointKey(stack, s), newSignIn(stack, s), code)
	api := newAPI(stack, sys, s, functions)
	watch(stack, s, sys, table, letters, functions)

	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{
		Description: jsii.String("Base of every path, such as /api/health"),
		// The stage's own URL ends in a slash, which the paths start with.
		Value: awscdk.Fn_Sub(jsii.String("https://${api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"+s.name), &map[string]*string{"api": api.RestApiId()}),
	})
	awscdk.NewCfnOutput(stack, jsii.String("TableName"), &awscdk.CfnOutputProps{
		Description: jsii.String("The single table"),
		Value:       table.TableName(),
	})
	return stack
}

// removal is the policy for a resource that has data, when its stack is deleted.
func removal(s settings) awscdk.RemovalPolicy {
	if s.keep {
		return awscdk.RemovalPolicy_RETAIN
	}
	return awscdk.RemovalPolicy_DESTROY
}
