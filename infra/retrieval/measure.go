package main

import (
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"wardroom/pkg/retrieve"
)

// figures are the means over the queries that have a relevant document.
type figures struct {
	queries      int
	ndcg, recall float64
	micros       float64 // duration of a query
}

const top = 10

func measure(s set) (figures, error) {
	analyzer, builder := retrieve.NewAnalyzer("en"), retrieve.NewBuilder()
	for i, d := range s.documents {
		builder.Add(int64(i), analyzer.Terms(d.Title+"\n"+d.Text), nil)
	}
	file, _, err := builder.Files()
	if err != nil {
		return figures{}, err
	}
	segment, err := retrieve.Open(file)
	if err != nil {
		return figures{}, err
	}
	index := retrieve.NewIndex(segment)
	var out figures
	var took time.Duration
	for _, q := range s.queries {
		grades := s.grades[q.ID]
		best := ideal(grades)
		if best == 0 {
			continue
		}
		began := time.Now()
		hits := index.Search(slices.Collect(analyzer.Terms(q.Text)), top, nil)
		took += time.Since(began)
		found := make([]int, len(hits))
		for i, h := range hits {
			found[i] = grades[s.documents[h.Document].ID]
		}
		out.queries++
		out.ndcg += gain(found) / best
		out.recall += float64(relevant(slices.Values(found))) / float64(relevant(maps.Values(grades)))
	}
	n := float64(max(1, out.queries))
	return figures{out.queries, out.ndcg / n, out.recall / n, float64(took.Microseconds()) / n}, nil
}

// gain is the discounted cumulative gain of grades in their order.
func gain(grades []int) (sum float64) {
	for i, g := range grades {
		sum += float64(g) / math.Log2(float64(i)+2)
	}
	return sum
}

// ideal is the highest gain that ten documents can have.
func ideal(grades map[string]int) float64 {
	all := slices.SortedFunc(maps.Values(grades), func(a, b int) int { return b - a })
	return gain(all[:min(top, len(all))])
}

// relevant is how many of some grades are of relevant documents.
func relevant(grades iter.Seq[int]) (n int) {
	for g := range grades {
		if g > 0 {
			n++
		}
	}
	return n
}
