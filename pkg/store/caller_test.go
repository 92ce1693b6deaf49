package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"wardroom/pkg/telemetry"
)

// script is a service that answers each try by the next of its answers, and every
// further one by the last.
type script struct {
	answers []scripted
	asked   []*http.Request
	bodies  []string
}

type scripted func(*http.Request) (*http.Response, error)

func (s *script) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.asked, s.bodies = append(s.asked, r), append(s.bodies, string(body))
	return s.answers[min(len(s.asked), len(s.answers))-1](r)
}

func says(status int, body string) scripted {
	return saysUnder(status, body, crc32.ChecksumIEEE([]byte(body)))
}

func saysUnder(status int, body string, sum uint32) scripted {
	return func(*http.Request) (*http.Response, error) {
		h := http.Header{"X-Amz-Crc32": {strconv.FormatUint(uint64(sum), 10)}, "X-Amzn-Requestid": {"r1"}}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
	}
}

func breaksOff(body string) scripted {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(io.MultiReader(strings.NewReader(body), broken{})), ContentLength: 100}, nil
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func fails(err error) scripted {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

const found = `{"Responses":{"t":[{"pk":{"S":"seven"},"n":{"N":"1.5"},"on":{"BOOL":true},"none":{"NULL":true},"b":{"B":"AQI="},"l":{"L":[{"S":"é\n\u2028"},{"M":{}}]},"ss":{"SS":["a","b"]}}]},"UnprocessedKeys":{},"ConsumedCapacity":[{"TableName":"t","CapacityUnits":2}]}`

func refused(code, more string) string {
	return `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"no"` + more + `}`
}

// The short way is the SDK's own as far as anybody can tell from outside: the same
// request goes out, as often, and the same comes back.
func TestTheShortWayIsTheLongOne(t *testing.T) {
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "seven \"<é>\\\x01"}}
	read := func(ctx context.Context, c client) (any, error) {
		return c.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"t": {Keys: []map[string]types.AttributeValue{key}, ConsistentRead: aws.Bool(true)}}})
	}
	ask := func(ctx context.Context, c client) (any, error) {
		return c.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("t"), IndexName: aws.String("gsi1"), Limit: aws.Int32(3), KeyConditionExpression: aws.String("gsi1pk = :p"), ExpressionAttributeValues: key})
	}
	get := func(ctx context.Context, c client) (any, error) {
		return c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("t"), Key: key})
	}
	lease := func(ctx context.Context, c client) (any, error) {
		return c.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("t"), Key: key, UpdateExpression: aws.String("ADD n :n"), ReturnValues: types.ReturnValueAllNew})
	}
	write := func(ctx context.Context, c client) (any, error) {
		return c.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String("once"), TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: aws.String("t"), Item: key}}}})
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		says    string
		call    func(context.Context, client) (any, error)
		answers []scripted
		ctx     context.Context
	}{
		{"rows", read, []scripted{says(200, found)}, nil},
		{"nothing", read, []scripted{says(200, `{}`)}, nil},
		{"an answer without a body", read, []scripted{says(200, ``)}, nil},
		{"a question", ask, []scripted{says(200, `{"Items":[{"pk":{"S":"x"}}],"Count":1,"LastEvaluatedKey":{"pk":{"S":"x"}}}`)}, nil},
		{"one row", get, []scripted{says(200, `{"Item":{"pk":{"S":"x"}}}`)}, nil},
		{"ids", lease, []scripted{says(200, `{"Attributes":{"n":{"N":"64"}}}`)}, nil},
		{"a transaction", write, []scripted{says(200, `{}`)}, nil},
		{"throttled once", read, []scripted{says(400, refused("ProvisionedThroughputExceededException", "")), says(200, found)}, nil},
		{"throttled", read, []scripted{says(400, refused("ThrottlingException", ""))}, nil},
		{"down", read, []scripted{says(500, refused("InternalServerError", ""))}, nil},
		{"down without a word", read, []scripted{says(503, "")}, nil},
		{"not allowed", read, []scripted{says(400, refused("AccessDeniedException", ""))}, nil},
		{"a condition fails", write, []scripted{says(400, refused("TransactionCanceledException", `,"CancellationReasons":[{"Code":"ConditionalCheckFailed","Message":"no"},{"Code":"None"}]`))}, nil},
		{"a single write meets a transaction", lease, []scripted{says(400, refused("TransactionConflictException", "")), says(200, `{}`)}, nil},
		{"no connection", read, []scripted{fails(errors.New("connection refused"))}, nil},
		{"an answer that breaks off once", read, []scripted{breaksOff(found[:40]), says(200, found)}, nil},
		{"of an answer that breaks off nothing is left", read, []scripted{breaksOff(`{"UnprocessedKeys":{"t":{"Keys":[{"pk":{"S":"x"}}]}},"Responses":{"t":[`), says(200, `{"Responses":{}}`)}, nil},
		{"answers that break off", read, []scripted{breaksOff(found[:40])}, nil},
		{"no JSON", read, []scripted{says(200, `{"Responses":7}`)}, nil},
		{"given up before", read, []scripted{fails(context.Canceled)}, cancelled},
	} {
		t.Run(tt.says, func(t *testing.T) {
			ctx := t.Context()
			if tt.ctx != nil {
				ctx = tt.ctx
			}
			try := func(open func(Config, func(*dynamodb.Options)) client) (*script, any, error) {
				s := &script{answers: tt.answers}
				out, err := tt.call(ctx, open(Config{Region: "eu-central-1", AccessKey: "a", SecretKey: "s"}, func(o *dynamodb.Options) { o.HTTPClient = s }))
				return s, out, err
			}
			long, want, wantErr := try(func(c Config, o func(*dynamodb.Options)) client { return metering{Client(c, o)} })
			short, got, err := try(func(c Config, o func(*dynamodb.Options)) client { return NewCaller(c, o) })
			if !sameFailure(err, wantErr) {
				t.Errorf("it fails by\n%v, and the SDK by\n%v", err, wantErr)
			}
			if err == nil && !reflect.DeepEqual(bare(got), bare(want)) {
				t.Errorf("got %+v, and by the SDK %+v", got, want)
			}
			if len(short.asked) != len(long.asked) && tt.ctx == nil {
				t.Fatalf("%d tries, and by the SDK %d", len(short.asked), len(long.asked))
			}
			for i, r := range short.asked[:min(len(short.asked), len(long.asked))] {
				is := long.asked[i]
				if r.Method != is.Method || r.URL.String() != is.URL.String() || r.ContentLength != is.ContentLength {
					t.Errorf("%s %s of %d, and by the SDK %s %s of %d", r.Method, r.URL, r.ContentLength, is.Method, is.URL, is.ContentLength)
				}
				for _, name := range []string{"Content-Type", "X-Amz-Target", "Accept-Encoding"} {
					if r.Header.Get(name) != is.Header.Get(name) {
						t.Errorf("%s is %q, and by the SDK %q", name, r.Header.Get(name), is.Header.Get(name))
					}
				}
				if !sameJSON(short.bodies[i], long.bodies[i]) {
					t.Errorf("it sends\n%s, and the SDK\n%s", short.bodies[i], long.bodies[i])
				}
			}
		})
	}
}

// client is what the two have in common.
type client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// metering asks what calls consume, as a Caller does.
type metering struct{ *dynamodb.Client }

func (m metering) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	meter(in)
	return m.Client.GetItem(ctx, in, o...)
}

func (m metering) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	meter(in)
	return m.Client.BatchGetItem(ctx, in, o...)
}

func (m metering) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	meter(in)
	return m.Client.Query(ctx, in, o...)
}

func (m metering) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	meter(in)
	return m.Client.UpdateItem(ctx, in, o...)
}

func (m metering) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	meter(in)
	return m.Client.TransactWriteItems(ctx, in, o...)
}

// bare is an output without the SDK's notes about the call.
func bare(out any) any {
	v := reflect.New(reflect.TypeOf(out).Elem()).Elem()
	v.Set(reflect.ValueOf(out).Elem())
	v.FieldByName("ResultMetadata").SetZero()
	return v.Interface()
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// sameFailure compares errors by all that package store and those above it look at.
func sameFailure(a, b error) bool { return failure(a) == failure(b) }

func failure(err error) string {
	if err == nil {
		return "none"
	}
	var parts []string
	var api smithy.APIError
	if errors.As(err, &api) {
		parts = append(parts, api.ErrorCode(), api.ErrorMessage(), api.ErrorFault().String())
	}
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		parts = append(parts, fmt.Sprint(lostReasons(canceled)))
	}
	var sent *smithy.OperationError
	parts = append(parts, fmt.Sprint(errors.As(err, &sent), errors.Is(err, context.Canceled), errors.Is(err, io.ErrUnexpectedEOF)), fmt.Sprintf("%T", outcome(err)))
	if sent != nil {
		parts = append(parts, sent.OperationName, sent.ServiceID)
	}
	return strings.Join(parts, " ")
}

func lostReasons(e *types.TransactionCanceledException) (all []string) {
	for _, r := range e.CancellationReasons {
		all = append(all, aws.ToString(r.Code))
	}
	return all
}

// A wrong checksum is an answer that broke off.
func TestAWrongChecksumIsTriedAgain(t *testing.T) {
	s := &script{answers: []scripted{saysUnder(200, found, 1), says(200, found)}}
	c := NewCaller(Config{Region: "eu-central-1"}, func(o *dynamodb.Options) { o.HTTPClient = s })
	out, err := c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{})
	if err != nil || len(s.asked) != 2 || len(out.Responses["t"]) != 1 {
		t.Errorf("%d tries, %v, %v", len(s.asked), out, err)
	}
}

// A process whose clock is wrong learns the service's by its first refusal, whatever it
// asks for, and is refused no more. A transaction keeps its token.
func TestAWrongClockIsPutRight(t *testing.T) {
	const wrong = time.Hour
	late := func(answer string) scripted {
		return func(r *http.Request) (*http.Response, error) {
			now, signed := time.Now().Add(wrong), r.Header.Get("X-Amz-Date")
			at, err := time.Parse("20060102T150405Z", signed)
			if err != nil {
				return nil, err
			}
			res, err := says(200, answer)(r)
			if now.Sub(at).Abs() > 5*time.Minute {
				res, err = says(400, refused("InvalidSignatureException", ""))(r)
			}
			res.Header.Set("Date", now.UTC().Format(http.TimeFormat))
			return res, err
		}
	}
	for _, open := range []func(Config, func(*dynamodb.Options)) client{
		func(c Config, o func(*dynamodb.Options)) client { return NewCaller(c, o) },
		func(c Config, o func(*dynamodb.Options)) client { return Client(c, o) },
	} {
		s := &script{answers: []scripted{late(`{}`)}}
		c := open(Config{Region: "eu-central-1", AccessKey: "a", SecretKey: "s"}, func(o *dynamodb.Options) { o.HTTPClient = s })
		write := func() error {
			_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String("once"), TransactItems: []types.TransactWriteItem{{Delete: &types.Delete{TableName: aws.String("t"), Key: map[string]types.AttributeValue{}}}}})
			return err
		}
		read := func() error {
			_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: map[string]types.AttributeValue{}})
			return err
		}
		for i, call := range []func() error{write, write, read} {
			if err := call(); err != nil {
				t.Errorf("%T: call %d fails: %v", c, i, err)
			}
		}
		if len(s.asked) != 4 || !sameJSON(s.bodies[0], s.bodies[1]) || !strings.Contains(s.bodies[1], `"ClientRequestToken":"once"`) {
			t.Errorf("%T: %d tries for three calls, the first two %q", c, len(s.asked), s.bodies[:2])
		}
	}
}

// Where the retryer's bucket is empty, a call is not tried again.
func TestAnEmptyBucketEndsTheTries(t *testing.T) {
	tries := func(open func(Config, func(*dynamodb.Options)) client) (all []int) {
		s := &script{answers: []scripted{says(500, refused("InternalServerError", ""))}}
		c := open(Config{Region: "eu-central-1", AccessKey: "a", SecretKey: "s"}, func(o *dynamodb.Options) {
			o.HTTPClient = s
			o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.RateLimiter, o.Backoff = 3, ratelimit.NewTokenRateLimit(12), retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		})
		for range 4 {
			before := len(s.asked)
			if _, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: map[string]types.AttributeValue{}}); err == nil {
				t.Error("it doesn't fail")
			}
			all = append(all, len(s.asked)-before)
		}
		return all
	}
	ours := tries(func(c Config, o func(*dynamodb.Options)) client { return NewCaller(c, o) })
	theirs := tries(func(c Config, o func(*dynamodb.Options)) client { return Client(c, o) })
	if !slices.Equal(ours, theirs) || ours[3] != 1 {
		t.Errorf("the calls are tried %v times, and by the SDK %v", ours, theirs)
	}
}

// One connection serves calls that follow on each other, refused or not.
func TestConnectionsAreUsedAgain(t *testing.T) {
	var opened, asked atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1)%5 == 0 {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, refused("AccessDeniedException", ""))
			return
		}
		_, _ = io.WriteString(w, found+strings.Repeat(" ", 100_000))
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := NewCaller(Config{Region: "eu-central-1", Endpoint: server.URL})
	for range 50 {
		_, _ = c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{}) // what it answers is no matter here
	}
	if asked.Load() != 50 || opened.Load() != 1 {
		t.Errorf("%d connections for %d calls", opened.Load(), asked.Load())
	}
}

// Every call counts, and what it consumed.
func TestCallsAreCounted(t *testing.T) {
	var log bytes.Buffer
	s := &script{answers: []scripted{says(200, found)}}
	c := NewCaller(Config{Region: "eu-central-1"}, func(o *dynamodb.Options) { o.HTTPClient = s })
	h := telemetry.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := c.BatchGetItem(r.Context(), &dynamodb.BatchGetItemInput{}); err != nil {
			t.Error(err)
		}
	}), telemetry.Options{Log: telemetry.Logger(&log, true)})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	h.ServeHTTP(discard{}, r)
	if !strings.Contains(log.String(), `"read_units":2`) || !strings.Contains(log.String(), `"calls":1`) {
		t.Errorf("the log says %s", &log)
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) WriteHeader(int)             {}
func (discard) Write(b []byte) (int, error) { return len(b), nil }

// What arrives is what was signed, under every kind of credentials.
func TestWhatArrivesIsSigned(t *testing.T) {
	for _, c := range []Config{
		{Region: "eu-central-1", AccessKey: "AKID", SecretKey: "secret/+="},
		{Region: "us-east-1", AccessKey: "AKID", SecretKey: "other", SessionToken: "token//=="},
	} {
		var arrived, again string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrived, again = r.Header.Get("Authorization"), signedAgain(t, c, r)
			_, _ = io.WriteString(w, `{}`)
		}))
		c.Endpoint = server.URL
		if _, err := NewCaller(c).BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{}); err != nil {
			t.Error(err)
		}
		server.Close()
		if arrived == "" || arrived != again {
			t.Errorf("it is signed by\n%s, and as it arrived it would be by\n%s", arrived, again)
		}
	}
}

// signedAgain is how the service would sign a request as it has arrived.
func signedAgain(t *testing.T, c Config, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		t.Error(err)
	}
	_, names, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	names, _, _ = strings.Cut(names, ",")
	is := &http.Request{Method: r.Method, URL: &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}, Host: r.Host, ContentLength: int64(len(body)), Header: http.Header{}}
	for name := range strings.SplitSeq(names, ";") {
		if value := r.Header.Get(name); value != "" && name != "content-length" {
			is.Header.Set(name, value)
		}
	}
	sum := sha256.Sum256(body)
	who := aws.Credentials{AccessKeyID: c.AccessKey, SecretAccessKey: c.SecretKey, SessionToken: c.SessionToken}
	if err := v4.NewSigner().SignHTTP(t.Context(), who, is, hex.EncodeToString(sum[:]), "dynamodb", c.Region, at); err != nil {
		t.Error(err)
	}
	return is.Header.Get("Authorization")
}
