// Package model is what Wardroom keeps: plain types that import nothing of
// ours. A json tag names a field on the wire, a dynamo tag names it in the
// table; a field that must not be shown says json:"-".
package model

import (
	"fmt"
	"time"
)

// layout is RFC 3339 in UTC with always six digits of fraction.
const layout = "2006-01-02T15:04:05.000000Z"

// Time is an instant to the microsecond, written in UTC as
// 2024-01-30T17:23:41.663281Z. The zero Time is "never".
type Time struct{ t time.Time }

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

// Add returns the instant d later.
func (t Time) Add(d time.Duration) Time { return At(t.t.Add(d)) }

// String returns the written form.
func (t Time) String() string { return t.t.Format(layout) }

// MarshalText implements encoding.TextMarshaler.
func (t Time) MarshalText() ([]byte, error) {
	// AppendFormat writes all nine digits of a fraction before it cuts them.
	return t.t.AppendFormat(make([]byte, 0, len(layout)+3), layout), nil
}

// UnmarshalText accepts any RFC 3339 time with an offset.
func (t *Time) UnmarshalText(b []byte) error {
	parsed, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return fmt.Errorf("not an RFC 3339 time")
	}
	*t = At(parsed)
	return nil
}
