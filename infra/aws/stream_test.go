package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/functions/stream"
	"wardroom/pkg/table"
)

// The stream comes to its function alone, and to it alone nothing else but the
// schedule.
func TestStreamFeedsItsFunction(t *testing.T) {
	got := synth(t, "stage=dev")
	var function string
	for id, f := range got.of("AWS::Lambda::Function") {
		if f.Metadata[groupKey] == stream.Slug {
			function = id
		}
	}
	mapping := got.only(t, "AWS::Lambda::EventSourceMapping").Properties
	if v := at(mapping["FunctionName"], "Fn::GetAtt", 0); v != function {
		t.Errorf("the stream comes to %v", v)
	}
	for name, want := range map[string]any{
		"StartingPosition": "TRIM_HORIZON", "BatchSize": 100.0, "BisectBatchOnFunctionError": true, "MaximumRetryAttempts": 10.0,
		"MaximumRecordAgeInSeconds": 43200.0, "FunctionResponseTypes": []any{"ReportBatchItemFailures"},
	} {
		if d := cmp.Diff(want, mapping[name]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if v := at(mapping["EventSourceArn"], "Fn::GetAtt", 1); v != "StreamArn" {
		t.Errorf("it reads %v", mapping["EventSourceArn"])
	}
	var pattern any
	filters := list(at(mapping["FilterCriteria"], "Filters"))
	if len(filters) != 1 {
		t.Fatalf("%d filters, want one", len(filters))
	}
	if err := json.Unmarshal([]byte(at(filters[0], "Pattern").(string)), &pattern); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"eventName": []any{"INSERT"}, "dynamodb": map[string]any{"NewImage": map[string]any{"kind": map[string]any{"S": []any{table.Audits.Name()}}}}}
	if d := cmp.Diff(any(want), pattern); d != "" {
		t.Errorf("the filter: %s", d)
	}
	rule := got.only(t, "AWS::Events::Rule").Properties
	if v := rule["ScheduleExpression"]; v != "rate(5 minutes)" {
		t.Errorf("it sweeps at %v", v)
	}
	if at(rule["Targets"], 0, "Arn", "Fn::GetAtt", 0) != function || at(rule["Targets"], 0, "Input") != `{"sweep":true}` {
		t.Errorf("the schedule's target: %v", rule["Targets"])
	}
	for id, p := range got.of("AWS::Lambda::Permission") {
		gateway := p.Properties["Principal"] == "apigateway.amazonaws.com"
		if of := at(p.Properties["FunctionName"], "Fn::GetAtt", 0) == function; of == gateway {
			t.Errorf("%s lets %v call %v", id, p.Properties["Principal"], p.Properties["FunctionName"])
		}
	}
}

func TestDeadLettersAreKept(t *testing.T) {
	got := synth(t, "stage=prod")
	queue := got.only(t, "AWS::SQS::Queue")
	if p := queue.Properties; p["MessageRetentionPeriod"] != 1209600.0 || p["SqsManagedSseEnabled"] != true || p["QueueName"] != "wardroom-prod-dead-letters" || queue.DeletionPolicy != "Retain" {
		t.Errorf("%v, %s", p, queue.DeletionPolicy)
	}
	mapping := got.only(t, "AWS::Lambda::EventSourceMapping").Properties
	if id, _ := at(mapping["DestinationConfig"], "OnFailure", "Destination", "Fn::GetAtt", 0).(string); got.Resources[id].Type != "AWS::SQS::Queue" {
		t.Errorf("what is given up goes to %v", mapping["DestinationConfig"])
	}
}

func TestTroubleOfTheStreamRings(t *testing.T) {
	alarms := map[string]float64{}
	for _, a := range synth(t, "stage=dev").of("AWS::CloudWatch::Alarm") {
		threshold, _ := a.Properties["Threshold"].(float64)
		of := any(a.Properties)
		if metric := at(of, "Metrics", 0, "MetricStat", "Metric"); metric != nil { // one with a label
			of = metric
		}
		alarms[fmt.Sprint(at(of, "Namespace"), " ", at(of, "MetricName"))] = threshold
	}
	for name, threshold := range map[string]float64{
		"AWS/SQS ApproximateNumberOfMessagesVisible": 1, "AWS/Lambda IteratorAge": 300_000, "AWS/Lambda Errors": 1, "Wardroom failed": 1, "Wardroom left_out": 1,
	} {
		if got, ok := alarms[name]; !ok || got != threshold {
			t.Errorf("%s rings at %v (%v), want %v; alarms on %v", name, got, ok, threshold, strings.Join(slices.Sorted(maps.Keys(alarms)), ", "))
		}
	}
}
