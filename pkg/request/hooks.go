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

// Resolving is an input that names things which may not exist. It is asked after
// the resources of the line were found and before permissions are looked at, so
// that 404 comes before 403.
type Resolving interface {
	Resolve(ctx context.Context, c *Request) error
}

// Hooks are the interfaces that an input may implement.
func Hooks() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[Validating](), reflect.TypeFor[Loading](), reflect.TypeFor[Resolving]()}
}
