package signin

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"wardroom/pkg/model"
)

// maxToken is the longest token that is read. API Gateway allows about 10 KB of headers
// anyway.
const maxToken = 16 << 10

// claims are a token's claims. Names are matched exactly: encoding/json would take
// "EMAIL" for "email", and some issuers let a user name claims of their own.
type claims map[string]json.RawMessage

func (c claims) text(name string) string {
	var s string
	_ = json.Unmarshal(c[name], &s) // what isn't a text is none
	return s
}

// texts returns a claim that may be one text or several, such as aud.
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

// isTrue reports whether a claim is true, or the text "true", as some issuers have it.
func (c claims) isTrue(name string) bool {
	var b bool
	return json.Unmarshal(c[name], &b) == nil && b || strings.EqualFold(c.text(name), "true")
}

func (c claims) has(name string) bool { _, ok := c[name]; return ok }

// header is the part of a token's header that names its type.
type header struct {
	Type string `json:"typ"`
}

// preview decodes a token without verifying it. It refuses every other form than a
// compact signed token, go-jose's JSON form included.
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

// kind reports whether a token is, by its own claims, an access token, else an ID token.
// It refuses tokens for other clients and for other uses: an issuer signs logout tokens,
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
		if typ != "at+jwt" && use != "access" { // it doesn't claim to be an access token
			return false, refused("for another audience")
		}
		return false, refused("of no client")
	}
	return access, nil
}

// maxName is the most characters of a name.
const maxName = 150

// name returns an issuer's name of a user as it is stored: without characters that names
// can't have, trimmed and cut to maxName.
func name(s string) string {
	s = strings.TrimSpace(model.AsName(strings.ReplaceAll(s, string(utf8.RuneError), "")))
	if r := []rune(s); len(r) > maxName {
		s = strings.TrimSpace(string(r[:maxName]))
	}
	return s
}
