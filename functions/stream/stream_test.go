package stream_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"wardroom/functions/stream"
	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/table"
)

// What a request writes is sealed by the stream's function, whichever way the
// row comes to it: a batch, or the schedule.
func TestChangesAreSealed(t *testing.T) {
	s := fixture.New(t)
	for user, how := range map[string]func(){
		"15": func() { s.Settle(t.Context(), t) },
		"16": func() {
			if got, err := s.Stream().Handle(t.Context(), json.RawMessage(`{"sweep":true}`)); err != nil {
				t.Errorf("%v, %v", got, err)
			}
		},
	} {
		if got := s.Do(t.Context(), fixture.Request{Method: http.MethodDelete, Path: "/api/project/151/user/" + user, Key: demo.ProjectAdmin}); got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		how()
		rows := s.Rows(t.Context(), t)
		if changes, seals := len(table.Audits.All(rows)), len(table.Seals.All(rows)); changes == 0 || seals != changes {
			t.Errorf("%d changes and %d seals", changes, seals)
		}
	}
	fixture.Check(t, s)
}

func TestEvents(t *testing.T) {
	s := fixture.New(t)
	f := s.Stream()
	for _, tt := range []struct {
		says, event, answer string
		err                 error
	}{
		{"nothing", `{"Records":[]}`, `{"batchItemFailures":null}`, nil},
		{"a row that is no audit row", `{"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"7","NewImage":{"kind":{"S":"Project"}}}}]}`, `{"batchItemFailures":null}`, nil},
		{"an audit row that expires", `{"Records":[{"eventName":"REMOVE","dynamodb":{"SequenceNumber":"7","OldImage":{"kind":{"S":"Audit"}}}}]}`, `{"batchItemFailures":null}`, nil},
		{"an audit row that can't be read", `{"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"7","NewImage":{"kind":{"S":"Audit"},"ts":{"S":"yesterday"}}}}]}`, `{"batchItemFailures":[{"itemIdentifier":"7"}]}`, nil},
		{"a request of the API", `{"httpMethod":"GET","path":"/api/health"}`, ``, stream.ErrEvent},
		{"no JSON", `hello`, ``, stream.ErrEvent},
	} {
		got, err := f.Handle(t.Context(), json.RawMessage(tt.event))
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", tt.says, err)
			continue
		}
		if answer, _ := json.Marshal(got); err == nil && string(answer) != tt.answer {
			t.Errorf("%s: %s, want %s", tt.says, answer, tt.answer)
		}
	}
}
