package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// await returns when the server has answered a real call (ListTables), or with
// the server's own words when it ended first or stayed mute until the deadline.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startDeadline)
	defer cancel()
	for {
		select {
		case <-s.done:
			said := s.said()
			if strings.Contains(said, "Address already in use") || strings.Contains(said, "Failed to bind") {
				return fmt.Errorf("%s on port %d: %w", s.kind.title, s.port, ErrPortBusy)
			}
			return fmt.Errorf("%s ended at once (%v). It said:\n%s", s.kind.title, s.cmd.ProcessState, said)
		case <-ctx.Done():
			_ = s.Stop()
			return fmt.Errorf("%s did not answer on port %d in time: %w. It said:\n%s", s.kind.title, s.port, context.Cause(ctx), s.said())
		case <-time.After(25 * time.Millisecond):
			if Answers(ctx, s.Endpoint()) {
				return nil
			}
		}
	}
}

// said returns the end of the server's output. Call it only after the server has ended,
// when nothing writes to it any more.
func (s *Server) said() string {
	<-s.done
	if text := strings.TrimSpace(s.stderr.buf.String()); text != "" {
		return text
	}
	return "(nothing)"
}

// Answers reports whether a DynamoDB server answers at the endpoint. It calls by the
// SDK, since an engine may check a signature's form although it knows no key.
func Answers(ctx context.Context, endpoint string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	db := dynamodb.New(dynamodb.Options{
		BaseEndpoint: &endpoint, Region: "us-east-1", Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	_, err := db.ListTables(ctx, &dynamodb.ListTablesInput{Limit: aws.Int32(1)})
	return err == nil
}
