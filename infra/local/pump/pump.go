package pump

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"wardroom/pkg/followup"
)

// Pump reads the stream of one table. Its position is in memory alone: a new pump begins
// with the oldest record, since delivery is at least once.
type Pump struct {
	Rule
	DB      *dynamodb.Client
	Streams *dynamodbstreams.Client
	Table   string
	Idle    time.Duration // the wait after a round without new records
}

// cursor is the pump's position in one shard.
type cursor struct {
	iterator *string
	ended    bool   // the shard is closed and read to its end
	last     string // sequence number of the last record that was delivered or given up
}

// errNoStream is returned for a table without a stream.
var errNoStream = errors.New("the table has no stream")

// ClientOf returns a client of the streams of db's DynamoDB.
func ClientOf(db *dynamodb.Client) *dynamodbstreams.Client {
	o := db.Options()
	return dynamodbstreams.New(dynamodbstreams.Options{Region: o.Region, Credentials: o.Credentials, BaseEndpoint: o.BaseEndpoint})
}

// Run pumps until the context ends, which is not an error.
func (p *Pump) Run(ctx context.Context) error {
	shards := map[string]*cursor{}
	for ctx.Err() == nil {
		moved, err := p.Round(ctx, shards)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		if !moved && wait(ctx, p.Idle) != nil {
			break
		}
	}
	return nil //nolint:nilerr // the end of the context is no failure
}

// Cursors returns the positions of a new pump, for Round.
func Cursors() map[string]*cursor { return map[string]*cursor{} }

// Round reads a page of every shard, parents to their end before their children, and
// reports whether there was anything new.
func (p *Pump) Round(ctx context.Context, shards map[string]*cursor) (moved bool, err error) {
	stream, list, err := p.shards(ctx)
	if err != nil {
		return false, err
	}
	for _, shard := range list {
		id := *shard.ShardId
		c := shards[id]
		if c == nil {
			c = &cursor{}
			shards[id] = c
		}
		if parent := shards[aws.ToString(shard.ParentShardId)]; c.ended || parent != nil && !parent.ended {
			continue // a child's records come after all of its parent's
		}
		some, err := p.read(ctx, stream, id, c)
		if err != nil {
			return moved, err
		}
		moved = moved || some
	}
	return moved, nil
}

// shards lists the shards of the table's stream.
func (p *Pump) shards(ctx context.Context) (stream string, list []types.Shard, err error) {
	described, err := p.DB.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &p.Table})
	if err != nil {
		return "", nil, fmt.Errorf("table %s: %w", p.Table, err)
	}
	if stream = aws.ToString(described.Table.LatestStreamArn); stream == "" {
		return "", nil, fmt.Errorf("%w: %s", errNoStream, p.Table)
	}
	for after := (*string)(nil); ; {
		page, err := p.Streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: &stream, ExclusiveStartShardId: after})
		if err != nil {
			return "", nil, fmt.Errorf("stream of %s: %w", p.Table, err)
		}
		list = append(list, page.StreamDescription.Shards...)
		if after = page.StreamDescription.LastEvaluatedShardId; after == nil {
			return stream, list, nil
		}
	}
}

// read delivers a page of new records of one shard, and reports whether there were any.
func (p *Pump) read(ctx context.Context, stream, shard string, c *cursor) (bool, error) {
	if c.iterator == nil {
		in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &stream, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
		if c.last != "" {
			in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &c.last
		}
		got, err := p.Streams.GetShardIterator(ctx, in)
		var trimmed *types.TrimmedDataAccessException
		if errors.As(err, &trimmed) { // the next records have expired, and the sweep does their work
			c.last = ""
			return true, nil
		}
		if err != nil {
			return false, fmt.Errorf("shard %s: %w", shard, err)
		}
		c.iterator = got.ShardIterator
	}
	got, err := p.Streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: c.iterator})
	var expired *types.ExpiredIteratorException
	var trimmed *types.TrimmedDataAccessException
	if errors.As(err, &expired) || errors.As(err, &trimmed) {
		c.iterator = nil
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("shard %s: %w", shard, err)
	}
	var batch []events.DynamoDBEventRecord
	for _, r := range got.Records {
		if record := recordOf(r); followup.Passes(record) {
			batch = append(batch, record)
		}
	}
	if err := p.Feed(ctx, batch); err != nil {
		return false, err
	}
	if n := len(got.Records); n > 0 {
		c.last = aws.ToString(got.Records[n-1].Dynamodb.SequenceNumber)
	}
	c.iterator, c.ended = got.NextShardIterator, got.NextShardIterator == nil
	return len(got.Records) > 0 || c.ended, nil
}
