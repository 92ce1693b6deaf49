package model_test

import (
	"strings"
	"testing"

	"wardroom/pkg/model"
)

// lookalikes are addresses that a reader, a case mapping or a normalisation may
// take for one another. Whoever has the second must never become the first.
var lookalikes = []struct{ name, a, b string }{
	{"a long s", "boss@example.com", "bo\u017fs@example.com"},
	{"a sharp s for two", "strasse@example.com", "stra\u00dfe@example.com"},
	{"a capital sharp s", "stra\u00dfe@example.com", "STRA\u1e9eE@example.com"},
	{"the sign of kelvin", "kim@example.com", "\u212aim@example.com"},
	{"the sign of \u00e5ngstr\u00f6m's letter without its ring", "anna@example.com", "\u212bnna@example.com"},
	{"a dotless i", "admin@example.com", "adm\u0131n@example.com"},
	{"a capital i with a dot", "admin@example.com", "ADM\u0130N@example.com"},
	{"a capital i with a dot, and the small one with it", "i\u0307ris@example.com", "\u0130ris@example.com"},
	{"a Cyrillic a", "anna@example.com", "\u0430nna@example.com"},
	{"a Cyrillic o", "bob@example.com", "b\u043eb@example.com"},
	{"a Cyrillic e", "eve@example.com", "\u0435ve@example.com"},
	{"a Greek omicron", "bob@example.com", "b\u03bfb@example.com"},
	{"a Greek nu", "eve@example.com", "e\u03bde@example.com"},
	{"a final sigma", "\u03c3\u03bf\u03c3@example.com", "\u03c3\u03bf\u03c2@example.com"},
	{"a sigma in capitals", "\u03c3\u03bf\u03c3@example.com", "\u03a3\u039f\u03a3@example.com"},
	{"the sign of micro", "\u03bcu@example.com", "\u00b5u@example.com"},
	{"the sign of ohm's letter in small", "\u03c9@example.com", "\u2126@example.com"},
	{"a ligature of f and i", "fiona@example.com", "\ufb01ona@example.com"},
	{"a ligature of s and t", "steve@example.com", "\ufb06eve@example.com"},
	{"a letter of full width", "anna@example.com", "\uff41nna@example.com"},
	{"a mathematical letter", "anna@example.com", "\U0001d41anna@example.com"},
	{"a letter in a circle", "anna@example.com", "\u24d0nna@example.com"},
	{"a raised digit", "anna2@example.com", "anna\u00b2@example.com"},
	{"an Arabic digit", "anna2@example.com", "anna\u0662@example.com"},
	{"a Roman numeral", "ivan@example.com", "\u2173an@example.com"},
	{"a letter with a mark", "rene@example.com", "ren\u00e9@example.com"},
	{"a capital with a mark", "ren\u00e9@example.com", "REN\u00c9@example.com"},
	{"an \u0153 in capitals", "\u0153uvre@example.com", "\u0152uvre@example.com"},
	{"a dz of one letter", "\u01c6@example.com", "\u01c4@example.com"},
	{"an n with its apostrophe", "\u02bcna@example.com", "\u0149a@example.com"},
	{"a Cherokee letter in small", "\u13a0na@example.com", "\uab70na@example.com"},
	{"a hyphen that doesn't break", "an-na@example.com", "an\u2011na@example.com"},
	{"a soft hyphen", "anna@example.com", "an\u00adna@example.com"},
	{"a space of no width", "anna@example.com", "an\u200bna@example.com"},
	{"a joiner of no width", "anna@example.com", "an\u200dna@example.com"},
	{"a byte order mark", "anna@example.com", "\ufeffanna@example.com"},
	{"text turned round", "anna@example.com", "\u202eanna@example.com"},
	{"a selector of variants", "anna@example.com", "anna\ufe0f@example.com"},
	{"a dot for a dot", "an.na@example.com", "an\u2024na@example.com"},
	{"a Greek question mark, which is a semicolon", "an;na@example.com", "an\u037ena@example.com"},
	{"a filler that nobody sees", "anna@example.com", "anna\u3164@example.com"},
	{"a domain with a sharp s", "anna@strasse.example", "anna@stra\u00dfe.example"},
	{"a domain with a final sigma", "anna@\u03c3\u03bf\u03c3.example", "anna@\u03c3\u03bf\u03c2.example"},
	{"a domain with a Cyrillic a", "anna@paypal.example", "anna@p\u0430ypal.example"},
	{"a domain with a dotless i", "anna@bing.example", "anna@b\u0131ng.example"},
	{"a domain with a soft hyphen", "anna@example.com", "anna@exam\u00adple.com"},
	{"a domain with a joiner", "anna@example.com", "anna@exam\u200dple.com"},
	{"a domain with a mark", "anna@cafe.example", "anna@caf\u00e9.example"},
	{"a domain that ends in a dot", "anna@example.com", "anna@example.com."},
}

func TestLookalikesAreTwoPeople(t *testing.T) {
	if len(lookalikes) < 40 {
		t.Errorf("only %d pairs", len(lookalikes))
	}
	for _, tt := range lookalikes {
		t.Run(tt.name, func(t *testing.T) {
			a, one := model.ParseAddress(tt.a)
			b, other := model.ParseAddress(tt.b)
			if one && other && (a == b || a.Key() == b.Key()) {
				t.Errorf("%+q and %+q are one: %q", tt.a, tt.b, a)
			}
			if model.AddressKey(tt.a) == model.AddressKey(tt.b) {
				t.Errorf("%+q and %+q have one key", tt.a, tt.b)
			}
		})
	}
}

func TestSpellingsOfOneAddress(t *testing.T) {
	for _, tt := range []struct{ name, a, b string }{
		{"white space around it", "anna@example.com", " anna@example.com\t"},
		{"capitals", "anna@example.com", "Anna@EXAMPLE.com"},
		{"a mark apart from its letter", "ren\u00e9@example.com", "rene\u0301@example.com"},
		{"a domain in ASCII", "anna@b\u00fccher.example", "anna@xn--bcher-kva.example"},
		{"a domain in capitals with a mark", "anna@b\u00fccher.example", "anna@B\u00dcCHER.example"},
		{"a domain of full width", "anna@example.com", "anna@\uff45xample\uff0ecom"},
		{"a domain with a dot of Japan", "anna@example.jp", "anna@example\u3002jp"},
	} {
		a, ok := model.ParseAddress(tt.a)
		b, also := model.ParseAddress(tt.b)
		if !ok || !also || a != b || a.Key() != model.AddressKey(tt.b) {
			t.Errorf("%s: %q %v, %q %v", tt.name, a, ok, b, also)
		}
	}
}

func TestWhatIsNoAddress(t *testing.T) {
	for _, text := range []string{
		"", "@", "anna", "anna@", "@example.com", "a@b@example.com", "an na@example.com", "anna@exam ple.com", "Anna <anna@example.com>",
		`"x@example.org"@evil.example`, `"anna"@example.com`, "anna@[127.0.0.1]", "anna@127.0.0.1", "anna@1.2.3.4", "anna@0x7f.1", "anna@127.0.0.0x1", "anna@2130706433", "anna@0X7F000001", "anna@\uff11.\uff12.\uff13.\uff14",
		"anna\u3164@example.com", "an\u115fna@example.com", "an\u1160na@example.com", "an\uffa0na@example.com", "an\u034fna@example.com", "anna\ufe00@example.com", "anna\ufe0f@example.com",
		"an\u180bna@example.com", "an\u180fna@example.com", "an\u2800na@example.com", "an\u17b4na@example.com", "an\u17b5na@example.com", "anna\U000e0101@example.com", "anna,bob@example.com", "anna@example..com", "anna@-example.com",
		"anna@ex_ample.com", "anna@.example.com", "an\x00na@example.com", "an\nna@example.com", "an\xffna@example.com", "an\u0085na@example.com",
		"an\ue000na@example.com", "an\u0378na@example.com", "an\u00a0na@example.com", "an\u2028na@example.com", "\u0643\u200c\u0643@example.com",
		"\U0001f469\u200d\U0001f680@example.com", "anna@xn--a.example", "anna@" + strings.Repeat("a", 64) + ".com", strings.Repeat("a", 250) + "@b.com",
	} {
		if a, ok := model.ParseAddress(text); ok {
			t.Errorf("%q is %q", text, a)
		}
	}
	if model.AddressKey("Anna") != model.AddressKey(" anna ") || model.AddressKey("\u212aim") == model.AddressKey("bim") {
		t.Error("names of users that are no addresses")
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{
		"Ada Lovelace", "Ren\u00e9e O\u2019Neill", "\u5f20\u4f1f", "\u3000wide space", "\U0001f680 rockets", "a\u0301", "\ufffd",
		"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", // Persian, with a non-joiner
		"\u0915\u094d\u200d\u0937", "\u0d28\u0d4d\u200d",   // after a virama
		"\u0647\u200d",                                                         // an Arabic letter shown as if more came
		"\U0001f469\u200d\U0001f680", "\U0001f469\U0001f3fd\u200d\u2695\ufe0f", // women who fly and heal
		"\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f642\u200d\u2194\ufe0f",
		"\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", // England
		"\u06dd\u0661", // a sign around a verse's number
	} {
		if !model.IsName(name) {
			t.Errorf("%+q is refused", name)
		}
		if got := model.AsName(name); got != name {
			t.Errorf("%+q became %+q", name, got)
		}
	}
	for _, name := range []string{
		"a\nb", "a\tb", "a\x00b", "a\x7fb", "a\u0085b", "a\u200bb", "a\u200db", "a\u200cb", "\u200d", "\u200c", "\u0915\u200d\u0937", "\u0645\u200c", "\U0001f469\u200d", "\u200d\U0001f680",
		"a\u200eb", "a\u202eb", "a\u2066b", "a\u061cb", "a\ufeffb", "a\u00adb", "a\u2028b", "a\u2029b", "a\u2060b", "a\ue000b", "a\U000f0000b", "a\u0378b", "a\uffffb", "a\U0001fffeb",
		"\u3164", "\u2800", " \ufe0f ", "\u115f\u1160", "\u034f", "\u180b\u180f", "\u17b4\u3164", "\U000e0101",
		"a\U000e0067b", "\U0001f3f4\U000e0067", "\U000e007f", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e0067\U000e0067\U000e0067\U000e007f",
	} {
		if model.IsName(name) {
			t.Errorf("%+q is taken", name)
		}
		if got := model.AsName(name); !model.IsName(got) {
			t.Errorf("%+q became %+q", name, got)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	for _, text := range []string{"ada", "Ren\u00e9", "\u5f20\u4f1f", "a b", ""} {
		if !model.IsIdentifier(text) {
			t.Errorf("%+q is refused", text)
		}
	}
	for _, text := range []string{"ada\u3164", "ada\ufe0f", "a\u034fda", "ada\u2800", "a\u17b4da", "a\u200bda"} {
		if model.IsIdentifier(text) {
			t.Errorf("%+q is taken", text)
		}
	}
}

func TestDomains(t *testing.T) {
	for text, want := range map[string]string{"Example.com": "example.com", "4.example": "4.example", "example.0xyz": "example.0xyz", "1.2.3.4a": "1.2.3.4a"} {
		if got, ok := model.ParseDomain(text); !ok || got != want {
			t.Errorf("%q is %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"127.0.0.1", "1.2.3.4", "0x7f.1", "example.0x", "example.0xff", "1", ""} {
		if got, ok := model.ParseDomain(text); ok {
			t.Errorf("%q is the domain %q", text, got)
		}
	}
}
