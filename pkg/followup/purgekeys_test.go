package followup_test

import (
	"testing"

	"wardroom/infra/local/fixture"
	"wardroom/pkg/followup"
	"wardroom/pkg/model"
)

// An index that goes on listing keys that are gone hides none that are left: a
// user is erased after the last of them.
func TestNoKeySurvivesAPurgeUnderALateIndex(t *testing.T) {
	var late fixture.Late
	s := fixture.New(t, late.Option)
	s.Put(t, leaver(4000))
	s.Put(t, revoked(4000, 50)) // more than one transaction deletes
	late.Halt()
	if err := followup.PurgeUser(t.Context(), s.Store, model.At(fixture.Epoch.Add(month)), 4000); err != nil {
		t.Fatal(err)
	}
	leftOfUser(t, s.Rows(t.Context(), t))
	fixture.Check(t, s)
}
