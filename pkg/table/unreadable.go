package table

import (
	"errors"
	"fmt"

	"github.com/guregu/dynamo/v2"
)

// Unreadable says that a row can't be decoded as the entity that its key and its
// kind name: somebody edited the table by hand, or a fault of ours wrote it. A
// request that needs the row fails with it; a list that is shown omits the row;
// work that goes on without it reports it. No row is taken for absent for being
// unreadable, since a second one could be made then.
type Unreadable struct {
	Key  Primary
	Kind string
	Err  error
}

func (u *Unreadable) Error() string {
	return fmt.Sprintf("table: the %s %s / %s can't be read: %v", u.Kind, u.Key.PK, u.Key.SK, u.Err)
}

// Unwrap returns the reason.
func (u *Unreadable) Unwrap() error { return u.Err }

// UnreadableIn returns the unreadable rows that err names; false where err is or
// contains another error.
func UnreadableIn(err error) ([]*Unreadable, bool) {
	switch e := err.(type) { //nolint:errorlint // a chain with anything else in it says more
	case *Unreadable:
		return []*Unreadable{e}, true
	case interface{ Unwrap() []error }:
		var all []*Unreadable
		for _, one := range e.Unwrap() {
			u, is := one.(*Unreadable) //nolint:errorlint // likewise
			if !is {
				return nil, false
			}
			all = append(all, u)
		}
		return all, len(all) > 0
	}
	return nil, false
}

// Reasons why a row is unreadable, beside those of its attributes.
var (
	errKind = errors.New("no entity is called so")
	errKey  = errors.New("its key is that of something else")
)

// readers check that an item can be read as the entity with the name.
var readers = map[string]func(Primary, dynamo.Item) error{}

func (e *Entity[T]) reads(p Primary, item dynamo.Item) error {
	if !e.parse(p, func(string, string) {}) {
		return errKey
	}
	for _, a := range e.sound() {
		if av, there := item[a.name]; there {
			if err := a.check(av); err != nil {
				return err
			}
		}
	}
	return nil
}

// Sound returns an *Unreadable where the item with this key can't be read, else nil.
func Sound(p Primary, item dynamo.Item) error {
	name := KindOf(item)
	read, ok := readers[name]
	if !ok {
		return &Unreadable{p, fmt.Sprintf("%q", name), errKind}
	}
	if err := read(p, item); err != nil {
		return &Unreadable{p, name, err}
	}
	return nil
}

// sift removes unreadable rows, and returns an error that names each of them, nil
// where there is none.
func (r Rows) sift() error {
	var bad []error
	for p, item := range r {
		if err := Sound(p, item); err != nil {
			bad = append(bad, err)
			delete(r, p)
		}
	}
	return errors.Join(bad...)
}
