package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newAPI declares the REST API. Every payload is passed on as bytes ("*/*" is
// binary): as text, API Gateway would mend invalid UTF-8 before a function
// could refuse it.
func newAPI(scope constructs.Construct, sys system, s settings, functions map[string]awslambda.Function) awsapigateway.SpecRestApi {
	name := "wardroom-" + s.name
	definition, err := body(name, sys.functions, s.origins, func(slug string) map[string]any {
		return map[string]any{
			"type":       "aws_proxy",
			"httpMethod": "POST", // of the invocation, whatever the request's
			"uri":        uri(functions[slug]),
		}
	})
	if err != nil {
		panic(err)
	}
	logs := awslogs.NewLogGroup(scope, jsii.String("ApiLogs"), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String("/aws/apigateway/" + name),
		Retention:     s.retention,
		RemovalPolicy: removal(s),
	})
	api := awsapigateway.NewSpecRestApi(scope, jsii.String("Api"), &awsapigateway.SpecRestApiProps{
		RestApiName:      jsii.String(name),
		ApiDefinition:    awsapigateway.ApiDefinition_FromInline(definition),
		EndpointTypes:    &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		BinaryMediaTypes: jsii.Strings("*/*"),
		// An account has one role by which API Gateway writes logs; it stays
		// when a stack goes, since the other stages write by it too.
		CloudWatchRole:              jsii.Bool(true),
		CloudWatchRoleRemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            jsii.String(s.name),
			ThrottlingRateLimit:  jsii.Number(s.rate),
			ThrottlingBurstLimit: jsii.Number(s.burst),
			MetricsEnabled:       jsii.Bool(true),
			TracingEnabled:       jsii.Bool(s.xray),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(logs),
			AccessLogFormat:      awsapigateway.AccessLogFormat_Custom(jsii.String(accessLine)),
		},
	})
	for _, f := range sys.functions {
		if f.streams() {
			continue // no route reaches it
		}
		functions[f.slug].AddPermission(jsii.String("Api"), &awslambda.Permission{
			Principal: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil),
			SourceArn: api.ArnForExecuteApi(jsii.String("*"), jsii.String("/*"), jsii.String(s.name)),
		})
	}
	api.Node().TryRemoveChild(jsii.String("Endpoint")) // an output under a hashed name; the stack has its own
	return api
}

// accessLine is one line of the access log. It names the route, not the path,
// and no query: ids and addresses of people are in those.
const accessLine = `{"request_id":"$context.requestId","method":"$context.httpMethod","route":"$context.resourcePath",` +
	`"status":"$context.status","error":"$context.error.responseType","bytes":"$context.responseLength",` +
	`"latency_ms":"$context.responseLatency","source_ip":"$context.identity.sourceIp","time":"$context.requestTime"}`

func uri(f awslambda.Function) *string {
	return awscdk.Fn_Join(jsii.String(""), &[]*string{
		jsii.String("arn:"), awscdk.Aws_PARTITION(), jsii.String(":apigateway:"), awscdk.Aws_REGION(),
		jsii.String(":lambda:path/2015-03-31/functions/"), f.FunctionArn(), jsii.String("/invocations"),
	})
}
