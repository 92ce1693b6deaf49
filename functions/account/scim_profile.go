package account

import (
	"strings"

	"wardroom/pkg/model"
	"wardroom/pkg/scim"
)

// A user has one address, which is of type work and primary to SCIM. It is the
// userName as well, unless that is no address, or the provider gives another one
// in emails: then the userName is kept beside it, as it was sent.

const workType = "work"

func isAddress(text string) bool {
	_, ok := model.ParseAddress(text)
	return ok
}

// login gives a user another userName. The address follows where it is the
// userName, unless it would be one no longer.
func login(u *model.User, name string) {
	if u.UserName == "" && (isAddress(name) || !isAddress(u.Email)) {
		u.Email = model.TidyAddress(name)
	}
	called(u, name)
}

// address gives a user another address, and leaves the userName.
func address(u *model.User, text string) {
	name := u.Login()
	u.Email = model.TidyAddress(text)
	called(u, name)
}

// noAddress takes the address away: the userName stands for it.
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

// mailOf reads one; false where it is none.
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

// chosen is which of several addresses a user is kept with: the primary, else
// that of work, else the first. sure says that it isn't taken for want of a
// better one alone. It is "" where there is none.
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
