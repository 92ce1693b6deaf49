package main

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"wardroom/pkg/fault"
)

// gatewayAnswers are the faults that API Gateway answers by itself, by its response
// types. All types are here, so that callers meet one shape of error only.
//
// No method here is authorised by the gateway, so a complaint about a token or
// a signature can only mean that no route was found: then, and only then, it
// tries to read the Authorization header as a signature of AWS's own. Some of
// those complaints have no kind of their own, so the default is 404 too.
var gatewayAnswers = map[string]*fault.Fault{
	"MISSING_AUTHENTICATION_TOKEN": fault.NotFound(),
	"INVALID_SIGNATURE":            fault.NotFound(),
	"EXPIRED_TOKEN":                fault.NotFound(),
	"RESOURCE_NOT_FOUND":           fault.NotFound(),
	"DEFAULT_4XX":                  fault.NotFound(),

	"BAD_REQUEST_BODY":       fault.New(fault.KindInvalid, "Bad request"),
	"BAD_REQUEST_PARAMETERS": fault.New(fault.KindInvalid, "Bad request"),
	"UNAUTHORIZED":           fault.Unauthorized(),
	"INVALID_API_KEY":        fault.Unauthorized(),
	"ACCESS_DENIED":          fault.Forbidden(),
	"WAF_FILTERED":           fault.Forbidden(),
	"REQUEST_TOO_LARGE":      fault.New(fault.KindTooLarge, "Request too large"),
	"UNSUPPORTED_MEDIA_TYPE": fault.New(fault.KindUnsupportedMediaType, "Unsupported media type"),
	"THROTTLED":              {Kind: fault.KindRateLimited, Message: "Too many requests", RetryAfter: time.Second},
	"QUOTA_EXCEEDED":         {Kind: fault.KindRateLimited, Message: "Too many requests", RetryAfter: time.Minute},

	"INTEGRATION_FAILURE":            fault.Unavailable(nil),
	"INTEGRATION_TIMEOUT":            fault.Unavailable(nil),
	"AUTHORIZER_FAILURE":             fault.Of(errGateway),
	"AUTHORIZER_CONFIGURATION_ERROR": fault.Of(errGateway),
	"API_CONFIGURATION_ERROR":        fault.Of(errGateway),
	"DEFAULT_5XX":                    fault.Of(errGateway),
}

// errGateway is the cause of a 500 by the gateway, which isn't the caller's fault.
var errGateway = errors.New("the gateway failed")

// answers renders gatewayAnswers for the API's body. An import of the body resets
// answers that are declared beside it, so they are part of it.
func answers(origins []string) map[string]any {
	out := map[string]any{}
	for kind, f := range gatewayAnswers {
		headers := crossOrigin(origins)
		headers["Cache-Control"] = "no-store"
		if f.RetryAfter > 0 {
			headers["Retry-After"] = strconv.Itoa(int(f.RetryAfter.Seconds()))
		}
		parameters := map[string]any{}
		for name, value := range headers {
			parameters["gatewayresponse.header."+name] = "'" + value + "'"
		}
		out[kind] = map[string]any{
			"statusCode":         strconv.Itoa(f.Kind.Status()),
			"responseParameters": parameters,
			"responseTemplates":  map[string]any{"application/json": envelope(f)},
		}
	}
	return out
}

// envelope is the body of an answer, with the request id that a function would get.
func envelope(f *fault.Fault) string {
	out, err := json.Marshal(struct {
		Success bool              `json:"success"`
		Message string            `json:"message"`
		Data    any               `json:"data"`
		Meta    map[string]string `json:"meta"`
	}{Message: f.Message, Meta: map[string]string{"code": string(f.Kind), "request_id": "$context.requestId"}})
	if err != nil {
		panic(err) // texts always marshal
	}
	return string(out)
}

// crossOrigin lets a page of the configured origins read an answer. The
// gateway can't choose between several, as a function does; then any page may
// read it, which tells no more than that a gateway is here: these answers hold
// nothing of the caller's, and no cookie is ever read.
func crossOrigin(origins []string) map[string]string {
	switch {
	case len(origins) == 0:
		return map[string]string{}
	case len(origins) == 1 && origins[0] != "*":
		return map[string]string{"Access-Control-Allow-Origin": origins[0], "Access-Control-Expose-Headers": "Retry-After", "Vary": "Origin"}
	default:
		return map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
	}
}
