package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"

	"strconv"
	"sync/atomic"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/auth"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"wardroom/pkg/telemetry"
)

// Caller is a client of DynamoDB that makes the five calls of requests itself, and every
// other through the SDK. It takes the SDK's inputs, returns its outputs and errors, and
// encodes, signs, retries and decodes by the SDK's own parts. It leaves out the rest of
// the SDK's middleware: some thirty stages, built anew for each call, for tracing,
// metrics, discovery and logs that nobody here reads (see docs/decisions.md for their
// cost). Connect could use Client instead.
type Caller struct {
	*dynamodb.Client
	options dynamodb.Options
	tries   *retry.Attempt
	signing
	url *url.URL // the endpoint; nil where the SDK can't resolve it, or signing is zero
}

// signing has the SDK's parts that sign calls; zero where the SDK can't tell them.
type signing struct {
	signer     smithyhttp.Signer
	identities auth.IdentityResolver
	with       *auth.Option
}

// NewCaller returns a Caller for c; options change its client, for tests.
func NewCaller(c Config, options ...func(*dynamodb.Options)) *Caller {
	client := Client(c, options...)
	o := client.Options()
	caller := &Caller{Client: client, options: o, tries: retry.NewAttemptMiddleware(o.Retryer, func(r any) any { return r }, func(a *retry.Attempt) {
		a.ClientSkew = new(atomic.Int64)
	})}
	if caller.signing = signingOf(o); caller.signer != nil {
		caller.url = endpoint(o)
	}
	return caller
}

// signingOf returns the SDK's signing for o, zero where the SDK fails to.
func signingOf(o dynamodb.Options) (s signing) {
	ways, err := o.AuthSchemeResolver.ResolveAuthSchemes(context.Background(), &dynamodb.AuthResolverParameters{Region: o.Region})
	if err != nil || len(ways) == 0 {
		return s
	}
	for _, scheme := range o.AuthSchemes {
		if scheme.SchemeID() == ways[0].SchemeID {
			s = signing{scheme.Signer(), scheme.IdentityResolver(o), ways[0]}
		}
	}
	return s
}

// endpoint resolves the URL of all calls, nil where the SDK fails to.
func endpoint(o dynamodb.Options) *url.URL {
	at, err := o.EndpointResolverV2.ResolveEndpoint(context.Background(), dynamodb.EndpointParameters{Region: &o.Region, Endpoint: o.BaseEndpoint})
	if err != nil {
		return nil // the SDK's client returns the error with each call
	}
	if at.URI.Path == "" {
		at.URI.Path = "/"
	}
	return &at.URI
}

// operation is an operation of DynamoDB, with its X-Amz-Target in targets.
type operation struct {
	*smithy.OperationSchema
	name    string
	targets []string
}

func operationOf(op, in, out *smithy.Schema) operation {
	name := op.ID().Name
	return operation{smithy.NewOperationSchema(op, in, out), name, []string{schemas.DynamoDB_20120810.ID().Name + "." + name}}
}

var (
	getItem            = operationOf(schemas.GetItem, schemas.GetItemInput, schemas.GetItemOutput)
	batchGetItem       = operationOf(schemas.BatchGetItem, schemas.BatchGetItemInput, schemas.BatchGetItemOutput)
	query              = operationOf(schemas.Query, schemas.QueryInput, schemas.QueryOutput)
	updateItem         = operationOf(schemas.UpdateItem, schemas.UpdateItemInput, schemas.UpdateItemOutput)
	transactWriteItems = operationOf(schemas.TransactWriteItems, schemas.TransactWriteItemsInput, schemas.TransactWriteItemsOutput)
)

// GetItem reads an item.
func (c *Caller) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return call(ctx, c, getItem, in, &dynamodb.GetItemOutput{}, c.Client.GetItem, options)
}

// BatchGetItem reads items by their keys.
func (c *Caller) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return call(ctx, c, batchGetItem, in, &dynamodb.BatchGetItemOutput{}, c.Client.BatchGetItem, options)
}

// Query reads items of a partition.
func (c *Caller) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return call(ctx, c, query, in, &dynamodb.QueryOutput{}, c.Client.Query, options)
}

// UpdateItem changes an item.
func (c *Caller) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return call(ctx, c, updateItem, in, &dynamodb.UpdateItemOutput{}, c.Client.UpdateItem, options)
}

// TransactWriteItems changes items together. It adds no ClientRequestToken: without one
// in the input a repeated call isn't idempotent.
func (c *Caller) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, options ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return call(ctx, c, transactWriteItems, in, &dynamodb.TransactWriteItemsOutput{}, c.Client.TransactWriteItems, options)
}

// sdk is a method of the SDK's client.
type sdk[I, O any] func(context.Context, I, ...func(*dynamodb.Options)) (O, error)

// call makes a call, and adds it and its consumed capacity to the request's record. It
// goes through long, the SDK's method, where there are options or no URL.
func call[I smithy.Serializable, O smithy.Deserializable](ctx context.Context, c *Caller, op operation, in I, out O, long sdk[I, O], options []func(*dynamodb.Options)) (none O, err error) {
	record := telemetry.From(ctx)
	record.AddCall()
	meter(in)
	switch {
	case len(options) > 0 || c.url == nil:
		out, err = long(ctx, in, options...)
	case len(c.options.APIOptions) > 0:
		out, err = behind(ctx, c, op, in, out)
	default:
		err = c.send(ctx, op, in, out)
	}
	if err != nil {
		return none, err
	}
	consumed(record, out)
	return out, nil
}

// behind makes a call after the middleware that tests have added to the Initialize step.
func behind[I smithy.Serializable, O smithy.Deserializable](ctx context.Context, c *Caller, op operation, in I, out O) (none O, err error) {
	stack := middleware.NewStack(op.name, nil)
	for _, add := range c.options.APIOptions {
		if err := add(stack); err != nil {
			return none, err
		}
	}
	last := middleware.HandlerFunc(func(ctx context.Context, in any) (any, middleware.Metadata, error) {
		return out, middleware.Metadata{}, c.send(ctx, op, in.(smithy.Serializable), out)
	})
	got, _, err := stack.Initialize.HandleMiddleware(awsmiddleware.SetOperationName(ctx, op.name), in, last)
	if err != nil {
		return none, err
	}
	return got.(O), nil
}

// send makes a call, with the SDK's retries.
func (c *Caller) send(ctx context.Context, op operation, in smithy.Serializable, out smithy.Deserializable) error {
	body, err := c.encode(ctx, op, in)
	if err == nil {
		sum := sha256.Sum256(body)
		_, _, err = c.tries.HandleFinalize(v4.SetPayloadHash(ctx, hex.EncodeToString(sum[:])), middleware.FinalizeInput{}, middleware.FinalizeHandlerFunc(
			func(ctx context.Context, _ middleware.FinalizeInput) (none middleware.FinalizeOutput, _ middleware.Metadata, err error) {
				meta, err := c.try(ctx, op, body, out)
				return none, meta, err
			}))
	}
	if err != nil {
		return &smithy.OperationError{ServiceID: dynamodb.ServiceID, OperationName: op.name, Err: err}
	}
	return nil
}

// encode returns the body of a call.
func (c *Caller) encode(ctx context.Context, op operation, in smithy.Serializable) ([]byte, error) {
	r := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	r.URL = &url.URL{}
	if err := c.options.Protocol.SerializeRequest(ctx, op.OperationSchema, in, r); err != nil {
		return nil, err
	}
	return io.ReadAll(r.GetStream())
}

// Values of headers that every call has.
var (
	contentType = []string{"application/x-amz-json-1.0"}
	identity    = []string{"identity"} // a compressed answer would cost decompression
	agent       = []string{"wardroom aws-sdk-go-v2/dynamodb"}
)

// try makes a call once. The metadata has the difference between the machine's clock and
// the service's, by which the SDK corrects the next try's signature.
func (c *Caller) try(ctx context.Context, op operation, body []byte, out smithy.Deserializable) (middleware.Metadata, error) {
	r, err := c.request(ctx, op, body)
	if err != nil {
		return middleware.Metadata{}, err
	}
	got, meta, err := awsmiddleware.RecordResponseTiming{}.HandleDeserialize(ctx, middleware.DeserializeInput{}, middleware.DeserializeHandlerFunc(
		func(ctx context.Context, _ middleware.DeserializeInput) (got middleware.DeserializeOutput, meta middleware.Metadata, err error) {
			res, err := c.options.HTTPClient.Do(r)
			if err != nil && ctx.Err() != nil {
				return got, meta, &smithy.CanceledError{Err: ctx.Err()}
			} else if err != nil {
				return got, meta, &smithyhttp.RequestSendError{Err: err}
			}
			got.RawResponse = &smithyhttp.Response{Response: res}
			return got, meta, nil
		}))
	if err != nil {
		return meta, err
	}
	res := got.RawResponse.(*smithyhttp.Response)
	return meta, c.decode(ctx, op, res, out)
}

// request returns the signed request of a call.
func (c *Caller) request(ctx context.Context, op operation, body []byte) (*http.Request, error) {
	who, err := c.identities.GetIdentity(ctx, c.with.IdentityProperties)
	if err != nil {
		return nil, err
	}
	to := *c.url // the signer writes to it
	r := (&http.Request{
		Method: http.MethodPost, URL: &to, Host: to.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": contentType, "X-Amz-Target": op.targets, "Accept-Encoding": identity, "User-Agent": agent},
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		ContentLength: int64(len(body)),
	}).WithContext(ctx)
	return r, c.signer.SignRequest(ctx, &smithyhttp.Request{Request: r}, who, c.with.SignerProperties)
}

// decode reads an answer to its end, so that its connection can be reused.
func (c *Caller) decode(ctx context.Context, op operation, res *smithyhttp.Response, out smithy.Deserializable) error {
	defer func() {
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}()
	sum := &checked{body: res.Body}
	res.Body = sum
	err := c.options.Protocol.DeserializeResponse(ctx, op.OperationSchema, dynamodb.TypeRegistry, res, out)
	if err == nil {
		err = sum.check(res.Header)
	}
	if err != nil {
		return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{Response: res, Err: err}, RequestID: res.Header.Get("X-Amzn-Requestid")}
	}
	return nil
}

// checked is a body that computes its checksum while it is read.
type checked struct {
	body io.ReadCloser
	sum  uint32
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.body.Read(p)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p[:n])
	return n, err
}

func (c *checked) Close() error { return c.body.Close() }

// check compares the checksum with the service's. A difference is an error that is
// retried like an answer that broke off.
func (c *checked) check(h http.Header) error {
	told := h.Get("X-Amz-Crc32")
	if told == "" || told == strconv.FormatUint(uint64(c.sum), 10) {
		return nil
	}
	return fmt.Errorf("the checksum of the answer is %d and not %s: %w", c.sum, told, io.ErrUnexpectedEOF)
}
