package removal_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/table"
)

// signsIn binds a subject of an issuer to a user.
func signsIn(user int64) fixture.Given {
	return fixture.Given{func(tx *table.Tx, _ table.Rows) {
		s := model.Subject{SubjectKey: "subject", IssuerKey: "issuer", UserID: user, OrganizationID: 1}
		table.Subjects.Put(tx, s)
		table.Bindings.Put(tx, model.Binding{UserID: user, IssuerKey: s.IssuerKey, SubjectKey: s.SubjectKey})
	}}
}

// A deleted user who has something of every kind: each is kept by its name, and what
// is kept of it gives it back.
func TestEveryThingIsKeptAndGivenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(busy(), signsIn(20))...)
	w.ask(t, http.StatusOK, http.MethodPost, "/api/test/end?transfer_to=1", `{"user_ids":[20],"delete":true}`)
	w.settle(t)
	rows := w.Rows(t.Context(), t)
	made := made(rows)
	var kept []string
	for _, e := range table.Effects.All(rows) {
		switch {
		case e.RemovalID != made[0].ID || e.Thing == "":
		case len(e.Before) == 0:
			t.Errorf("nothing is kept of %s", e.Resource)
		case removal.Sound(e) != nil:
			t.Errorf("what is kept of %s can't be read: %v", e.Resource, removal.Sound(e))
		case !slices.Contains(kept, e.Thing):
			kept = append(kept, e.Thing)
		}
	}
	slices.Sort(kept)
	if d := cmp.Diff(removal.Things(), kept); d != "" {
		t.Errorf("not all things are kept (- things, + kept):\n%s", d)
	}
	w.ask(t, http.StatusOK, http.MethodPost, undo(made[0].ID), "")
	w.settle(t)
	w.asBefore(t)
	w.sound(t)
}
