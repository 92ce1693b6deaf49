package retrieve_test

import (
	"math/rand/v2"
	"testing"

	"wardroom/pkg/retrieve"
)

func BenchmarkSearch(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	builder := retrieve.NewBuilder()
	for i := range 10000 {
		builder.Add(int64(i), func(yield func(string) bool) {
			for range 150 {
				yield(word(r))
			}
		}, nil)
	}
	file, _, err := builder.Files()
	if err != nil {
		b.Fatal(err)
	}
	s, err := retrieve.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	x := retrieve.NewIndex(s)
	for b.Loop() {
		x.Search([]string{"w20", "w50", "w100", "w500", "w1000"}, 10, nil)
	}
}

func BenchmarkTerms(b *testing.B) {
	text := "The agents of a corpus answer questions about what they know: documents, web links and items of SharePoint. "
	a := retrieve.NewAnalyzer("en")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for range a.Terms(text) {
			continue
		}
	}
}
