package similar_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wardroom/pkg/similar"
)

// text is n words, frequent ones more often, as in languages.
func text(r *rand.Rand, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = "w" + strconv.Itoa(int(1/(r.Float64()+0.0002)))
	}
	return out
}

// edited is a text in which a part of the words is replaced, left out, or has others
// put before it.
func edited(r *rand.Rand, words []string, part float64) []string {
	var out []string
	for _, w := range words {
		switch {
		case r.Float64() >= part:
			out = append(out, w)
		case r.IntN(3) == 0:
		case r.IntN(2) == 0:
			out = append(out, "new"+w)
		default:
			out = append(out, "more", w)
		}
	}
	return out
}

// Of edited pairs, most are found, whether up to one word in ten is edited or whole
// paragraphs have moved; of other pairs, none is, though they have a beginning and an
// end in common, as documents of one house do.
func TestNear(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	foot := text(r, 40)
	found, byBand, missed, wrong := 0, 0, 0, 0
	const pairs = 400
	var before similar.Sketch
	for i := range pairs {
		words := slices.Concat(foot[:20], text(r, 200+r.IntN(2000)), foot[20:])
		a := similar.Of(strings.Join(words, " "))
		other := edited(r, words, 0.09*r.Float64())
		if i%4 == 0 { // paragraphs that changed places
			cut := len(words) / 3
			other = slices.Concat(words[cut:], words[:cut])
		}
		b := similar.Of(strings.ToUpper(strings.Join(other, ",  ")))
		if a.Similarity(b) >= similar.Near {
			found++
			if slices.ContainsFunc(a.Bands(), func(band uint64) bool { return slices.Contains(b.Bands(), band) }) {
				byBand++
			}
		} else {
			missed++
		}
		if i > 0 && a.Similarity(before) >= similar.Near {
			wrong++
		}
		before = a
	}
	recall, precision := float64(found)/pairs, float64(found)/float64(found+wrong)
	t.Logf("recall %.3f, precision %.3f, by bands %.3f", recall, precision, float64(byBand)/float64(found))
	if recall < 0.98 || precision < 0.99 || float64(byBand) < 0.97*float64(found) {
		t.Errorf("%d are found, %d of them by their bands, %d missed, and %d others", found, byBand, missed, wrong)
	}
}

func TestSketches(t *testing.T) {
	long := strings.Join(text(rand.New(rand.NewPCG(3, 4)), 500), " ")
	for says, tt := range map[string]struct {
		a, b  string
		least float64
		most  float64
	}{
		"the same":                       {long, long, 1, 1},
		"in other letters":               {"The Plan: version 2", "the plan, VERSION 2.", 1, 1},
		"composed or not":                {"café au lait", "cafe\u0301 au lait", 1, 1},
		"two words":                      {"annual report", "Annual Report", 1, 1},
		"other two words":                {"annual report", "annual rapport", 0, 0},
		"a short one with a word more":   {"the annual report of the harbour for this year", "the annual report of the harbour for this whole year", 0.4, 0.9},
		"a beginning":                    {long, long[:len(long)/10], 0, 0.25},
		"nothing and nothing":            {"", "…", 0, 0},
		"nothing and something":          {"", long, 0, 0},
		"what is written without spaces": {"東京都の計画書です", "東京都の計画書でした", 0.4, 0.9},
	} {
		a, b := similar.Of(tt.a), similar.Of(tt.b)
		if s := a.Similarity(b); s < tt.least || s > tt.most || s != b.Similarity(a) {
			t.Errorf("%s: %.2f, want %.2f to %.2f", says, s, tt.least, tt.most)
		}
		if again, ok := similar.FromBytes(a.Bytes()); !ok || again != a {
			t.Errorf("%s: it is read as another", says)
		}
	}
	if bands := similar.Of("").Bands(); bands != nil {
		t.Error(bands)
	}
	if _, ok := similar.FromBytes([]byte{1}); ok {
		t.Error("a byte is a sketch")
	}
}

func TestDigest(t *testing.T) {
	if similar.Digest("The plan.\n") != similar.Digest("the  PLAN") || similar.Digest("the plan") == similar.Digest("theplan") || similar.Digest("a b") == similar.Digest("b a") {
		t.Error("digests are of the words in their order")
	}
}
