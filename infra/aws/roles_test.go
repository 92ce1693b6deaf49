package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wardroom/functions/stream"
)

// TestRolesEqualTheRecordedActions reads each function's role back from the
// template and compares it with actions.json, both ways.
func TestRolesEqualTheRecordedActions(t *testing.T) {
	want, err := grants()
	if err != nil {
		t.Fatal(err)
	}
	got := synth(t, "stage=prod")
	roles, seen := got.of("AWS::IAM::Role"), map[string]bool{}
	for _, f := range got.of("AWS::Lambda::Function") {
		slug := f.Metadata[groupKey].(string)
		id := at(f.Properties["Role"], "Fn::GetAtt", 0).(string)
		if seen[id] {
			t.Errorf("%s shares its role", slug)
		}
		seen[id] = true
		used, logs := statements(t, roles[id])
		if slug == stream.Slug {
			used = withoutStream(t, used)
		}
		if slug == signs {
			used = withoutKey(t, used)
		}
		slices.SortFunc(want[slug], compare)
		slices.SortFunc(used, compare)
		if d := cmp.Diff(want[slug], used, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: recorded (-), granted (+):\n%s", slug, d)
		}
		if d := cmp.Diff([]string{"logs:CreateLogStream on " + title(slug) + "Logs", "logs:PutLogEvents on " + title(slug) + "Logs"}, logs); d != "" {
			t.Errorf("%s: logs:\n%s", slug, d)
		}
		if roles[id].Properties["ManagedPolicyArns"] != nil {
			t.Errorf("%s has managed policies", slug)
		}
	}
	for slug := range want {
		if !slices.ContainsFunc(all(t), func(f function) bool { return f.slug == slug }) {
			t.Errorf("actions.json names %s, which is no group", slug)
		}
	}
	if n := len(got.of("AWS::IAM::Policy")) + len(got.of("AWS::IAM::ManagedPolicy")); n != 0 {
		t.Errorf("%d policies beside the roles' own", n)
	}
}

// withoutStream takes out what Lambda does in the function's name, which no test
// can record: it reads the stream and writes dead letters, and nothing more.
func withoutStream(t *testing.T, used []grant) (own []grant) {
	t.Helper()
	want := []grant{
		{"dynamodb:DescribeStream", "stream"}, {"dynamodb:GetRecords", "stream"}, {"dynamodb:GetShardIterator", "stream"},
		{"dynamodb:ListStreams", "any stream"}, {"sqs:SendMessage", "DeadLetters"},
	}
	for _, w := range want {
		if !slices.Contains(used, w) {
			t.Errorf("the stream's function may not %s on %s", w.Action, w.Resource)
		}
	}
	return slices.DeleteFunc(used, func(g grant) bool { return slices.Contains(want, g) })
}

// withoutKey takes out what the function may do with the key for checkpoints,
// which no recording of calls to the table can show.
func withoutKey(t *testing.T, used []grant) (own []grant) {
	t.Helper()
	want := []grant{{"kms:GetPublicKey", "CheckpointKey"}, {"kms:Sign", "CheckpointKey"}}
	for _, w := range want {
		if !slices.Contains(used, w) {
			t.Errorf("the function may not %s on %s", w.Action, w.Resource)
		}
	}
	return slices.DeleteFunc(used, func(g grant) bool { return slices.Contains(want, g) })
}

// The key for checkpoints only signs, and one function alone is told of it.
func TestCheckpointKey(t *testing.T) {
	got := synth(t, "stage=prod")
	keys := got.of("AWS::KMS::Key")
	if len(keys) != 1 {
		t.Fatalf("%d keys", len(keys))
	}
	for _, k := range keys {
		if k.Properties["KeySpec"] != "ECC_NIST_P256" || k.Properties["KeyUsage"] != "SIGN_VERIFY" {
			t.Errorf("%v", k.Properties)
		}
	}
	for _, f := range got.of("AWS::Lambda::Function") {
		_, told := at(f.Properties, "Environment", "Variables", "WARDROOM_CHECKPOINT_KEY").(map[string]any)
		if slug := f.Metadata[groupKey]; told != (slug == signs) {
			t.Errorf("%v is told of the key: %v", slug, told)
		}
	}
}

func TestNoActionIsAWildcard(t *testing.T) {
	for id, role := range synth(t, "stage=prod", "xray=true").of("AWS::IAM::Role") {
		for _, policy := range list(role.Properties["Policies"]) {
			for _, statement := range list(at(policy, "PolicyDocument", "Statement")) {
				for _, action := range texts(at(statement, "Action")) {
					if strings.Contains(action, "*") {
						t.Errorf("%s allows %s", id, action)
					}
				}
				resource := at(statement, "Resource")
				if resource == "*" && !slices.Equal(texts(at(statement, "Action")), []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}) {
					t.Errorf("%s allows %v on everything", id, at(statement, "Action")) // X-Ray knows no resources
				}
			}
		}
	}
}

// statements reads a role: what it may do with the table, and with its logs.
func statements(t *testing.T, role resource) (used []grant, logs []string) {
	t.Helper()
	for _, policy := range list(role.Properties["Policies"]) {
		for _, s := range list(at(policy, "PolicyDocument", "Statement")) {
			where := target(at(s, "Resource"))
			for _, action := range texts(at(s, "Action")) {
				if strings.HasPrefix(action, "logs:") {
					logs = append(logs, action+" on "+where)
				} else {
					used = append(used, grant{action, where})
				}
			}
		}
	}
	slices.Sort(logs)
	return used, logs
}

// target names what a statement is about, from the ARN as CloudFormation builds it.
func target(v any) string {
	arn := func(v any) string {
		id, _ := at(v, "Fn::GetAtt", 0).(string)
		if at(v, "Fn::GetAtt", 1) == "StreamArn" {
			return "stream"
		}
		if at(v, "Fn::GetAtt", 1) != "Arn" {
			return ""
		}
		if strings.HasPrefix(id, "Table") {
			return "table"
		}
		return id[:max(0, len(id)-8)] // without the hash that CDK appends
	}
	if joined, ok := at(v, "Fn::Join", 1).([]any); ok && len(joined) == 2 && arn(joined[0]) == "table" {
		if joined[1] == "/stream/*" {
			return "any stream"
		}
		return strings.TrimPrefix(joined[1].(string), "/index/")
	}
	return arn(v)
}

func all(t *testing.T) []function {
	sys, err := declared()
	if err != nil {
		t.Fatal(err)
	}
	return sys.functions
}

func list(v any) []any { l, _ := v.([]any); return l }

// texts reads an action, which is a text or a list of them.
func texts(v any) (out []string) {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	for _, s := range list(v) {
		out = append(out, s.(string))
	}
	return out
}

func compare(a, b grant) int { return strings.Compare(a.Resource+a.Action, b.Resource+b.Action) }
