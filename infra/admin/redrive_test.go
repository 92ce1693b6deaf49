package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// letters is a queue with some letters in it; one more comes while it is read.
type letters struct {
	waiting, held []string
	late          bool
}

func (l *letters) ReceiveMessage(_ context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	n := min(len(l.waiting), int(in.MaxNumberOfMessages))
	out := &sqs.ReceiveMessageOutput{}
	for _, id := range l.waiting[:n] {
		out.Messages = append(out.Messages, types.Message{ReceiptHandle: aws.String(id)})
	}
	l.held, l.waiting = append(l.held, l.waiting[:n]...), l.waiting[n:]
	if n == 0 && l.late {
		l.late, l.waiting = false, []string{"late"}
	}
	return out, nil
}

func (l *letters) DeleteMessage(_ context.Context, in *sqs.DeleteMessageInput, _ ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error) {
	for i, id := range l.held {
		if id == *in.ReceiptHandle {
			l.held = append(l.held[:i], l.held[i+1:]...)
			return &sqs.DeleteMessageOutput{}, nil
		}
	}
	return nil, fmt.Errorf("no letter %s", *in.ReceiptHandle)
}

func filled(n int) *letters {
	l := &letters{late: true}
	for i := range n {
		l.waiting = append(l.waiting, fmt.Sprint("letter", i))
	}
	return l
}

// due is a project whose retention is long over.
func due() fixture.Given {
	return fixture.Change(table.Projects, func(p *model.Project) {
		shard, end := int64(3), model.At(fixture.Epoch.AddDate(-1, 0, 0))
		p.IsDeleted, p.PendingShard, p.PendingOn = true, &shard, &end
	}, int64(4))
}

func TestRedriveWorksAndThenEmptiesTheQueue(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, due())
	queue, out := filled(23), &strings.Builder{}
	if err := (redrive{store: s.Store, letters: queue, out: out}).carryOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(queue.held) > 0 || len(queue.waiting) != 1 || !strings.Contains(out.String(), "23 dead letters deleted") {
		t.Errorf("held %v, waiting %v: %s", queue.held, queue.waiting, out)
	}
	if _, ok := table.Projects.In(s.Rows(t.Context(), t), int64(4)); ok {
		t.Error("what was due is still there")
	}
	if got := s.Do(t.Context(), fixture.Request{Method: http.MethodGet, Path: "/api/project/151", Key: demo.ProjectAdmin}); got.Status != http.StatusOK {
		t.Errorf("another project answers %d", got.Status)
	}
}

// What can't be done keeps the letters, which come back into sight.
func TestRedriveThatFailsKeepsTheLetters(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, due())
	c := store.Config{Table: s.Table, Endpoint: dynamotest.Endpoint(t), Region: "us-east-1"}
	broken := store.Connect(c, func(o *dynamodb.Options) {
		o.HTTPClient = refusing{o.HTTPClient}
	})
	queue := filled(3)
	if err := (redrive{store: broken, letters: queue, out: io.Discard}).carryOut(t.Context()); err == nil || !strings.Contains(err.Error(), "3 dead letters stay") {
		t.Errorf("%v", err)
	}
	if len(queue.held) != 3 {
		t.Errorf("of 3 letters %d are there", len(queue.held))
	}
}

// refusing is a DynamoDB that refuses every transaction.
type refusing struct{ dynamodb.HTTPClient }

func (r refusing) Do(q *http.Request) (*http.Response, error) {
	if strings.HasSuffix(q.Header.Get("X-Amz-Target"), "TransactWriteItems") {
		return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"__type":"AccessDeniedException"}`))}, nil
	}
	return r.HTTPClient.Do(q)
}

func TestRedriveOnOneMachine(t *testing.T) {
	s := fixture.New(t)
	s.Put(t, due())
	t.Setenv("DYNAMODB_ENDPOINT", dynamotest.Endpoint(t))
	t.Setenv("WARDROOM_TABLE", s.Table)
	var out strings.Builder
	if err := run(t.Context(), []string{"-stage", "dev", "redrive"}, &out); err != nil {
		t.Fatal(err)
	}
	if out.String() != "Done: 5; failed: 0.\n" { // a purge, and sealing the rows that tell of it, of the agent that went with it and of the demo removals
		t.Errorf("%q", out.String())
	}
	if err := run(t.Context(), []string{"redrive", "now"}, &out); err == nil {
		t.Error("an unknown argument was taken")
	}
}
