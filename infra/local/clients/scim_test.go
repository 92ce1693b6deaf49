package clients_test

import (
	"testing"
	"time"

	"wardroom/infra/local/clients"
)

// What scim2-tester checks of a SCIM service, this one does: discovery, users
// and groups made, found, replaced, patched by every operation on every attribute
// that their schemas offer, and deleted. Nothing is skipped (scim.py).
func TestSCIM(t *testing.T) {
	python := environment(t, clients.Package{Name: "scim2-tester", Version: "0.5.2", With: []string{
		"scim2-client[httpx2]==0.13.2", "scim2-models==0.12.3", "httpx2==2.16.2",
	}})
	t.Parallel()
	out, err := command(t, 5*time.Minute, python(), "scim.py", serve(t)).Output()
	if err != nil {
		t.Errorf("%v\n%s\n%s", err, out, stderr(err))
	}
	t.Logf("scim2-tester: %s", lastLine(out))
}
