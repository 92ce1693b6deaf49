package api

import (
	"net/url"
	"regexp"
	"time"

	"wardroom/pkg/model"
)

// decimal is the format of ids that are strings on the wire, as Agenta's are.
const decimal = "decimal"

// dateTime is the form of RFC 3339; time.Parse alone takes a comma for the
// point, and one digit for the hour.
var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// wrongFormat holds a text against the format that its tag names. A format that
// isn't listed here is for the document alone.
func wrongFormat(format, s string) (flaw, bool) {
	switch format {
	case decimal:
		_, ok := parseID(s)
		return notInteger, !ok
	case "date-time":
		_, err := time.Parse(time.RFC3339Nano, s)
		return notDateTime, err != nil || !dateTime.MatchString(s)
	case "date":
		_, err := time.Parse(time.DateOnly, s)
		return notDate, err != nil
	case "email":
		_, ok := model.ParseAddress(s)
		return notEmail, !ok
	case "uri":
		u, err := url.Parse(s)
		return notURI, err != nil || u.Scheme == "" || u.Host == ""
	}
	return flaw{}, false
}
