package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/functions"
	"wardroom/pkg/fault"
)

// TestRoutesEqualTheOperations reads the API's body back, both ways: every
// operation on every path, and nothing else but a preflight for each path, each
// answered by the function of its group.
func TestRoutesEqualTheOperations(t *testing.T) {
	tpl := synth(t, "stage=dev")
	want := map[string]string{}
	for _, g := range functions.All(nil) {
		for _, o := range g.Ops {
			for _, path := range o.Paths() {
				want[o.Method+" "+path] = g.Slug
				if _, ok := want["OPTIONS "+path]; !ok {
					want["OPTIONS "+path] = g.Slug
				}
			}
		}
	}
	if d := cmp.Diff(want, routes(t, tpl)); d != "" {
		t.Errorf("operations (-), API (+):\n%s", d)
	}
}

// routes reads which group answers each method and path.
func routes(t *testing.T, tpl template) map[string]string {
	t.Helper()
	functions := tpl.of("AWS::Lambda::Function")
	body := tpl.only(t, "AWS::ApiGateway::RestApi").Properties["Body"]
	if v := at(body, "openapi"); v != "3.0.1" {
		t.Errorf("OpenAPI %v; API Gateway takes 3.0.1", v)
	}
	out := map[string]string{}
	for path, methods := range at(body, "paths").(map[string]any) {
		for method, m := range methods.(map[string]any) {
			to := at(m, "x-amazon-apigateway-integration")
			if at(to, "type") != "aws_proxy" || at(to, "httpMethod") != "POST" {
				t.Errorf("%s %s: %v", method, path, to)
			}
			for _, piece := range list(at(to, "uri", "Fn::Join", 1)) {
				if id, ok := at(piece, "Fn::GetAtt", 0).(string); ok {
					out[strings.ToUpper(method)+" "+path] = functions[id].Metadata[groupKey].(string)
				}
			}
		}
	}
	return out
}

func TestOneInvocationPermissionForEachFunction(t *testing.T) {
	tpl := synth(t, "stage=dev")
	seen := map[string]int{}
	for id, p := range tpl.of("AWS::Lambda::Permission") {
		seen[at(p.Properties["FunctionName"], "Fn::GetAtt", 0).(string)]++
		if p.Properties["Principal"] == "events.amazonaws.com" {
			continue // the schedule's, see TestStreamFeedsItsFunction
		}
		arn, _ := json.Marshal(p.Properties["SourceArn"])
		if !strings.Contains(string(arn), `"/dev/*/*"`) || p.Properties["Principal"] != "apigateway.amazonaws.com" {
			t.Errorf("%s lets in %s by %s", id, p.Properties["Principal"], arn)
		}
	}
	for id := range tpl.of("AWS::Lambda::Function") {
		if seen[id] != 1 {
			t.Errorf("%s has %d permissions", id, seen[id])
		}
	}
}

func TestTheAPIIsRegionalTakesBytesAndKeepsAnAccessLog(t *testing.T) {
	tpl := synth(t, "stage=dev")
	api, stage := tpl.only(t, "AWS::ApiGateway::RestApi").Properties, tpl.only(t, "AWS::ApiGateway::Stage").Properties
	if d := cmp.Diff([]any{"REGIONAL"}, at(api["EndpointConfiguration"], "Types")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]any{"*/*"}, api["BinaryMediaTypes"]); d != "" {
		t.Error(d)
	}
	settings := at(stage["MethodSettings"], 0)
	if at(settings, "ThrottlingRateLimit") != 50.0 || at(settings, "ThrottlingBurstLimit") != 100.0 {
		t.Errorf("throttling: %v", settings)
	}
	if at(settings, "DataTraceEnabled") != false {
		t.Error("bodies must not be logged")
	}
	line, _ := at(stage["AccessLogSetting"], "Format").(string)
	for _, private := range []string{"$context.path", "querystring", "header"} {
		if strings.Contains(line, private) {
			t.Errorf("the access log holds %s", private)
		}
	}
	if !strings.Contains(line, "$context.requestId") {
		t.Error("the access log lacks the request's id")
	}
}

// said is what the kinds that a caller can bring about have to say.
var said = map[string]string{
	"MISSING_AUTHENTICATION_TOKEN": "not_found", // an unknown path
	"INVALID_SIGNATURE":            "not_found", // an unknown path, asked with a key
	"REQUEST_TOO_LARGE":            "too_large",
	"THROTTLED":                    "rate_limited",
	"INTEGRATION_FAILURE":          "unavailable",
	"INTEGRATION_TIMEOUT":          "unavailable",
	"DEFAULT_5XX":                  "internal",
}

func TestGatewayAnswersInTheEnvelope(t *testing.T) {
	for origins, allow := range map[string]any{
		"":                      nil,
		"https://a.example.com": "'https://a.example.com'",
		"https://a.example.com,https://b.example.com": "'*'",
	} {
		tpl := synth(t, "stage=dev", "origins="+origins)
		seen := map[string]bool{}
		body := tpl.only(t, "AWS::ApiGateway::RestApi").Properties["Body"]
		for kind, answer := range at(body, "x-amazon-apigateway-gateway-responses").(map[string]any) {
			seen[kind] = true
			var got struct {
				Success *bool
				Message string
				Data    json.RawMessage
				Meta    map[string]string
			}
			line := at(answer, "responseTemplates", "application/json").(string)
			if err := json.Unmarshal([]byte(line), &got); err != nil {
				t.Fatalf("%s: %s: %v", kind, line, err)
			}
			if got.Success == nil || *got.Success || got.Message == "" || string(got.Data) != "null" || got.Meta["request_id"] != "$context.requestId" {
				t.Errorf("%s: %s", kind, line)
			}
			status, _ := strconv.Atoi(at(answer, "statusCode").(string))
			if !slices.Contains(fault.Kinds(status), fault.Kind(got.Meta["code"])) {
				t.Errorf("%s answers %d with code %s, which is not one of that status", kind, status, got.Meta["code"])
			}
			if code, ok := said[kind]; ok && got.Meta["code"] != code {
				t.Errorf("%s says %s, want %s", kind, got.Meta["code"], code)
			}
			headers := at(answer, "responseParameters")
			if v := at(headers, "gatewayresponse.header.Access-Control-Allow-Origin"); v != allow {
				t.Errorf("%s: origins %q: allows %v, want %v", kind, origins, v, allow)
			}
			if retry := at(headers, "gatewayresponse.header.Retry-After") != nil; retry != (status == 429 || status == 503) {
				t.Errorf("%s: status %d, Retry-After %v", kind, status, retry)
			}
		}
		if len(seen) != 21 {
			t.Errorf("%d kinds of answer; API Gateway has 21", len(seen))
		}
	}
}

func TestWhatTheImportWouldRefuseIsRefused(t *testing.T) {
	var many []string
	for i := range most {
		many = append(many, "/"+strconv.Itoa(i))
	}
	for name, paths := range map[string][]string{
		"two names for one place": {"/api/project/{project_id}", "/api/project/{id}/user"},
		"trailing slash":          {"/api/project/"},
		"no leading slash":        {"api/project"},
		"too many resources":      many,
	} {
		if importable(paths) == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := importable([]string{"/api/project/{project_id}", "/api/project/recent", "/api/project/{project_id}/user/{user_id}", "/api/team/{team_id}"}); err != nil {
		t.Error(err)
	}
	twice := []function{{slug: "a", routes: []route{{"GET", "/x", "one"}, {"GET", "/x", "two"}}}}
	if _, err := body("t", twice, nil, func(string) map[string]any { return nil }); err == nil {
		t.Error("one route twice was taken")
	}
}

// A path that two groups share is answered by both, each for its own methods.
func TestAPathOfTwoGroups(t *testing.T) {
	got, err := body("t", []function{
		{slug: "a", routes: []route{{"GET", "/x", "get"}}},
		{slug: "b", routes: []route{{"DELETE", "/x", "delete"}}},
	}, nil, func(slug string) map[string]any { return map[string]any{"to": slug} })
	if err != nil {
		t.Fatal(err)
	}
	for method, slug := range map[string]string{"get": "a", "delete": "b", "options": "a"} {
		if to := at(got, "paths", "/x", method, "x-amazon-apigateway-integration", "to"); to != slug {
			t.Errorf("%s goes to %v, want %s", method, to, slug)
		}
	}
}

// A deployment is a snapshot of the API: one that isn't made anew leaves the
// stage at the old routes.
func TestANewBodyIsDeployed(t *testing.T) {
	ids := func(tpl template) []string { return slices.Sorted(maps.Keys(tpl.of("AWS::ApiGateway::Deployment"))) }
	before, after := ids(synth(t, "stage=dev")), ids(synth(t, "stage=dev", "origins=https://a.example.com"))
	if len(before) != 1 || len(after) != 1 || before[0] == after[0] {
		t.Errorf("the deployments are %v and %v", before, after)
	}
}
