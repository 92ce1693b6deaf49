package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"wardroom/pkg/telemetry"
)

var get = call{method: "GET", target: "/"}

// The ids and the address by which a request is known reach the handler.
func TestContext(t *testing.T) {
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "lambda-1"})
	var id, ip, awsID string
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		id, ip = telemetry.From(r.Context()).ID(), telemetry.From(r.Context()).SourceIP()
		if lc, ok := lambdacontext.FromContext(r.Context()); ok {
			awsID = lc.AwsRequestID
		}
	})
	e := event(t, get)
	if _, err := Invoke(h)(ctx, e); err != nil || id != "req-1" || ip != "203.0.113.9" || awsID != "lambda-1" {
		t.Errorf("id %q ip %q aws %q %v", id, ip, awsID, err)
	}
	e.RequestContext.RequestID = ""
	if _, err := Invoke(h)(ctx, e); err != nil || id != "lambda-1" {
		t.Errorf("without the gateway's id: %q %v", id, err)
	}
}

// What API Gateway and its emulators leave out or fill in oddly.
func TestOddEvents(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*events.APIGatewayProxyRequest)
		want func(seen) bool
	}{
		{"single-value headers", func(e *events.APIGatewayProxyRequest) {
			e.MultiValueHeaders, e.Headers = map[string][]string{}, map[string]string{"host": "h", "x-a": "1"}
		}, func(s seen) bool { return s.Host == "h" && s.Header.Get("X-A") == "1" }},
		{"no headers", func(e *events.APIGatewayProxyRequest) { e.MultiValueHeaders, e.Headers = nil, nil },
			func(s seen) bool { return s.Host == e0.RequestContext.DomainName && len(s.Header) == 0 }},
		{"single-value query", func(e *events.APIGatewayProxyRequest) {
			e.MultiValueQueryStringParameters, e.QueryStringParameters = nil, map[string]string{"b": "2&", "a": "1"}
		}, func(s seen) bool { return s.Query.Encode() == "a=1&b=2%26" }},
		{"console test button", func(e *events.APIGatewayProxyRequest) {
			e.RequestContext.Identity.SourceIP = "test-invoke-source-ip"
		}, func(s seen) bool { return s.RemoteIsAddrPort }},
		{"IPv6", func(e *events.APIGatewayProxyRequest) { e.RequestContext.Identity.SourceIP = "2001:db8::1" },
			func(s seen) bool { return s.RemoteIsAddrPort }},
		{"decoded path", func(e *events.APIGatewayProxyRequest) { e.Path = "/a b/é?x#y%" },
			func(s seen) bool { return s.Path == "/a b/é?x#y%" && len(s.Query) == 0 }},
		{"path without a slash", func(e *events.APIGatewayProxyRequest) { e.Path = "api" },
			func(s seen) bool { return s.Path == "/api" }},
		{"domain that is no host", func(e *events.APIGatewayProxyRequest) { e.RequestContext.DomainName = "a b%" },
			func(s seen) bool { return s.Path == "/" }},
		{"method that is no token", func(e *events.APIGatewayProxyRequest) { e.HTTPMethod = "A B" },
			func(s seen) bool { return s.Method == "A B" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := event(t, get)
			tt.edit(&e)
			res, err := Invoke(http.HandlerFunc(mirror))(t.Context(), e)
			var s seen
			if err != nil || json.Unmarshal([]byte(res.Body), &s) != nil || !tt.want(s) {
				t.Errorf("%v %s", err, res.Body)
			}
		})
	}
}

var e0 = func() (e events.APIGatewayProxyRequest) {
	e.RequestContext.DomainName = "abc.execute-api.eu-central-1.amazonaws.com"
	return
}()

// One request has one RawQuery, however Go orders its maps: fingerprints and
// cursors are made of it.
func TestQueryHasOneSpelling(t *testing.T) {
	var raw string
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { raw = r.URL.RawQuery })
	e := event(t, call{method: "GET", target: "/?e=5&d=4&c=3&b=2&b=1&a=%2F"})
	for range 50 {
		if _, err := Invoke(h)(t.Context(), e); err != nil || raw != "a=%2F&b=2&b=1&c=3&d=4&e=5" {
			t.Fatalf("%q %v", raw, err)
		}
	}
}

// An event of another kind is an error of the invocation, and not a request.
func TestForeignEvents(t *testing.T) {
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was called") })
	handler := lambda.NewHandler(Invoke(never))
	for name, e := range map[string]string{
		"warm-up":            `{"source":"aws.events","detail-type":"Scheduled Event"}`,
		"nothing":            `{}`,
		"null":               `null`,
		"text":               `"ping"`,
		"HTTP API, format 2": `{"version":"2.0","routeKey":"$default","rawPath":"/x","rawQueryString":"a=1","cookies":["a=b"],"headers":{"a":"b"},"requestContext":{"domainName":"x","http":{"method":"GET","path":"/x"},"requestId":"1","timeEpoch":1},"isBase64Encoded":false}`,
		"load balancer":      `{"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"GET","headers":{}}`,
		"stream record":      `{"Records":[{"eventID":"1"}]}`,
		"body not base64":    `{"httpMethod":"POST","path":"/","body":"%%%","isBase64Encoded":true}`,
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := handler.Invoke(t.Context(), []byte(e)); err == nil {
				t.Errorf("answered %s", out)
			}
		})
	}
	if _, err := Invoke(never)(t.Context(), events.APIGatewayProxyRequest{}); !errors.Is(err, ErrEvent) {
		t.Errorf("%v", err)
	}
}

// A panic is a mute 500 and never ends the process.
func TestPanics(t *testing.T) {
	var log bytes.Buffer
	observe := Observe(telemetry.Options{Log: telemetry.Logger(&log, true)})
	for name, h := range map[string]http.HandlerFunc{
		"before the answer": func(http.ResponseWriter, *http.Request) { panic("secret") },
		"after the answer": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			fmt.Fprint(w, "half")
			panic("secret")
		},
		"an error":  func(http.ResponseWriter, *http.Request) { panic(context.DeadlineExceeded) },
		"abort":     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"nil":       func(http.ResponseWriter, *http.Request) { panic(nil) },
		"goexit":    func(http.ResponseWriter, *http.Request) { runtime.Goexit() },
		"no status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(0) },
	} {
		t.Run(name, func(t *testing.T) {
			log.Reset()
			res, err := Invoke(h, observe)(t.Context(), event(t, get))
			want := `{"success":false,"message":"Internal error","data":null,"meta":{"code":"internal","request_id":"req-1"}}`
			if err != nil || res.StatusCode != http.StatusInternalServerError || res.Body != want {
				t.Errorf("%d %s %v", res.StatusCode, res.Body, err)
			}
			if !strings.Contains(log.String(), "panic") || name != "goexit" && !strings.Contains(log.String(), "gateway_test.go") {
				t.Errorf("the log doesn't say where: %s", &log)
			}
		})
	}
	t.Run("in what refuses", func(t *testing.T) {
		refuse := Refuse(func(http.ResponseWriter, *http.Request, error) { panic("again") })
		res, err := Invoke(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret") }), refuse)(t.Context(), event(t, get))
		if err != nil || res.StatusCode != http.StatusInternalServerError {
			t.Errorf("%d %v", res.StatusCode, err)
		}
	})
}

// JSON is text for API Gateway, even if a byte of it is wrong.
func TestJSONIsNeverBase64(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		_, _ = io.WriteString(w, "\"a\xffb\"")
	})
	res, err := Invoke(h)(t.Context(), event(t, get))
	if err != nil || res.IsBase64Encoded || res.Body != "\"a\ufffdb\"" {
		t.Errorf("%v %q %v", res.IsBase64Encoded, res.Body, err)
	}
}

// What the gateway observes is one line, also where the handler observes too.
func TestObserve(t *testing.T) {
	var log, metrics bytes.Buffer
	o := telemetry.Options{Log: telemetry.Logger(&log, true), Metrics: &metrics, Stage: "dev"}
	h := telemetry.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		telemetry.From(r.Context()).SetOperation("health")
		w.WriteHeader(http.StatusCreated)
	}), o)
	if _, err := Invoke(h, Observe(o))(t.Context(), event(t, get)); err != nil {
		t.Fatal(err)
	}
	for _, b := range []*bytes.Buffer{&log, &metrics} {
		if strings.Count(b.String(), "\n") != 1 || !strings.Contains(b.String(), `"req-1"`) || !strings.Contains(b.String(), `"health"`) {
			t.Errorf("%s", b)
		}
	}
}
