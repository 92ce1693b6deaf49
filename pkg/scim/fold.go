package scim

import "strings"

// Lower is a word as SCIM compares it: letters of ASCII in lower case, and no other
// letter taken for one of them. In Unicode's cases the long s is an s, and the
// Kelvin sign a k.
func Lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// Same reports whether two words are one to SCIM, which doesn't tell cases apart.
func Same(a, b string) bool { return Lower(a) == Lower(b) }
