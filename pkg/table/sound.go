package table

import (
	"encoding"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"wardroom/pkg/model"
)

// sound returns why an attribute can't be decoded into a field of some type, nil
// where it can. Every row of every request is checked, so common types are checked
// without making a value.
type sound func(types.AttributeValue) error

// checked is an attribute and its check.
type checked struct {
	name  string
	check sound
}

// checks returns the checks of all attributes of e. They are made when the first
// item is read.
func (e *Entity[T]) checks() []checked {
	t, out := reflect.TypeFor[T](), make([]checked, len(e.attributes))
	for i, name := range e.attributes {
		out[i] = checked{name, soundFor(t.FieldByIndex(e.fields[name]).Type)}
	}
	return out
}

var (
	timeType = reflect.TypeFor[model.Time]()
	textType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// soundFor returns the check of fields of type t.
func soundFor(t reflect.Type) sound {
	decodes := func(av types.AttributeValue) error {
		return dynamo.Unmarshal(av, reflect.New(t).Interface()) //nolint:wrapcheck // Sound wraps it
	}
	var quick func(types.AttributeValue) bool
	switch {
	case t.Kind() == reflect.Pointer:
		of := soundFor(t.Elem())
		return func(av types.AttributeValue) error {
			if _, null := av.(*types.AttributeValueMemberNULL); null {
				return nil
			}
			return of(av)
		}
	case t == timeType:
		quick = func(av types.AttributeValue) bool {
			s, ok := av.(*types.AttributeValueMemberS)
			if !ok {
				return false
			}
			_, err := model.ParseTime(s.Value)
			return err == nil // an empty one may be "never": decode it
		}
	case reflect.PointerTo(t).Implements(textType):
		return decodes
	case t.Kind() == reflect.String:
		quick = func(av types.AttributeValue) bool { _, ok := av.(*types.AttributeValueMemberS); return ok }
	case t.Kind() == reflect.Bool:
		quick = func(av types.AttributeValue) bool {
			_, ok := av.(*types.AttributeValueMemberBOOL)
			return ok
		}
	case t.Kind() == reflect.Int64:
		quick = func(av types.AttributeValue) bool {
			n, ok := av.(*types.AttributeValueMemberN)
			if !ok {
				return false
			}
			_, err := strconv.ParseInt(n.Value, 10, 64)
			return err == nil
		}
	case t == reflect.TypeFor[[]byte]():
		quick = func(av types.AttributeValue) bool { _, ok := av.(*types.AttributeValueMemberB); return ok }
	default:
		return decodes
	}
	return func(av types.AttributeValue) error {
		if quick(av) {
			return nil
		}
		return decodes(av)
	}
}
