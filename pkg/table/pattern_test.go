package table

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/guregu/dynamo/v2"
)

func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
func words(s string) types.AttributeValue  { return &types.AttributeValueMemberS{Value: s} }

func TestFill(t *testing.T) {
	item := dynamo.Item{"id": number("7"), "big": number("9007199254740991"), "name": words("a b"), "hash": words("x#y"), "flag": &types.AttributeValueMemberBOOL{Value: true}}
	for _, tt := range []struct {
		says, pattern, want string
		ok                  bool
	}{
		{"literal text alone", "TEAM", "TEAM", true},
		{"a number as it is written", "TEAM#{id}", "TEAM#7", true},
		{"a number padded, so that it sorts", "{id:16}", "0000000000000007", true},
		{"the largest id fills all the digits", "{big:16}", "9007199254740991", true},
		{"a number wider than its hole is not cut", "{big:4}", "9007199254740991", true},
		{"text is never padded", "{name:16}", "a b", true},
		{"several holes", "A#{id}#B#{name}#C", "A#7#B#a b#C", true},
		{"an attribute that the item lacks", "A#{none}", "", false},
		{"an attribute that is neither text nor number", "A#{flag}", "", false},
		{"text with a #, which could make another entity's key", "A#{hash}", "", false},
	} {
		t.Run(tt.says, func(t *testing.T) {
			if got, ok := compile(tt.pattern).fill(item); got != tt.want || ok != tt.ok {
				t.Errorf("got %q, %v; want %q, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestWith(t *testing.T) {
	p := compile("A#{id}#{n:4}#{name}")
	if got := p.with([]any{int64(7), 12, "x"}); got != "A#7#0012#x" {
		t.Error(got)
	}
	for says, values := range map[string][]any{
		"too few":           {int64(7), 12},
		"too many":          {int64(7), 12, "x", "y"},
		"of a strange kind": {int64(7), 12, 1.5},
	} {
		if !panics(func() { p.with(values) }) {
			t.Errorf("%s values: no panic", says)
		}
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		says, pattern, key string
		want               map[string]string
		ok                 bool
	}{
		{"one id", "TEAM#{id}", "TEAM#7", map[string]string{"id": "7"}, true},
		{"a padded id as it stands", "{id:16}", "0000000000000007", map[string]string{"id": "0000000000000007"}, true},
		{"ids between text", "A#{a}#B#{b}#C", "A#1#B#22#C", map[string]string{"a": "1", "b": "22"}, true},
		{"text", "K#{prefix}#{id}", "K#demo#3", map[string]string{"prefix": "demo", "id": "3"}, true},
		{"other literal", "TEAM#{id}", "PROJECT#7", nil, false},
		{"another entity's, which goes on behind the last hole", "{a}#{b}", "1#2#C", nil, false},
		{"more behind", "A#{a}#B", "A#1#BX", nil, false},
		{"less than the pattern", "A#{a}#B", "A#1", nil, false},
		{"a literal that isn't there", "TEAM", "TEAMS", nil, false},
	} {
		t.Run(tt.says, func(t *testing.T) {
			got := map[string]string{}
			ok := compile(tt.pattern).parse(tt.key, func(hole, value string) { got[hole] = value })
			if ok != tt.ok || ok && !cmp.Equal(got, tt.want) {
				t.Errorf("got %v, %v; want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestUnder(t *testing.T) {
	p := compile("{user_id:4}#{key_id:4}#X")
	for _, tt := range []struct {
		values []any
		want   string
	}{
		{nil, ""},
		{[]any{7}, "0007#"}, // with what follows the hole: 0007 is no beginning of 00070
		{[]any{7, 12}, "0007#0012#X"},
	} {
		if got := p.under(tt.values); got != tt.want {
			t.Errorf("under %v: %q, want %q", tt.values, got, tt.want)
		}
	}
}

func TestMalformedPatternsStopTheProgram(t *testing.T) {
	for _, text := range []string{"A#{id", "A#{}", "A#{id:}", "A#{id:x}", "A#{id:0}", "A#{id:-1}"} {
		if !panics(func() { compile(text) }) {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestOverlap(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"TEAM", "TEAM", true},
		{"TEAM", "TEAMS", false},
		{"TEAM#{id}", "TEAM#7", true},
		{"TEAM#{id}", "TEAM#{other}", true},
		{"TEAM#{id}", "TEAM#{id}#MEMBER", false}, // a hole holds no '#'
		{"A{x}", "{y}B", true},
		{"{x}", "A#B", false},
		{"ORG#{id}#TEAM", "ORG#{id}#USER", false},
		{"{ts}#{id}", "{on}#TEAM#{id}", false},
		{"{ts}#{id}", "{on}#{id}", true},
	} {
		a, b := compile(tt.a), compile(tt.b)
		if a.overlaps(b) != tt.want || b.overlaps(a) != tt.want {
			t.Errorf("%q and %q: overlap %v and %v, want %v", tt.a, tt.b, a.overlaps(b), b.overlaps(a), tt.want)
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}
