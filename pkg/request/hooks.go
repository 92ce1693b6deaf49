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

// Anticipating is an input whose operation shows the contents of the resource in its
// path. Anticipate adds queries to the first trip, beside the reads of credentials, by
// the ids of the path alone, and returns the place for their answers, which Load gets
// from Fetch.Anticipated. The caller isn't known yet: each query needs a limit that
// keeps it cheap, and its answer may be used only after the second trip has shown that
// the caller sees the resource. Anticipate is called on a shared, empty input and must
// not write to it.
type Anticipating interface {
	Anticipate(f *Fetch, id func(field string) int64) (answer any)
}

// Resolving is an input that names things that may not exist. Resolve is called after
// the resources of the line were found and before the request is refused for a missing
// permission, so that its 404 comes before 403.
type Resolving interface {
	Resolve(ctx context.Context, c *Request) error
}

// Hooks are the interfaces that an input may implement.
func Hooks() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[Validating](), reflect.TypeFor[Anticipating](), reflect.TypeFor[Loading](), reflect.TypeFor[Resolving]()}
}
