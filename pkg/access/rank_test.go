package access

import "testing"

func TestSuperuserOutranksStaff(t *testing.T) {
	for _, row := range []struct {
		staff, super bool
		want         Rank
	}{
		{false, false, User}, {true, false, ApplicationAdmin}, {false, true, GlobalAdmin}, {true, true, GlobalAdmin},
	} {
		if got := RankOf(row.staff, row.super); got != row.want {
			t.Errorf("staff %v, superuser %v is %s, want %s", row.staff, row.super, got, row.want)
		}
	}
	ranks := []Rank{User, ApplicationAdmin, GlobalAdmin}
	for i, a := range ranks {
		for j, b := range ranks {
			if got := a.Outranks(b); got != (i > j) {
				t.Errorf("%s outranks %s: %v", a, b, got)
			}
		}
		if a.Admin() != (i > 0) {
			t.Errorf("%s is an admin rank: %v", a, a.Admin())
		}
	}
}
