// Package dynamotest gives tests a real DynamoDB.
package dynamotest

import (
	"context"
	"os"
	"sync"
	"testing"

	"wardroom/infra/local/dynamolocal"
)

var shared struct {
	once   sync.Once
	server *dynamolocal.Server
	err    error
}

// Endpoint returns the address of a DynamoDB Local: the one DYNAMODB_ENDPOINT
// names, as make test sets it for all packages, or one that this test process
// starts for itself and shares between its tests, so that a plain go test of
// one package works as well. Data is in memory; a test makes a table of its own.
// Nobody need stop it: it ends with the process, however that ends.
func Endpoint(t testing.TB) string {
	t.Helper()
	if given := os.Getenv("DYNAMODB_ENDPOINT"); given != "" {
		return given
	}
	shared.once.Do(func() {
		shared.server, shared.err = dynamolocal.Start(context.Background(), dynamolocal.Options{
			Log: func(line string) { _, _ = os.Stderr.WriteString(line + "\n") },
		})
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server.Endpoint()
}
