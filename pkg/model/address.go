package model

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Address is an e-mail address in the form in which addresses are compared: two
// that differ in it are two people.
//
// The domain is one by IDNA, so it may be written in any case and in Unicode or
// in ASCII. The local part is its owner's business alone, who may tell "ſ" from
// "s" and "İ" from "i": it is taken in NFC, and ASCII letters are lowered, since
// no provider tells them apart and everybody writes them as they like.
type Address struct {
	Local  string
	Domain string // in ASCII, in lower case
}

// maxAddress is how many characters an address may have.
const maxAddress = 254

// ParseAddress reads an address. It is false for text that isn't one, and for an
// address with an invisible character, joiners included.
func ParseAddress(text string) (Address, bool) {
	text = strings.TrimSpace(text)
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxAddress || strings.ContainsFunc(text, unfit) {
		return Address{}, false
	}
	if domain, ok = ParseDomain(domain); !ok {
		return Address{}, false
	}
	return Address{lowered(norm.NFC.String(local)), domain}, true
}

// unfit reports whether a character can't be in an address. Refused are those that
// RFC 5322 would have quoted, and those that normalising turns into ASCII, which
// would give two addresses the same look.
func unfit(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"(),:;<>[\]`, r)
	}
	return hidden(r) || unseen(r) || unicode.IsSpace(r) || turnsASCII(r)
}

// String returns the address as it is compared.
func (a Address) String() string { return a.Local + "@" + a.Domain }

// Key returns a digest of the address, of one length, so that it fits into a key
// of the table.
func (a Address) Key() string { return digest(a.String()) }

// AddressKey returns the key of an address in any spelling. A text that is no
// address, as user names of some directories are, has a key that no address has:
// it is compared as a local part is.
func AddressKey(text string) string {
	if a, ok := ParseAddress(text); ok {
		return a.Key()
	}
	return digest("\x00" + lowered(TidyAddress(text)))
}

// TidyAddress returns an address as it is stored and shown: trimmed and in NFC,
// but only trimmed where NFC would make another character ASCII.
func TidyAddress(text string) string {
	if text = strings.TrimSpace(text); strings.ContainsFunc(text, turnsASCII) {
		return text
	}
	return norm.NFC.String(text)
}

// turnsASCII reports whether normalising makes a non-ASCII character ASCII: the
// sign of kelvin becomes a K.
func turnsASCII(r rune) bool {
	return r >= utf8.RuneSelf && norm.NFC.String(string(r))[0] < utf8.RuneSelf
}

// domains is UTS 46 with the settings for looking a domain up.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// ParseDomain returns a domain in the form in which domains are compared: by
// IDNA (UTS 46, non-transitional), in ASCII and in lower case. It is false for
// text that isn't one, for a domain with an invisible character, and for an IP
// address in any of its spellings.
func ParseDomain(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if strings.ContainsFunc(text, unfit) || strings.HasSuffix(text, ".") {
		return "", false
	}
	domain, err := domains.ToASCII(text)
	if err != nil || domain == "" || strings.HasSuffix(domain, ".") {
		return "", false
	}
	if last := domain[strings.LastIndexByte(domain, '.')+1:]; isNumber(last) {
		return "", false
	}
	return domain, true
}

// isNumber reports whether a domain's last label is a decimal or hexadecimal
// number, which makes resolvers read the whole as an IP address. No public domain
// ends so.
func isNumber(label string) bool {
	digits, set := label, "0123456789"
	if rest, ok := strings.CutPrefix(label, "0x"); ok {
		digits, set = rest, set+"abcdef"
	}
	return strings.Trim(digits, set) == ""
}

// lowered lowers ASCII letters and nothing else.
func lowered(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
