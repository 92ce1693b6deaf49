package engine_test

import (
	"fmt"
	"testing"

	"wardroom/infra/local/engine"
)

// Neither credentials nor demo data are for the neighbours. Only Linux answers
// on all of 127.0.0.0/8, which makes a second address to knock at.
func TestListensOnLoopbackOnly(t *testing.T) {
	each(t, func(t *testing.T, name string) {
		for host, reachable := range map[string]bool{"": false, "0.0.0.0": true} {
			s := start(t, engine.Options{Name: name, Host: host})
			beyond := fmt.Sprintf("http://127.0.0.2:%d", s.Port()) // this machine too, but not the address of Endpoint
			if got := engine.Answers(t.Context(), beyond); got != reachable {
				t.Errorf("Host %q: %s answers = %v, want %v", host, beyond, got, reachable)
			}
		}
	})
}
