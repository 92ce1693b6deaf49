package check

import (
	"encoding/json"
	"net/http"
	"strings"

	"wardroom/pkg/table"
)

// replays checks that a stored answer is a success, complete, and expires.
func (c *checks) replays() {
	for _, r := range table.Replays.All(c.rows) {
		body := r.Body
		for i := range r.Parts {
			p, ok := table.ReplayParts.In(c.rows, r.PartsID, i)
			c.hold(ok, "the answer of %s lacks its part %d", r.Operation, i)
			body = append(body, p.Body...)
			c.hold(!ok || p.TTL >= r.TTL, "part %d of the answer of %s ends before it", i, r.Operation)
		}
		c.hold(json.Valid(body) || r.Status == http.StatusNoContent && len(body) == 0, "the answer kept of %s is no JSON: %.100s", r.Operation, body)
		c.hold(r.Status >= 200 && r.Status < 300, "%s keeps a %d", r.Operation, r.Status)
		c.hold(len(r.Fingerprint) == 64 && len(r.KeyDigest) == 64 && strings.Contains(r.Principal, ":"), "the answer of %s is kept for nobody in particular", r.Operation)
		c.hold(r.TTL == r.ExpiresOn.Std().Unix(), "the answer of %s doesn't end when it says", r.Operation)
	}
}
