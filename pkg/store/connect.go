package store

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/table"
)

// Config says where the table is, by the variables of a function's environment.
type Config struct {
	Table        string `env:"WARDROOM_TABLE" envDefault:"wardroom"`
	Endpoint     string `env:"DYNAMODB_ENDPOINT"` // "" in AWS
	Region       string `env:"AWS_REGION" envDefault:"us-east-1"`
	AccessKey    string `env:"AWS_ACCESS_KEY_ID"`
	SecretKey    string `env:"AWS_SECRET_ACCESS_KEY"`
	SessionToken string `env:"AWS_SESSION_TOKEN"`
}

// Times of one try and of the pauses between tries. A request has seconds, not
// minutes: a try that hangs is given up early enough for two more.
const (
	tryTimeout = 2 * time.Second
	maxTries   = 3
	firstPause = 20 * time.Millisecond
	maxPause   = 200 * time.Millisecond
)

// Connect opens the store that c names. It does not call the service, so it
// costs nothing at start; options change the client, for tests. The credentials
// come from the environment, where Lambda puts them, and not from the SDK's
// default chain, which would add 3 MB and several milliseconds to every start.
func Connect(c Config, options ...func(*dynamodb.Options)) *Store {
	return Over(table.Open(dynamo.NewFromIface(NewCaller(c, options...)), c.Table))
}

// Client returns the SDK's DynamoDB client for c, to create and administer tables.
func Client(c Config, options ...func(*dynamodb.Options)) *dynamodb.Client {
	if c.Endpoint != "" && c.AccessKey == "" {
		c.AccessKey, c.SecretKey = "local", "local" // an engine on this machine wants some, and any will do
	}
	o := dynamodb.Options{
		Region:      c.Region,
		Credentials: credentials{c},
		HTTPClient: awshttp.NewBuildableClient().WithTimeout(tryTimeout).WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = 100 // as many as package guard asks at a time
		}).WithDialerOptions(func(d *net.Dialer) { d.Timeout = time.Second }),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = maxTries, maxPause
			// The SDK's quota of tries, once an outage has emptied it, makes every
			// single fault after the outage final. Tries are bounded by their
			// number and by the request's deadline.
			o.RateLimiter = ratelimit.None
			o.Backoff = retry.BackoffDelayerFunc(pause)
			o.Retryables = append(o.Retryables, retry.IsErrorRetryableFunc(cutShort), retry.RetryableErrorCode{Codes: contended})
		}),
	}
	if c.Endpoint != "" {
		o.BaseEndpoint = aws.String(c.Endpoint)
	}
	return dynamodb.New(o, options...)
}

// pause is how long to wait after a try, with full jitter. The SDK's own back-off
// counts in whole seconds, so a limit below one makes every pause that limit.
func pause(try int, _ error) (time.Duration, error) {
	return rand.N(min(firstPause<<min(try, 8), maxPause)), nil //nolint:gosec // a pause is no secret
}

// contended is the error of a single write, such as a lease of ids, that met a
// transaction.
var contended = map[string]struct{}{"TransactionConflictException": {}}

// cutShort makes an answer that broke off retryable, which it isn't to the SDK. The
// call may have had its effect: repeating a read does no harm, and a transaction
// has its token.
func cutShort(err error) aws.Ternary {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// credentials provides the environment's, which Lambda sets for the life of the
// process.
type credentials struct{ c Config }

func (c credentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: c.c.AccessKey, SecretAccessKey: c.c.SecretKey, SessionToken: c.c.SessionToken, Source: "environment"}, nil
}
