package request

import (
	"context"
	"reflect"

	"wardroom/pkg/model"
)

// Validating is an input with rules of form that no tag can express. Validate is
// called at the time now of a try, before anything is read for it; its refusal (400)
// comes after 401 and before all others.
type Validating interface {
	Validate(now model.Time) error
}

// Loading is an input that adds reads to the second trip. Nothing is decided yet:
// only the ids of caller and organisation and the rows of the first trip are known.
type Loading interface{ Load(f *Fetch) }

// Anticipating is an input whose operation shows what lies inside the thing that its
// path names. It puts its questions on the first trip, along with the credentials, by
// the ids of the path alone, and returns the place for their answers, which Load finds
// in its Fetch. Nobody knows yet who calls: a question has a limit that costs little,
// and its answer is for those alone whom the second trip lets see the thing. It is
// asked of an input without any form, which it leaves as it is.
type Anticipating interface {
	Anticipate(f *Fetch, id func(field string) int64) (answer any)
}

// Resolving is an input that names things which may not exist. It is asked after
// the resources of the line were found and before permissions are looked at, so
// that 404 comes before 403.
type Resolving interface {
	Resolve(ctx context.Context, c *Request) error
}

// Hooks are the interfaces that an input may implement.
func Hooks() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[Validating](), reflect.TypeFor[Anticipating](), reflect.TypeFor[Loading](), reflect.TypeFor[Resolving]()}
}
