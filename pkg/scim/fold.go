package scim

import "strings"

// Lower returns a word as SCIM compares it, with ASCII letters in lower case. Other
// letters are kept: Unicode's lower case would make the Kelvin sign a k.
func Lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// Same reports whether two words are the same to SCIM, which ignores case.
func Same(a, b string) bool { return Lower(a) == Lower(b) }
