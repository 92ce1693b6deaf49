package api

import (
	"errors"
	"net/url"
	"time"

	"wardroom/pkg/model"
)

// decimal is the format of ids that are strings on the wire, as Agenta's are.
const decimal = "decimal"

// wrongFormat checks a text by a format, and returns the flaw and true where it is
// wrong. Formats that aren't listed here are for the document alone.
func wrongFormat(format, s string) (flaw, bool) {
	switch format {
	case decimal:
		_, ok := parseID(s)
		return notInteger, !ok
	case "date-time":
		_, err := model.ParseTime(s)
		if errors.Is(err, model.ErrTimeRange) {
			return notInTime, true
		}
		return notDateTime, err != nil
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
