package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// groupKey marks each function's resource with its group, for whoever reads the
// template: SAM's commands and the tests.
const groupKey = "wardroom:group"

// requestSeconds is the timeout of a request.
const requestSeconds = 10

func newFunctions(scope constructs.Construct, sys system, s settings, table awsdynamodb.Table, letters awssqs.Queue, checkpoints awskms.Key, issuer signIn, code map[string]string) map[string]awslambda.Function {
	out := map[string]awslambda.Function{}
	for _, f := range sys.functions {
		var more []awsiam.PolicyStatement
		if f.streams() {
			more = streaming(table, letters)
		}
		if f.slug == signs {
			more = append(more, signing(checkpoints)...)
		}
		more = append(more, s.post.sending(scope, f.slug)...)
		out[f.slug] = newFunction(scope, f, s, table, issuer, code[f.slug], more)
		if f.streams() {
			feed(scope, f, table, letters, out[f.slug])
		}
		s.post.tell(out[f.slug], f.slug)
		if f.slug == signs {
			tellKey(out[f.slug], checkpoints)
		}
	}
	return out
}

func newFunction(scope constructs.Construct, f function, s settings, table awsdynamodb.Table, issuer signIn, code string, more []awsiam.PolicyStatement) awslambda.Function {
	id := title(f.slug)
	name := "wardroom-" + s.name + "-" + f.slug
	logs := awslogs.NewLogGroup(scope, jsii.String(id+"Logs"), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String("/aws/lambda/" + name),
		Retention:     s.retention,
		RemovalPolicy: removal(s),
	})
	seconds := requestSeconds
	if f.streams() {
		seconds = streamSeconds
	}
	tracing := awslambda.Tracing_DISABLED
	if s.xray {
		tracing = awslambda.Tracing_ACTIVE
	}
	var reserved *float64
	if s.reserved > 0 {
		reserved = jsii.Number(s.reserved)
	}
	environment := map[string]*string{
		"WARDROOM_TABLE":   table.TableName(),
		"WARDROOM_STAGE":   jsii.String(s.name),
		"WARDROOM_ORIGINS": jsii.String(strings.Join(s.origins, ",")),
		// Empty means AWS. It is declared because SAM passes on only what is.
		"DYNAMODB_ENDPOINT": jsii.String(""),
	}
	maps.Copy(environment, issuer.variables())
	fn := awslambda.NewFunction(scope, jsii.String(id), &awslambda.FunctionProps{
		FunctionName:                 jsii.String(name),
		Description:                  jsii.String(f.name),
		Runtime:                      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:                 s.arch.lambda(),
		Handler:                      jsii.String("bootstrap"),
		Code:                         awslambda.Code_FromAsset(jsii.String(code), nil),
		MemorySize:                   jsii.Number(512),
		Timeout:                      awscdk.Duration_Seconds(jsii.Number(float64(seconds))),
		Role:                         newRole(scope, id, f, table, logs, more),
		LogGroup:                     logs,
		Tracing:                      tracing,
		ReservedConcurrentExecutions: reserved,
		Environment:                  &environment,
	})
	fn.Node().DefaultChild().(awslambda.CfnFunction).AddMetadata(jsii.String(groupKey), f.slug)
	return fn
}

// newRole declares a function's own role: the recorded actions on exactly the table and
// the indexes they were recorded on, and writing to its log group, which the stack
// makes, so it needs no CreateLogGroup. more are its further permissions.
func newRole(scope constructs.Construct, id string, f function, table awsdynamodb.Table, logs awslogs.LogGroup, more []awsiam.PolicyStatement) awsiam.Role {
	actions := map[string][]string{}
	for _, g := range f.grants {
		actions[g.Resource] = append(actions[g.Resource], g.Action)
	}
	statements := []awsiam.PolicyStatement{allow([]string{"logs:CreateLogStream", "logs:PutLogEvents"}, logs.LogGroupArn())}
	for _, resource := range slices.Sorted(maps.Keys(actions)) {
		arn := table.TableArn()
		if resource != "table" {
			arn = jsii.String(*arn + "/index/" + resource)
		}
		statements = append(statements, allow(actions[resource], arn))
	}
	statements = append(statements, more...)
	return awsiam.NewRole(scope, jsii.String(id+"Role"), &awsiam.RoleProps{
		Description: jsii.String(f.name + " of " + *awscdk.Stack_Of(scope).StackName()),
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"uses": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
	})
}

func allow(actions []string, resource *string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings(actions...),
		Resources: &[]*string{resource},
	})
}

// title makes a logical id of a slug: "chat-thread" becomes "ChatThread".
func title(slug string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(slug, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}
