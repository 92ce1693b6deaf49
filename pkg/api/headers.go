package api

import "strings"

// parseIfMatch reads the If-Match lines of a request: the versions without quotes, or
// "*". Weak tags are dropped, because they never match, and so is "*" in quotes, which
// is no version. It returns nil without a header, and false for a malformed one.
func parseIfMatch(lines []string) ([]string, bool) {
	if len(lines) == 0 {
		return nil, true
	}
	rest := strings.Trim(strings.Join(lines, ","), " \t")
	if rest == "*" {
		return []string{"*"}, true
	}
	tags, any := []string{}, false
	for {
		rest = strings.TrimLeft(rest, " \t,") // empty elements of a list are allowed
		if rest == "" && any {
			return tags, true
		}
		var weak bool
		if rest, weak = strings.CutPrefix(rest, "W/"); rest == "" || rest[0] != '"' {
			return nil, false
		}
		tag, after, closed := strings.Cut(rest[1:], `"`)
		if !closed || strings.ContainsFunc(tag, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
			return nil, false
		}
		if any = true; !weak && tag != "*" {
			tags = append(tags, tag)
		}
		if rest = strings.TrimLeft(after, " \t"); rest != "" && rest[0] != ',' {
			return nil, false
		}
	}
}

// parseKey reads the Idempotency-Key lines of a request: "" without one, false for a
// malformed one.
func parseKey(lines []string) (string, bool) {
	if len(lines) == 0 {
		return "", true
	}
	key := lines[0]
	if len(lines) > 1 || key == "" || len(key) > 255 {
		return "", false
	}
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return "", false
		}
	}
	return key, true
}
