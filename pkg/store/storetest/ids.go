package storetest

import (
	"fmt"
	"slices"

	"wardroom/pkg/concurrent"
)

func uniqueIDs(w *world) {
	const workers, each = 16, 1000
	sequence := fmt.Sprint("unique ", w.base)
	taken := make([][]int64, workers)
	g := concurrent.NewGroup()
	for i := range workers {
		s := w.Store
		if i%2 == 1 {
			s = w.Other
		}
		g.Go(func() error {
			for len(taken[i]) < each {
				ids, err := s.NewIDs(w.Context(), sequence, min(i+1, each-len(taken[i])))
				if err != nil {
					return err
				}
				if !slices.IsSorted(ids) {
					w.Errorf("not ascending: %v", ids)
				}
				taken[i] = append(taken[i], ids...)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		w.Error(err)
	}
	all := slices.Concat(taken...)
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != workers*each || all[0] < 1 {
		w.Errorf("%d different ids of %d, the first %d", n, workers*each, all[0])
	}
}

func idsTogether(w *world) {
	one, two := fmt.Sprint("one ", w.base), fmt.Sprint("two ", w.base)
	got, err := w.Store.NewIDsOf(w.Context(), map[string]int{one: 3, two: 1})
	if err != nil || fmt.Sprint(got[one], got[two]) != "[1 2 3] [1]" {
		w.Errorf("%v, %v", got, err)
	}
	more, err := w.Other.NewIDs(w.Context(), one, 1)
	if err != nil || slices.Contains(got[one], more[0]) {
		w.Errorf("another process gets %v, %v", more, err)
	}
}
