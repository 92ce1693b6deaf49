package api

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"wardroom/pkg/fault"
)

// flaw is a mistake in a field, in the words of both dialects: ours, and FastAPI's
// message and type. None repeats a value.
type flaw struct{ says, msg, typ string }

var (
	missing       = flaw{"is required", "field required", "value_error.missing"}
	isNull        = flaw{"must not be null", "none is not an allowed value", "type_error.none.not_allowed"}
	notInteger    = flaw{"must be an integer", "value is not a valid integer", "type_error.integer"}
	notNumber     = flaw{"must be a number", "value is not a valid float", "type_error.float"}
	notBoolean    = flaw{"must be true or false", "value could not be parsed to a boolean", "type_error.bool"}
	notString     = flaw{"must be a string", "str type expected", "type_error.str"}
	notList       = flaw{"must be a list", "value is not a valid list", "type_error.list"}
	notObject     = flaw{"must be an object", "value is not a valid dict", "type_error.dict"}
	notEmail      = flaw{"must be an e-mail address", "value is not a valid email address", "value_error.email"}
	notInTime     = flaw{"must be within the years 1970 to 9999, in UTC", "invalid datetime format", "value_error.datetime"}
	notDateTime   = flaw{"must be an RFC 3339 date and time", "invalid datetime format", "value_error.datetime"}
	notDate       = flaw{"must be a date (YYYY-MM-DD)", "invalid date format", "value_error.date"}
	notURI        = flaw{"must be an absolute URL", "invalid or missing URL scheme", "value_error.url"}
	notRight      = flaw{"is not valid", "value is not valid", "value_error"}
	blank         = flaw{"must not be blank", "must not be blank", "value_error"}
	unknown       = flaw{"is unknown", "extra fields not permitted", "value_error.extra"}
	givenTwice    = flaw{"is given twice", "is given twice", "value_error"}
	notUnique     = flaw{"must not repeat an item", "the list has duplicated items", "value_error.list.unique_items"}
	invalidUTF8   = flaw{"is not valid UTF-8", "is not valid UTF-8", "value_error"}
	loneSurrogate = flaw{"holds a lone surrogate", "holds a lone surrogate", "value_error"}
	holdsNUL      = flaw{"must not hold NUL", "must not hold NUL", "value_error"}
	tooDeep       = flaw{"is nested too deeply", "is nested too deeply", "value_error.jsondecode"}
	unreadable    = flaw{"could not be read", "could not be read", "value_error"}
	badQuery      = flaw{"is malformed", "is malformed", "value_error"}
	badCursor     = flaw{"is not a cursor of this list", "is not a cursor of this list", "value_error"}
	badTags       = flaw{`must be * or a list of entity tags, such as "1", with its quotes`, "must be * or a list of entity tags", "value_error"}
	badKey        = flaw{"must be 1 to 255 printable ASCII characters, given once", "must be 1 to 255 printable ASCII characters, given once", "value_error"}
)

func malformedAt(pos int) flaw {
	says := fmt.Sprintf("is not valid JSON (at byte %d)", pos)
	return flaw{says, says, "value_error.jsondecode"}
}

// limited is a flaw about a bound; both texts have it as %v.
func limited(says, msg, typ string, bound any) flaw {
	return flaw{fmt.Sprintf(says, bound), fmt.Sprintf(msg, bound), typ}
}

// complaint is a flaw at a place: "body.user_ids[1]".
type complaint struct {
	where string
	flaw
}

// maxComplaints bounds the answer to a body that is full of mistakes.
const maxComplaints = 50

// complaints are the mistakes in a request's form. As an error they are a fault of
// kind invalid; the workspace dialect shows them as a list.
type complaints []complaint

func (c *complaints) add(where string, f flaw) {
	if len(*c) < maxComplaints {
		*c = append(*c, complaint{where, f})
	}
}

func (c complaints) Error() string { return c.fault().Error() }

// Unwrap lets fault.Of find the fault.
func (c complaints) Unwrap() error { return c.fault() }

func (c complaints) fault() *fault.Fault {
	f := fault.New(fault.KindInvalid, "Invalid request")
	f.Fields = make(map[string]string, len(c))
	for _, one := range c {
		if _, named := f.Fields[one.where]; !named { // the first is the cause of the others
			f.Fields[one.where] = one.says
		}
	}
	return f
}

// trail is the place in a body that is being checked. It grows and shrinks in one
// buffer, so a body without mistakes costs no strings.
type trail struct{ buf []byte }

func newTrail(root string) trail { return trail{append(make([]byte, 0, 48), root...)} }

// push enters a key and returns the argument for pop. A key is the caller's own text,
// so a long one is cut.
func (t *trail) push(key string) int {
	back := len(t.buf)
	t.buf = append(append(t.buf, '.'), shortened(key)...)
	return back
}

func (t *trail) index(i int) int {
	back := len(t.buf)
	t.buf = append(strconv.AppendInt(append(t.buf, '['), int64(i), 10), ']')
	return back
}

func (t *trail) pop(back int) { t.buf = t.buf[:back] }

func (t *trail) String() string { return string(t.buf) }

// shortened returns a name from the request, cut and in valid UTF-8, for an answer.
func shortened(name string) string {
	const most = 64
	if len(name) <= most {
		return strings.ToValidUTF8(name, "\uFFFD")
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return strings.ToValidUTF8(name[:cut], "\uFFFD") + "…"
}
