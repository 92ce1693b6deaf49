package account

import (
	"wardroom/pkg/model"
	"wardroom/pkg/scim"
)

// setEmails notes the edit of a user's one address, by any path to it. It refuses a
// second address, and a type or primary that the one can't have, since these would be
// lost.
func (in *patchSCIMIn) setEmails(op string, p scim.Path, value any) error {
	note := func(e edit) error { in.edits = append(in.edits, e); return nil }
	target, err := selected(p.Filter)
	if err != nil {
		return err
	}
	switch p.Sub {
	case "", "value":
	case "primary":
		if is, ok := scim.Truth(value); op == opRemove || !ok || !is {
			return badSCIM(mutability, "One address is kept, which is the primary one")
		}
		return note(target)
	case "type":
		if kind, ok := scim.Text(value); op == opRemove || !ok || !scim.Same(kind, workType) {
			return badSCIM(mutability, "One address is kept, which is of the type work")
		}
		return note(target)
	default:
		return nil
	}
	if op == opRemove {
		return in.removeEmail(target, value)
	}
	all := make([]mail, 0, 1)
	for _, v := range scim.List(value) {
		m, ok := mailOf(v)
		if !ok {
			return badSCIM(invalidValue, noMail)
		}
		if p.Filter != nil || p.Sub != "" { // by which the client means the address
			m.kind = workType
		}
		all = append(all, m)
	}
	text, sure := chosen(all)
	switch {
	case text == "" && p.Sub == "" && op == opReplace:
		return in.removeEmail(target, nil)
	case !isAddress(text):
		return badSCIM(invalidValue, noMail)
	}
	return note(func(u *model.User) error {
		if err := target(u); err != nil {
			return err
		}
		if op == opAdd && !sure && isAddress(u.Email) && model.AddressKey(u.Email) != model.AddressKey(text) {
			return badSCIM(noTarget, oneAddress)
		}
		address(u, text)
		return nil
	})
}

const oneAddress = "One address of a user is kept, which is primary and of the type work"

// removeEmail notes the removal of the address. Where value names one, it must be that.
func (in *patchSCIMIn) removeEmail(target edit, value any) error {
	for _, v := range scim.List(value) {
		m, ok := mailOf(v)
		if !ok {
			return badSCIM(invalidValue, noMail)
		}
		before := target
		target = func(u *model.User) error {
			if model.AddressKey(u.Email) != model.AddressKey(m.value) {
				return badSCIM(noTarget, oneAddress)
			}
			return before(u)
		}
	}
	in.edits = append(in.edits, func(u *model.User) error {
		if err := target(u); err != nil {
			return err
		}
		noAddress(u)
		return nil
	})
	return nil
}

// selected returns an edit that refuses (noTarget) unless a filter in a path selects the
// user's address. A filter that selects nobody's is refused at once.
func selected(filter []scim.Term) (edit, error) {
	wanted := ""
	for _, t := range filter {
		switch text, is := t.Value.(string); t.Path.Attribute + t.Path.Sub {
		case "type":
			if !scim.Same(text, workType) {
				return nil, badSCIM(noTarget, oneAddress)
			}
		case "primary":
			if is, ok := scim.Truth(t.Value); !ok || !is {
				return nil, badSCIM(noTarget, oneAddress)
			}
		case "value":
			if !is || text == "" || wanted != "" && model.AddressKey(text) != model.AddressKey(wanted) {
				return nil, badSCIM(noTarget, oneAddress)
			}
			wanted = text
		default:
			return nil, badSCIM(noTarget, oneAddress)
		}
	}
	return func(u *model.User) error {
		if wanted != "" && model.AddressKey(u.Email) != model.AddressKey(wanted) {
			return badSCIM(noTarget, oneAddress)
		}
		return nil
	}, nil
}
