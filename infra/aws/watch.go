package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// watch declares the alarms, and the dashboard for an operator.
func watch(scope constructs.Construct, s settings, sys system, table awsdynamodb.Table, letters awssqs.Queue, functions map[string]awslambda.Function) {
	in := func(namespace, name, statistic string, dimensions map[string]*string) awscloudwatch.Metric {
		return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String(namespace), MetricName: jsii.String(name), Statistic: jsii.String(statistic),
			DimensionsMap: &dimensions, Period: awscdk.Duration_Minutes(jsii.Number(5)),
		})
	}
	ofAPI := func(name, statistic string) awscloudwatch.Metric {
		return in("AWS/ApiGateway", name, statistic, map[string]*string{"ApiName": jsii.String("wardroom-" + s.name), "Stage": jsii.String(s.name)})
	}
	ofTable := func(name, statistic string) awscloudwatch.Metric {
		return in("AWS/DynamoDB", name, statistic, map[string]*string{"TableName": table.TableName()})
	}
	ofFunction := func(slug, name, statistic string) awscloudwatch.Metric {
		return in("AWS/Lambda", name, statistic, map[string]*string{"FunctionName": functions[slug].FunctionName()}).
			With(&awscloudwatch.MetricOptions{Label: jsii.String(slug)})
	}

	alarm(scope, s, "ServerErrors", "The API answered 5xx", ofAPI("5XXError", "Sum"))
	alarm(scope, s, "ReadThrottles", "The table refused reads for want of capacity", ofTable("ReadThrottleEvents", "Sum"))
	alarm(scope, s, "WriteThrottles", "The table refused writes for want of capacity", ofTable("WriteThrottleEvents", "Sum"))
	for _, f := range sys.functions {
		alarm(scope, s, title(f.slug)+"Throttles", f.name+": Lambda refused invocations for want of concurrency", ofFunction(f.slug, "Throttles", "Sum"))
	}

	dead := in("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", map[string]*string{"QueueName": letters.QueueName()})
	background := func(operation, metric string) awscloudwatch.Metric {
		return in("Wardroom", metric, "Sum", map[string]*string{"stage": jsii.String(s.name), "operation": jsii.String(operation)})
	}
	swept := background("sweep", "failed")
	var streams []awscloudwatch.IMetric
	for _, f := range sys.functions {
		if !f.streams() {
			continue
		}
		id, age := title(f.slug), ofFunction(f.slug, "IteratorAge", "Maximum")
		alarm(scope, s, id+"Errors", f.name+": the function failed; a record that goes on failing is given up", ofFunction(f.slug, "Errors", "Sum"))
		alarmAt(scope, s, lateness, id+"Age", f.name+": what follows from changes is minutes late", age)
		streams = append(streams, age)
	}
	alarm(scope, s, "DeadLetters", "The stream gave records up: find out why in its log, then run admin redrive", dead)
	for _, operation := range []string{"stream", "sweep"} {
		alarm(scope, s, title(operation)+"LeftOut", "Rows can't be read and were passed over: their keys are in the log, and admin check names them", background(operation, "left_out"))
	}
	alarm(scope, s, "SweepFailures", "The sweep could not finish something, and tries again every time", swept)

	each := func(name, statistic string) (out []awscloudwatch.IMetric) {
		for _, f := range sys.functions {
			out = append(out, ofFunction(f.slug, name, statistic))
		}
		return out
	}
	awscloudwatch.NewDashboard(scope, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName: jsii.String("wardroom-" + s.name),
		Widgets: &[]*[]awscloudwatch.IWidget{
			{
				graph("Requests", ofAPI("Count", "Sum"), ofAPI("4XXError", "Sum"), ofAPI("5XXError", "Sum")),
				graph("Latency", ofAPI("Latency", "p50"), ofAPI("Latency", "p99")),
			},
			{graph("Invocations", each("Invocations", "Sum")...), graph("Duration, p99", each("Duration", "p99")...)},
			{graph("Function errors", each("Errors", "Sum")...), graph("Throttles", each("Throttles", "Sum")...)},
			{
				graph("Age of the stream's oldest record, ms", streams...),
				graph("Dead letters, and what sweeps could not finish", dead, swept),
			},
			{
				graph("Capacity units", ofTable("ConsumedReadCapacityUnits", "Sum"), ofTable("ConsumedWriteCapacityUnits", "Sum")),
				graph("Table throttles", ofTable("ReadThrottleEvents", "Sum"), ofTable("WriteThrottleEvents", "Sum")),
			},
		},
	})
}

// lateness is the most age of a record of the stream, in milliseconds.
const lateness = 5 * 60 * 1000

// alarm declares an alarm on the first event within five minutes: none is usual.
func alarm(scope constructs.Construct, s settings, id, description string, metric awscloudwatch.Metric) {
	alarmAt(scope, s, 1, id, description, metric)
}

// alarmAt declares an alarm at a threshold of events within five minutes.
func alarmAt(scope constructs.Construct, s settings, threshold float64, id, description string, metric awscloudwatch.Metric) {
	a := awscloudwatch.NewAlarm(scope, jsii.String(id+"Alarm"), &awscloudwatch.AlarmProps{
		AlarmDescription:   jsii.String(description),
		Metric:             metric,
		Threshold:          jsii.Number(threshold),
		EvaluationPeriods:  jsii.Number(1),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	if s.topic != "" {
		a.Node().DefaultChild().(awscloudwatch.CfnAlarm).SetAlarmActions(jsii.Strings(s.topic))
	}
}

func graph(heading string, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: jsii.String(heading), Width: jsii.Number(12), Left: &metrics,
	})
}
