package model

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseTime(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		err        error
	}{
		{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z", nil},
		{"1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00.000000Z", nil},
		{"9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z", nil},
		{"9999-12-31T23:59:59-00:00", "9999-12-31T23:59:59.000000Z", nil},
		{"9999-12-31T23:59:59-23:59", "", ErrTimeRange}, // the year 10000
		{"1970-01-01T00:00:00+00:01", "", ErrTimeRange},
		{"0001-01-01T00:00:00Z", "", ErrTimeRange}, // how never is written
		{"0000-01-01T00:00:00+23:59", "", ErrTimeRange},
		{"10000-01-01T00:00:00Z", "", ErrNotTime},
		{"2026-01-01T00:00:60Z", "", ErrNotTime},
		{"2026-01-01T00:00:00,5Z", "", ErrNotTime},
		{"2026-01-01t00:00:00z", "", ErrNotTime},
		{"2026-01-01", "", ErrNotTime},
	} {
		got, err := ParseTime(tt.text)
		if !errors.Is(err, tt.err) || err == nil && got.String() != tt.want {
			t.Errorf("%s: %v, %v", tt.text, got, err)
		}
	}
}

// What is written is read back, whatever is added to it; what couldn't be isn't
// written.
func TestTimesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.OneOf(rapid.Int64Range(first.t.Unix(), last.t.Unix()), rapid.SampledFrom([]int64{first.t.Unix(), last.t.Unix()})).Draw(t, "seconds")
		at := At(time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")))
		at = at.Add(time.Duration(rapid.Int64().Draw(t, "duration")))
		text, err := at.MarshalText()
		if err != nil {
			t.Fatal(at, err)
		}
		var back Time
		if err := back.UnmarshalText(text); err != nil || back != at {
			t.Fatalf("%s comes back as %v, %v", text, back, err)
		}
	})
	for _, outside := range []time.Time{first.t.Add(-time.Microsecond), last.t.Add(time.Microsecond)} {
		if text, err := At(outside).MarshalText(); err == nil {
			t.Errorf("%s is written", text)
		}
	}
	var never Time
	text, err := never.MarshalText()
	if err != nil || never.UnmarshalText(text) != nil || !never.IsZero() || !never.Add(time.Hour).IsZero() {
		t.Errorf("never is %s, %v", text, err)
	}
}
