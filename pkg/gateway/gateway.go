// Package gateway runs an http.Handler as a Lambda function behind API
// Gateway's REST API, and is the only package that knows how.
//
// It wraps aws-lambda-go-api-proxy, which does the conversion, and makes good
// what that adapter and net/http do differently, so a handler can't tell which
// door a request came through:
//
//   - an untouched response is 200, where the adapter gives 504;
//   - the first WriteHeader wins, where the adapter keeps the last;
//   - headers set after WriteHeader are not sent;
//   - RemoteAddr has a port, Host is the Host header, URL is relative;
//   - a panic is a 500, where it would end the process;
//   - a path keeps its escapes (%2F), and a bare % or ? in it is an ordinary
//     byte of the path, where the adapter gives 504 or a query;
//   - a query is in one order, where the adapter follows Go's random maps;
//   - the method is as it was sent, where the adapter capitalises it;
//   - an empty multiValueHeaders doesn't hide headers;
//   - JSON is never answered in base64; HEAD, 204 and 304 have no body.
//
// The remaining differences are API Gateway's doing: it answers a malformed request
// line itself, delivers the query decoded (so its spelling and the order of
// different parameters are ours; the values, and the order among repeated
// ones, are the caller's), and buffers the response. The stage is not in the
// event's path; the base path of a custom domain is, and is removed. Either is
// in the request's context, for links (api.WithPrefix). SAM's local emulator
// decodes the path too, so %2F arrives there as a slash.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"wardroom/pkg/api"
	"wardroom/pkg/telemetry"
)

// Option changes how a door answers or what it records.
type Option func(*door)

// Refuse sets how the gateway's own refusals are written: 503 where the
// deadline passed (a fault.Unavailable), 500 for a panic (any other error, not to
// be shown). The default is the envelope without the rest of the API's manners.
func Refuse(write func(http.ResponseWriter, *http.Request, error)) Option {
	return func(d *door) { d.refuse = write }
}

// Observe writes the lines of pkg/telemetry for every request, those that the
// gateway refuses by itself included. A telemetry.Handler within h adds none.
func Observe(o telemetry.Options) Option {
	return func(d *door) { d.observe = func(h http.Handler) http.Handler { return telemetry.Handler(h, o) } }
}

// door is the configuration that the options make.
type door struct {
	refuse  func(http.ResponseWriter, *http.Request, error)
	observe func(http.Handler) http.Handler
}

// Start serves h until the process is told to end. It doesn't return.
func Start(h http.Handler, opts ...Option) {
	lambda.Start(untilTerminated(Invoke(h, opts...)))
}

// ErrEvent says that an event didn't come from a REST API: a warm-up ping, say,
// or an HTTP API with payload format 2.0. The invocation fails and the process
// lives.
var ErrEvent = errors.New("gateway: not a REST API proxy event")

type eventKey struct{}

// Invoke returns the Lambda handler for h. Its only errors are ErrEvent, and one for a
// body that isn't the base64 it claims to be; whatever h does, a panic included, is an
// answer.
//
// The request's context carries a telemetry.Record with API Gateway's request
// id, aws-lambda-go's lambdacontext, and a deadline before Lambda's own.
func Invoke(h http.Handler, opts ...Option) func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	d := &door{refuse: envelope, observe: func(h http.Handler) http.Handler { return h }}
	for _, o := range opts {
		o(d)
	}
	adapter := httpadapter.New(faithful(d.observe(&deadline{next: h, refuse: d.refuse})))
	return func(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		if e.HTTPMethod == "" || e.Path == "" {
			return events.APIGatewayProxyResponse{}, fmt.Errorf("%w: httpMethod and path are missing", ErrEvent)
		}
		var prefix string
		prefix, e.Path = mounted(&e)
		ctx = api.WithPrefix(ctx, prefix)
		ctx, _ = telemetry.Begin(context.WithValue(ctx, eventKey{}, &e), requestID(ctx, e), e.RequestContext.Identity.SourceIP)
		answer, err := adapter.ProxyWithContext(ctx, convertible(e))
		if err != nil {
			return events.APIGatewayProxyResponse{}, fmt.Errorf("%w: %w", ErrEvent, err)
		}
		return answer, nil
	}
}

// requestID is the request's id in API Gateway's access log, or Lambda's own where there
// is none (a test event from the console).
func requestID(ctx context.Context, e events.APIGatewayProxyRequest) string {
	if e.RequestContext.RequestID != "" {
		return e.RequestContext.RequestID
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}

// faithful gives h the request that net/http would have given it, and the
// adapter the response that net/http would have sent.
func faithful(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		restore(r, r.Context().Value(eventKey{}).(*events.APIGatewayProxyRequest))
		answer := newResponse()
		serve(h, answer, r)
		answer.send(w, r.Method)
	})
}

// serve answers a panic with 500. A panic in the API's handler is refused before it
// comes here, so this is for one in the refusing or observing code.
func serve(h http.Handler, w *response, r *http.Request) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.ErrorContext(r.Context(), "panic outside the handler", "cause", cause, "stack", string(debug.Stack()))
			w.WriteHeader(http.StatusInternalServerError)
		}
	}()
	h.ServeHTTP(w, r)
}
