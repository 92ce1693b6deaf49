package dynamolocal_test

import (
	"fmt"
	"testing"

	"wardroom/infra/local/dynamolocal"
)

// Neither credentials nor demo data are for the neighbours. Only Linux answers
// on all of 127.0.0.0/8, which makes a second address to knock at.
func TestListensOnLoopbackOnly(t *testing.T) {
	for host, reachable := range map[string]bool{"": false, "0.0.0.0": true} {
		s := start(t, dynamolocal.Options{Host: host})
		beyond := fmt.Sprintf("http://127.0.0.2:%d", s.Port()) // this machine too, but not the address of Endpoint
		if got := dynamolocal.Answers(t.Context(), beyond); got != reachable {
			t.Errorf("Host %q: %s answers = %v, want %v", host, beyond, got, reachable)
		}
	}
}
