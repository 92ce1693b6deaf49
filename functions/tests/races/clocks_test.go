package races_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wardroom/functions"
	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/api"
	"wardroom/pkg/guard"
	"wardroom/pkg/model"
	"wardroom/pkg/telemetry"
)

// doors are instances that serve one table, each by a clock of its own.
type doors struct {
	*fixture.System
	ticks atomic.Int64
}

// by is an instance whose clock is so far ahead of the others'; it stands still
// for the instance whose ahead says the same time again and again.
func (d *doors) by(ahead func(tick time.Duration) time.Duration) http.Handler {
	now := func() model.Time {
		return model.At(fixture.Epoch.Add(ahead(time.Duration(d.ticks.Add(1)) * time.Millisecond)))
	}
	all := api.Mount(guard.New(d.Store, now, nil), functions.All(d.Store)...)
	return telemetry.Handler(all, telemetry.Options{Log: telemetry.Logger(io.Discard, false)})
}

func aheadBy(by time.Duration) func(time.Duration) time.Duration {
	return func(tick time.Duration) time.Duration { return tick + by }
}

// ask sends a request to one of the instances.
func ask(door http.Handler, key, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "ApiKey "+key)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	door.ServeHTTP(w, r)
	return w
}

// What was given before a removal counts for nothing after it, whichever of the
// instances that served the two has the later clock.
func TestClocksDecideNothing(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]time.Duration{"the gift's clock is ahead": 200 * time.Millisecond, "far ahead": time.Hour, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &doors{System: fixture.New(t)}
			a, b := d.by(aheadBy(ahead)), d.by(aheadBy(0))
			for _, step := range []struct {
				door                    http.Handler
				key, method, path, body string
				status                  int
			}{
				{b, demo.ProjectAdmin, "DELETE", "/api/team/7/user", `{"user_ids":[15]}`, 200},
				{a, demo.ProjectAdmin, "POST", "/api/agent/21/user", `{"user_ids":[15],"permission":"editor"}`, 200},
				{b, demo.ProjectMember, "PUT", "/api/agent/21", `{"description":"mine"}`, 200},
				{b, demo.ProjectAdmin, "DELETE", "/api/project/151/user/15", "", 200},
				{b, demo.ProjectMember, "GET", "/api/agent/21", "", 404},
				{a, demo.ProjectMember, "PUT", "/api/agent/21", `{"description":"still here"}`, 404},
				// What is given afterwards counts, by whatever clock.
				{b, demo.ProjectAdmin, "POST", "/api/agent/21/user", `{"user_ids":[15],"permission":"editor"}`, 200},
				{a, demo.ProjectMember, "PUT", "/api/agent/21", `{"description":"back"}`, 200},
			} {
				if got := ask(step.door, step.key, step.method, step.path, step.body); got.Code != step.status {
					t.Fatalf("%s %s %s: %d, want %d: %s", step.method, step.path, step.body, got.Code, step.status, got.Body)
				}
			}
		})
	}
}
