package dynamolocal

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// await returns when the server has answered a real call (ListTables), or with
// java's own words when it ended first or stayed mute until the deadline.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startDeadline)
	defer cancel()
	for {
		select {
		case <-s.done:
			said := s.said()
			if strings.Contains(said, "Address already in use") || strings.Contains(said, "Failed to bind") {
				return fmt.Errorf("DynamoDB Local on port %d: %w", s.port, ErrPortBusy)
			}
			return fmt.Errorf("DynamoDB Local ended at once (%v). Java said:\n%s", s.cmd.ProcessState, said)
		case <-ctx.Done():
			_ = s.Stop()
			return fmt.Errorf("DynamoDB Local did not answer on port %d in time: %w. Java said:\n%s", s.port, context.Cause(ctx), s.said())
		case <-time.After(25 * time.Millisecond):
			if Answers(ctx, s.Endpoint()) {
				return nil
			}
		}
	}
}

// said is read only after java has ended: the copying goroutine is done then.
func (s *Server) said() string {
	<-s.done
	if text := strings.TrimSpace(s.stderr.buf.String()); text != "" {
		return text
	}
	return "(nothing)"
}

// Answers tells whether a DynamoDB answers at the endpoint. The signature is a
// placeholder: DynamoDB Local reads the region and the key id and checks nothing.
func Answers(ctx context.Context, endpoint string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader("{}"))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}
