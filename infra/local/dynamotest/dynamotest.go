// Package dynamotest gives tests a real DynamoDB.
package dynamotest

import (
	"context"
	"hash/fnv"
	"os"
	"strings"
	"sync"
	"testing"

	"wardroom/infra/local/engine"
)

var shared struct {
	once   sync.Once
	server *engine.Server
	err    error
}

// Endpoint returns the address of a DynamoDB engine: one of DYNAMODB_ENDPOINTS, which
// make test starts for all packages, the same for a test and its subtests; else that of
// DYNAMODB_ENDPOINT; else one that this process starts and its tests share, so that a
// plain go test of one package works as well. Data is in memory, and a test makes a table
// of its own. The engine ends with the process, however that ends.
func Endpoint(t testing.TB) string {
	t.Helper()
	given := os.Getenv("DYNAMODB_ENDPOINT")
	if all := strings.Fields(os.Getenv("DYNAMODB_ENDPOINTS")); len(all) > 0 && all[0] == given {
		test, _, _ := strings.Cut(t.Name(), "/")
		h := fnv.New32a()
		_, _ = h.Write([]byte(test))           // a hash takes everything
		return all[h.Sum32()%uint32(len(all))] //nolint:gosec // a handful
	}
	if given != "" {
		return given
	}
	shared.once.Do(func() {
		shared.server, shared.err = engine.Start(context.Background(), engine.Options{
			Log: func(line string) { _, _ = os.Stderr.WriteString(line + "\n") },
		})
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server.Endpoint()
}
