package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/functions/stream"
	"wardroom/pkg/table"
)

func TestSizesStayUnderTheQuotas(t *testing.T) {
	if n := len(synth(t, "stage=prod").Resources); n >= 500 {
		t.Errorf("%d resources of CloudFormation, of at most 500", n)
	}
}

func TestTableEqualsTheSchema(t *testing.T) {
	d := table.Schema()
	want := schema{pk: d.PK, sk: d.SK, ttl: d.TTL}
	for _, i := range d.Indexes {
		want.indexes = append(want.indexes, index{i.Name, i.PK, i.SK})
	}
	props := synth(t, "stage=dev").only(t, "AWS::DynamoDB::Table").Properties
	keys := func(v any) (pk, sk string) {
		return at(v, 0, "AttributeName").(string), at(v, 1, "AttributeName").(string)
	}
	got := schema{ttl: at(props["TimeToLiveSpecification"], "AttributeName").(string)}
	got.pk, got.sk = keys(props["KeySchema"])
	for _, i := range props["GlobalSecondaryIndexes"].([]any) {
		x := index{name: at(i, "IndexName").(string)}
		x.pk, x.sk = keys(at(i, "KeySchema"))
		got.indexes = append(got.indexes, x)
		if p := at(i, "Projection", "ProjectionType"); p != "KEYS_ONLY" {
			t.Errorf("%s projects %v", x.name, p)
		}
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(schema{}, index{})); d != "" {
		t.Errorf("schema (-), template (+):\n%s", d)
	}
}

func TestStagesDiffer(t *testing.T) {
	for _, tt := range []struct {
		stage     string
		protected bool
		policy    string
		days      float64
	}{
		{"dev", false, "Delete", 14},
		{"staging", false, "Delete", 30},
		{"prod", true, "Retain", 365},
	} {
		t.Run(tt.stage, func(t *testing.T) {
			got := synth(t, "stage="+tt.stage)
			table := got.only(t, "AWS::DynamoDB::Table")
			p := table.Properties
			if v := p["DeletionProtectionEnabled"]; v != tt.protected {
				t.Errorf("deletion protection %v, want %v", v, tt.protected)
			}
			if table.DeletionPolicy != tt.policy {
				t.Errorf("the table's deletion policy is %s, want %s", table.DeletionPolicy, tt.policy)
			}
			if v := at(p["PointInTimeRecoverySpecification"], "PointInTimeRecoveryEnabled"); v != true {
				t.Errorf("point-in-time recovery is %v", v)
			}
			if v := at(p["StreamSpecification"], "StreamViewType"); v != "NEW_AND_OLD_IMAGES" {
				t.Errorf("the stream's view is %v", v)
			}
			if v := at(p["SSESpecification"], "SSEEnabled"); v != true {
				t.Errorf("encryption is %v", v)
			}
			if v := p["BillingMode"]; v != "PAY_PER_REQUEST" {
				t.Errorf("billing mode is %v", v)
			}
			for id, logs := range got.of("AWS::Logs::LogGroup") {
				if v := logs.Properties["RetentionInDays"]; v != tt.days {
					t.Errorf("%s keeps %v days, want %v", id, v, tt.days)
				}
			}
			if v := got.only(t, "AWS::ApiGateway::Stage").Properties["StageName"]; v != tt.stage {
				t.Errorf("the API's stage is %v", v)
			}
		})
	}
}

func TestFunctionsAreDeclaredAsDesigned(t *testing.T) {
	sys, err := declared()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]resource{}
	for _, f := range synth(t, "stage=dev", "origins=https://app.example.com").of("AWS::Lambda::Function") {
		got[f.Metadata[groupKey].(string)] = f
	}
	var want []string
	for _, f := range sys.functions {
		want = append(want, f.slug)
	}
	slices.Sort(want)
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(got))); d != "" {
		t.Errorf("groups (-), functions (+):\n%s", d)
	}
	for slug, f := range got {
		p := f.Properties
		timeout := 10.0
		if slug == stream.Slug {
			timeout = 60.0
		}
		wanted := map[string]any{
			"Runtime": "provided.al2023", "Handler": "bootstrap", "MemorySize": 512.0, "Timeout": timeout,
			"Architectures": []any{"arm64"}, "TracingConfig": nil, "ReservedConcurrentExecutions": nil,
			"FunctionName": "wardroom-dev-" + slug,
		}
		for name, value := range wanted {
			if d := cmp.Diff(value, p[name]); d != "" {
				t.Errorf("%s: %s:\n%s", slug, name, d)
			}
		}
		environment := at(p["Environment"], "Variables").(map[string]any)
		variables := []string{"DYNAMODB_ENDPOINT", "WARDROOM_CLIENT_IDS", "WARDROOM_ISSUER", "WARDROOM_ORIGINS", "WARDROOM_SCOPES", "WARDROOM_STAGE", "WARDROOM_TABLE", "WARDROOM_TRUST_ADDRESSES"}
		switch slug {
		case "account", "workspace": // they invite
			variables = append(variables, "SES_ENDPOINT", "WARDROOM_APP_URL", "WARDROOM_MAIL_FROM")
		case "governance":
			variables = append(variables, "WARDROOM_CHECKPOINT_KEY")
		}
		slices.Sort(variables)
		if d := cmp.Diff(variables, slices.Sorted(maps.Keys(environment))); d != "" {
			t.Errorf("%s: variables:\n%s", slug, d)
		}
		if environment["DYNAMODB_ENDPOINT"] != "" || environment["WARDROOM_STAGE"] != "dev" || environment["WARDROOM_ORIGINS"] != "https://app.example.com" {
			t.Errorf("%s: variables %v", slug, environment)
		}
	}
}

func TestContextChangesWhatItNames(t *testing.T) {
	got := synth(t, "stage=dev", "arch=x86_64", "xray=true", "reserved=7", "rate=11", "burst=12", "topic=arn:aws:sns:eu-west-1:123456789012:oncall")
	for id, f := range got.of("AWS::Lambda::Function") {
		if d := cmp.Diff([]any{"x86_64"}, f.Properties["Architectures"]); d != "" {
			t.Errorf("%s: %s", id, d)
		}
		if v := at(f.Properties["TracingConfig"], "Mode"); v != "Active" {
			t.Errorf("%s: tracing is %v", id, v)
		}
		if v := f.Properties["ReservedConcurrentExecutions"]; v != 7.0 {
			t.Errorf("%s: %v reserved", id, v)
		}
	}
	for id, a := range got.of("AWS::CloudWatch::Alarm") {
		if v := at(a.Properties["AlarmActions"], 0); v != "arn:aws:sns:eu-west-1:123456789012:oncall" {
			t.Errorf("%s speaks to %v", id, v)
		}
	}
	settings := at(got.only(t, "AWS::ApiGateway::Stage").Properties["MethodSettings"], 0)
	if at(settings, "ThrottlingRateLimit") != 11.0 || at(settings, "ThrottlingBurstLimit") != 12.0 {
		t.Errorf("throttling: %v", settings)
	}
}

func TestBadContextIsRefused(t *testing.T) {
	for _, pair := range []string{"stage=production", "arch=arm", "xray=maybe", "reserved=-1", "rate=many", "origins=app.example.com", "origins=https://a.example.com/x", "origins=https://a'b", "issuer=http://login.example.com", "issuer=https://login.example.com", "clientIds=one", "trustAddresses=true", "trustAddresses=perhaps"} {
		key, value, _ := strings.Cut(pair, "=")
		if _, err := read(func(k string) any { return map[string]any{key: value}[k] }); err == nil {
			t.Errorf("%s was taken", pair)
		} else if !strings.Contains(err.Error(), key) {
			t.Errorf("%s: the refusal doesn't name the key: %v", pair, err)
		}
	}
	for _, args := range [][]string{{"-c", "stgae=prod"}, {"-c", "stage"}, {"prod"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

func TestOutputsNameTheUrlAndTheTable(t *testing.T) {
	outputs := synth(t, "stage=dev").Outputs
	if d := cmp.Diff([]string{"ClientId", "Issuer", "TableName", "Url", "UserPoolId"}, slices.Sorted(maps.Keys(outputs))); d != "" {
		t.Error(d)
	}
	url, _ := json.Marshal(outputs["Url"])
	if !strings.Contains(string(url), `}/dev"`) {
		t.Errorf("the URL must end at the stage, without a slash: %s", url)
	}
}
