package api

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIfMatch(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  []string
		ok    bool
	}{
		{"none", nil, nil, true},
		{"one", []string{`"3"`}, []string{"3"}, true},
		{"any", []string{`*`}, []string{"*"}, true},
		{"any with spaces", []string{` * `}, []string{"*"}, true},
		{"a list", []string{`"3", "4","5"`}, []string{"3", "4", "5"}, true},
		{"two lines", []string{`"3"`, `"4"`}, []string{"3", "4"}, true},
		{"empty elements", []string{`,"3",,"4",`}, []string{"3", "4"}, true},
		{"a comma in a tag", []string{`"a,b"`}, []string{"a,b"}, true},
		{"an empty tag", []string{`""`}, []string{""}, true},
		{"weak ones never match", []string{`W/"3"`}, []string{}, true},
		{"weak among strong", []string{`W/"3", "4"`}, []string{"4"}, true},
		{"a star in quotes is no star", []string{`"*"`}, []string{}, true},
		{"no quotes", []string{`3`}, nil, false},
		{"empty", []string{``}, nil, false},
		{"only commas", []string{`, ,`}, nil, false},
		{"open quote", []string{`"3`}, nil, false},
		{"no comma", []string{`"3" "4"`}, nil, false},
		{"star in a list", []string{`*, "3"`}, nil, false},
		{"two stars", []string{`*`, `*`}, nil, false},
		{"small w", []string{`w/"3"`}, nil, false},
		{"weak nothing", []string{`W/`}, nil, false},
		{"a space in a tag", []string{`"a b"`}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := parseIfMatch(tt.lines)
			if ok != tt.ok || ok && !cmp.Equal(got, tt.want) {
				t.Errorf("got %#v %t, want %#v %t", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		name string
		tags []string
		want bool
	}{
		{"no header", nil, true},
		{"any", []string{"*"}, true},
		{"the version", []string{"2", "3"}, true},
		{"another version", []string{"30"}, false},
		{"only weak ones", []string{}, false},
		{"the version in other words", []string{"03"}, false},
	} {
		if got := (Call{IfMatch: tt.tags}).Matches(3); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  string
		ok    bool
	}{
		{"none", nil, "", true},
		{"one", []string{"a-1"}, "a-1", true},
		{"any printable", []string{" !~"}, " !~", true},
		{"255", []string{strings.Repeat("k", 255)}, strings.Repeat("k", 255), true},
		{"256", []string{strings.Repeat("k", 256)}, "", false},
		{"empty", []string{""}, "", false},
		{"twice", []string{"a", "a"}, "", false},
		{"not ASCII", []string{"ä"}, "", false},
		{"control", []string{"a\x7f"}, "", false},
		{"tab", []string{"a\tb"}, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := parseKey(tt.lines); got != tt.want || ok != tt.ok {
				t.Errorf("got %q %t, want %q %t", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestIntegral(t *testing.T) {
	for number, want := range map[string]string{
		"1.0": "1", "1e2": "100", "1E+2": "100", "0.0": "0", "-0.0": "0", "0e5": "0", "-12.50e1": "-125", "120e-1": "12", "0.01e2": "1",
		"1e18": "1000000000000000000", "100.000": "100", "10e-1": "1",
		"1.5": "", "1e-1": "", "12e-2": "", "0.1": "", "1e65": "", "1e99999999999999999999": "", "1e-99999999999999999999": "", "9007199254740990.99999": "",
	} {
		if got, ok := integral(number); got != want || ok != (want != "") {
			t.Errorf("%s is %q %t, want %q", number, got, ok, want)
		}
	}
}
