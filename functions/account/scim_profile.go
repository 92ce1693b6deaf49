package account

import (
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/scim"
)

// A user has one address, which SCIM shows as primary and of type work. It is the
// userName as well, unless that is no address, or the provider sends another one in
// emails: then the userName is stored beside it, as it was sent.

const workType = "work"

func isAddress(text string) bool {
	_, ok := model.ParseAddress(text)
	return ok
}

// login sets a user's userName. The address changes with it where they are the same,
// unless the new name is no address.
func login(u *model.User, name string) {
	if u.UserName == "" && (isAddress(name) || !isAddress(u.Email)) {
		u.Email = model.TidyAddress(name)
	}
	called(u, name)
}

// address sets a user's address, and keeps the userName.
func address(u *model.User, text string) {
	name := u.Login()
	u.Email = model.TidyAddress(text)
	called(u, name)
}

// noAddress removes the address: the userName replaces it.
func noAddress(u *model.User) {
	name := u.Login()
	u.Email = model.TidyAddress(name)
	called(u, name)
}

func called(u *model.User, name string) {
	if u.UserName = name; name == u.Email {
		u.UserName = ""
	}
}

// mail is one of the addresses that a provider sends.
type mail struct {
	value, kind string
	primary     bool
}

// mailOf reads one of them; false for anything else.
func mailOf(v any) (m mail, ok bool) {
	if text, is := v.(string); is {
		return mail{value: strings.TrimSpace(text)}, true
	}
	value, ok := scim.Member(v, "value")
	if !ok {
		return m, false
	}
	text, ok := scim.Text(value)
	if !ok && value != nil {
		return m, false
	}
	m.value = strings.TrimSpace(text)
	if kind, given := scim.Member(v, "type"); given {
		m.kind, _ = scim.Text(kind)
	}
	if primary, given := scim.Member(v, "primary"); given {
		m.primary, _ = scim.Truth(primary)
	}
	return m, true
}

// chosen returns the one of several addresses that is stored: the primary, else that of
// type work, else the first; "" for none. sure is false for one of another type, which
// is chosen only for want of a better one.
func chosen(all []mail) (text string, sure bool) {
	best := 0
	for _, m := range all {
		rank := 1
		switch {
		case m.value == "":
			continue
		case m.primary:
			rank = 4
		case scim.Same(m.kind, workType):
			rank = 3
		case m.kind == "":
			rank = 2
		}
		if rank > best {
			text, best = m.value, rank
		}
	}
	return text, best > 1
}

const noMail = "emails must hold an e-mail address"
