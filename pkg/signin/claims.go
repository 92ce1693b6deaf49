package signin

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"wardroom/pkg/model"
)

// maxToken is the longest token that is looked at. Headers of a request end at
// about 10 KB at API Gateway anyway.
const maxToken = 16 << 10

// claims are what a token says of itself. Names are matched to the letter:
// encoding/json would take "EMAIL" for "email", and some issuers let a user name
// claims of its own.
type claims map[string]json.RawMessage

func (c claims) text(name string) string {
	var s string
	_ = json.Unmarshal(c[name], &s) // what isn't a text is none
	return s
}

// texts is a claim that may be one text or several, as aud.
func (c claims) texts(name string) []string {
	var list []string
	if json.Unmarshal(c[name], &list) == nil {
		return list
	}
	if s := c.text(name); s != "" {
		return []string{s}
	}
	return nil
}

// isTrue reports whether a claim says yes, be it as a text, as some issuers
// have it.
func (c claims) isTrue(name string) bool {
	var b bool
	return json.Unmarshal(c[name], &b) == nil && b || strings.EqualFold(c.text(name), "true")
}

func (c claims) has(name string) bool { _, ok := c[name]; return ok }

// header is the part of a token's header that tells what it is.
type header struct {
	Type string `json:"typ"`
}

// preview reads a token without believing it. It refuses everything that has
// another form than a signed token, among it what go-jose would read as its
// JSON form.
func preview(raw string) (header, claims, error) {
	parts := strings.Split(raw, ".")
	if len(raw) > maxToken || len(parts) != 3 {
		return header{}, nil, refused("of another form")
	}
	var h header
	var c claims
	for i, into := range []any{&h, &c} {
		text, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
		if err != nil || !utf8.Valid(text) || json.Unmarshal(text, into) != nil {
			return header{}, nil, refused("of another form")
		}
	}
	if _, err := base64.RawURLEncoding.DecodeString(parts[2]); err != nil || parts[2] == "" {
		return header{}, nil, refused("not signed")
	}
	return h, c, nil
}

// kind says what a token is by its own words, and refuses those that are for
// somebody else or for something else: an issuer signs logout tokens,
// introspection answers and more with the same keys and for the same audience.
func kind(h header, c claims, clients []string) (access bool, err error) {
	typ := strings.TrimPrefix(strings.ToLower(h.Type), "application/")
	use := c.text("token_use") // Cognito's way to say it
	ours := slices.ContainsFunc(c.texts("aud"), func(a string) bool { return slices.Contains(clients, a) })
	switch {
	case c.has("events"):
		return false, refused("an event, no token to sign in with")
	case typ == "at+jwt", use == "access":
		access = true
	case typ != "" && typ != "jwt":
		return false, refused("of another type")
	case use != "" && use != "id":
		return false, refused("for another use")
	default:
		access = use != "id" && !ours
	}
	if !access && !ours {
		return false, refused("for another audience")
	}
	named := 0
	for _, name := range []string{"client_id", "azp"} {
		if !c.has(name) {
			continue
		}
		if named++; !slices.Contains(clients, c.text(name)) {
			return false, refused("of another client")
		}
	}
	if access && named == 0 {
		if typ != "at+jwt" && use != "access" { // it doesn't call itself one
			return false, refused("for another audience")
		}
		return false, refused("of no client")
	}
	return access, nil
}

// maxName is as long as a name may be.
const maxName = 150

// name is a name as an issuer knows it, made fit to be shown.
func name(s string) string {
	s = strings.TrimSpace(model.AsName(strings.ReplaceAll(s, string(utf8.RuneError), "")))
	if r := []rune(s); len(r) > maxName {
		s = strings.TrimSpace(string(r[:maxName]))
	}
	return s
}
