package request

import (
	"context"
	"reflect"

	"wardroom/pkg/model"
)

// Validating is an input with a rule about its form that no tag can express. It
// is asked once the caller is known, before anything else: a refusal of it is
// one of the request's form. It is told the time of the request.
type Validating interface {
	Validate(now model.Time) error
}

// Loading is an input that wants more rows read along with the caller's. Nothing
// is decided yet: only the caller's id, the organisation's and what the first trip
// read are known.
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
