// Package model has the types that Wardroom stores and answers with: plain structs
// that import nothing of ours. A json tag names a field on the wire, a dynamo tag
// names it in the table; a field that must not be shown says json:"-".
package model

import (
	"errors"
	"strings"
	"time"
)

// layout is RFC 3339 in UTC with always six digits of fraction.
const layout = "2006-01-02T15:04:05.000000Z"

// Time is an instant to the microsecond, written in UTC as
// 2024-01-30T17:23:41.663281Z, of the years 1970 to 9999: an earlier or a later
// one could be written and not read back, and would sort out of place as text.
// The zero Time is "never".
type Time struct{ t time.Time }

// The first and the last instant there are.
var (
	first = At(time.Unix(0, 0))
	last  = At(time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC))
)

// Refusals of a text or an instant.
var (
	ErrNotTime   = errors.New("not an RFC 3339 time")
	ErrTimeRange = errors.New("not within the years 1970 to 9999, in UTC")
)

// Now returns the present.
func Now() Time { return At(time.Now()) }

// At returns t, cut to the microsecond so that it reads back as it was written.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Microsecond)} }

// Std returns the instant as a time.Time.
func (t Time) Std() time.Time { return t.t }

// IsZero reports whether t is "never".
func (t Time) IsZero() bool { return t.t.IsZero() }

// After reports whether t is later than u.
func (t Time) After(u Time) bool { return t.t.After(u.t) }

// Equal reports whether t and u are the same instant, for comparisons in tests
// as well as in code.
func (t Time) Equal(u Time) bool { return t.t.Equal(u.t) }

// Add returns the instant d later, or the last or the first there is where that
// would be beyond it. Never stays never.
func (t Time) Add(d time.Duration) Time {
	if t.IsZero() {
		return t
	}
	sum := At(t.t.Add(d))
	switch {
	case first.After(sum):
		return first
	case sum.After(last):
		return last
	}
	return sum
}

// outside reports whether t is neither never nor within the years there are.
func (t Time) outside() bool { return !t.IsZero() && (first.After(t) || t.After(last)) }

// String returns the written form.
func (t Time) String() string { return t.t.Format(layout) }

// MarshalText implements encoding.TextMarshaler. It returns ErrTimeRange for an
// instant that UnmarshalText would refuse, so that none is ever written.
func (t Time) MarshalText() ([]byte, error) {
	if t.outside() {
		return nil, ErrTimeRange
	}
	// AppendFormat writes all nine digits of a fraction before it cuts them.
	return t.t.AppendFormat(make([]byte, 0, len(layout)+3), layout), nil
}

// UnmarshalText reads what MarshalText wrote, and what ParseTime takes.
func (t *Time) UnmarshalText(b []byte) error {
	if string(b) == never {
		*t = Time{}
		return nil
	}
	parsed, err := ParseTime(string(b))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

// never is how the zero Time is written.
var never = Time{}.String()

// ParseTime reads any RFC 3339 time with an offset: the text of a request, a
// query or a flag. It returns ErrNotTime or ErrTimeRange.
func ParseTime(s string) (Time, error) {
	parsed, err := time.Parse(time.RFC3339Nano, s)
	// time.Parse alone takes a comma for the point, and one digit for the hour.
	if err != nil || s[len("2006-01-02T15")] != ':' || strings.Contains(s, ",") {
		return Time{}, ErrNotTime
	}
	if t := At(parsed); !t.IsZero() && !t.outside() {
		return t, nil
	}
	return Time{}, ErrTimeRange
}
