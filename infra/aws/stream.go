package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The settings of the stream's delivery to the function. The local pump has the same.
const (
	batchSize      = 100
	retryAttempts  = 10           // then a record is given up and its position goes to the dead letters
	maxRecordAge   = 12 * 60 * 60 // seconds; a stream itself keeps records for 24 hours
	sweepMinutes   = 5
	streamSeconds  = 60 // the timeout of a batch or a sweep
	deadLetterDays = 14
)

// newDeadLetters declares the queue for records that the stream gave up. A letter has
// the position of records in the stream, not their contents, and the stream drops them
// after 24 hours; so a letter is a reason to look, and "admin redrive" works from the
// table's own state.
func newDeadLetters(scope constructs.Construct, s settings) awssqs.Queue {
	return awssqs.NewQueue(scope, jsii.String("DeadLetters"), &awssqs.QueueProps{
		QueueName:       jsii.String("wardroom-" + s.name + "-dead-letters"),
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(deadLetterDays)),
		RemovalPolicy:   removal(s),
	})
}

// streaming is the stream function's permissions beyond its recorded actions: Lambda
// itself reads the stream and writes dead letters with the function's role.
func streaming(table awsdynamodb.Table, letters awssqs.Queue) []awsiam.PolicyStatement {
	return []awsiam.PolicyStatement{
		allow([]string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}, table.TableStreamArn()),
		allow([]string{"dynamodb:ListStreams"}, jsii.String(*table.TableArn()+"/stream/*")),
		allow([]string{"sqs:SendMessage"}, letters.QueueArn()),
	}
}

// feed connects the stream and the schedule to the function.
func feed(scope constructs.Construct, f function, table awsdynamodb.Table, letters awssqs.Queue, fn awslambda.Function) {
	mapping := awslambda.NewCfnEventSourceMapping(scope, jsii.String("StreamMapping"), &awslambda.CfnEventSourceMappingProps{
		FunctionName:               fn.FunctionArn(),
		EventSourceArn:             table.TableStreamArn(),
		StartingPosition:           jsii.String("TRIM_HORIZON"),
		BatchSize:                  jsii.Number(batchSize),
		BisectBatchOnFunctionError: jsii.Bool(true),
		MaximumRetryAttempts:       jsii.Number(retryAttempts),
		MaximumRecordAgeInSeconds:  jsii.Number(maxRecordAge),
		FunctionResponseTypes:      jsii.Strings("ReportBatchItemFailures"),
		FilterCriteria: &awslambda.CfnEventSourceMapping_FilterCriteriaProperty{
			Filters: &[]any{&awslambda.CfnEventSourceMapping_FilterProperty{Pattern: jsii.String(f.filter)}},
		},
		DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: letters.QueueArn()},
		},
	})
	mapping.Node().AddDependency(fn.Role()) // Lambda tries the permissions when it makes the mapping

	// The next sweep makes up for one that fails: a retry at once, Lambda's default for
	// events, would only add to the load.
	fn.ConfigureAsyncInvoke(&awslambda.EventInvokeConfigOptions{RetryAttempts: jsii.Number(0)})
	awsevents.NewRule(scope, jsii.String("Sweep"), &awsevents.RuleProps{
		Description: jsii.String("Carries on what the stream has lost, and purges what is due"),
		Schedule:    awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(sweepMinutes))),
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(fn, &awseventstargets.LambdaFunctionProps{
			Event:         awsevents.RuleTargetInput_FromObject(f.scheduled),
			RetryAttempts: jsii.Number(0),
		})},
	})
}
