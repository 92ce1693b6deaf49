package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// tape is a canned DynamoDB: while it records it forwards requests, and afterwards it
// answers each as it was answered then, at once and without a network. Transactions have
// random ids and times, so they all get the same answer.
type tape struct {
	service dynamodb.HTTPClient // nil once it plays

	mu      sync.Mutex
	answers map[string]answer
}

type answer struct {
	header http.Header
	body   []byte
}

func newTape(service dynamodb.HTTPClient) *tape {
	return &tape{service: service, answers: map[string]answer{}}
}

// rewind ends the recording.
func (t *tape) rewind() { t.service = nil }

// Do implements the SDK's HTTP client.
func (t *tape) Do(r *http.Request) (*http.Response, error) {
	asked, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	key := r.Header.Get("X-Amz-Target")
	if !strings.HasSuffix(key, "TransactWriteItems") {
		letters := bytes.Clone(asked) // the SDK writes a map's fields in any order
		slices.Sort(letters)
		key += string(letters)
	}
	if t.service != nil {
		if err := t.record(key, r, asked); err != nil {
			return nil, err
		}
	}
	t.mu.Lock()
	a, ok := t.answers[key]
	t.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("nobody recorded %s", key)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body))}, nil
}

func (t *tape) record(key string, r *http.Request, asked []byte) error {
	r.Body = io.NopCloser(bytes.NewReader(asked))
	res, err := t.service.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %s", key, res.StatusCode, body)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answers[key] = answer{res.Header, body}
	return nil
}
