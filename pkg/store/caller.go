package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"wardroom/pkg/telemetry"
)

// Caller is a client of DynamoDB that makes the five calls of requests itself, and every
// other through the SDK. It takes the SDK's inputs, returns its outputs and errors, and
// uses its encoding, retryer and HTTP client. It leaves out the SDK's middleware: some
// thirty stages, built anew for each call, for tracing, metrics, discovery and logs that
// nobody here reads. They cost 400 allocations and two thirds of the processor time of a
// call (docs/decisions.md).
type Caller struct {
	*dynamodb.Client
	options dynamodb.Options
	url     *url.URL // the endpoint; nil where the SDK can't resolve it
	signer  *signer
}

// NewCaller returns a Caller for c; options change its client, for tests.
func NewCaller(c Config, options ...func(*dynamodb.Options)) *Caller {
	client := Client(c, options...)
	o := client.Options()
	return &Caller{client, o, endpoint(o), &signer{region: o.Region, credentials: o.Credentials}}
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
// goes through long, the SDK's method, where there are options or no URL, and again
// where the signature was refused.
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
	if skewed(err) {
		out, err = long(ctx, in)
	}
	if err != nil {
		return none, err
	}
	consumed(record, out)
	return out, nil
}

// skewed reports whether a call was refused for its signature. The machine's clock may
// be wrong, and the SDK corrects for that by the service's.
func skewed(err error) bool {
	var refused smithy.APIError
	return errors.As(err, &refused) && refused.ErrorCode() == "InvalidSignatureException"
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

// send makes a call, with as many tries as the retryer allows.
func (c *Caller) send(ctx context.Context, op operation, in smithy.Serializable, out smithy.Deserializable) error {
	body, err := c.encode(ctx, op, in)
	for try := 1; err == nil; try++ {
		failed := c.try(ctx, op, body, out)
		if failed == nil {
			return nil
		}
		if err = failed; ctx.Err() != nil {
			err = &smithy.CanceledError{Err: ctx.Err()}
		} else if try < c.options.Retryer.MaxAttempts() && c.options.Retryer.IsErrorRetryable(failed) {
			err = c.pause(ctx, try, failed)
		}
	}
	return &smithy.OperationError{ServiceID: dynamodb.ServiceID, OperationName: op.name, Err: err}
}

// pause waits for the retryer's delay before another try. It returns an error where the
// request ends first.
func (c *Caller) pause(ctx context.Context, try int, failed error) error {
	wait, err := c.options.Retryer.RetryDelay(try, failed)
	if err != nil {
		return err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return &smithy.CanceledError{Err: ctx.Err()}
	case <-timer.C:
		return nil
	}
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

// try makes a call once.
func (c *Caller) try(ctx context.Context, op operation, body []byte, out smithy.Deserializable) error {
	r := (&http.Request{
		Method: http.MethodPost, URL: c.url, Host: c.url.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": contentType, "X-Amz-Target": op.targets, "Accept-Encoding": identity, "User-Agent": agent},
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		ContentLength: int64(len(body)),
	}).WithContext(ctx)
	if err := c.signer.sign(ctx, r, body, time.Now()); err != nil {
		return err
	}
	res, err := c.options.HTTPClient.Do(r)
	if err != nil {
		return &smithyhttp.RequestSendError{Err: err}
	}
	defer res.Body.Close()
	sum := &checked{body: res.Body}
	res.Body = sum
	err = c.options.Protocol.DeserializeResponse(ctx, op.OperationSchema, dynamodb.TypeRegistry, &smithyhttp.Response{Response: res}, out)
	if err == nil {
		err = sum.check(res.Header)
	}
	if err != nil {
		return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: res}, Err: err}, RequestID: res.Header.Get("X-Amzn-Requestid")}
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
