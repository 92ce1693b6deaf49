package extract

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	dayLayout  = "2006-01-02"
	timeLayout = "15:04:05"
)

// dateLayout returns the layout of dates for a number format, by the id of a built-in one
// (ECMA-376 part 1, 18.8.30) or by its code; "" for a format that isn't of dates.
func dateLayout(id, code string) string {
	switch n, _ := strconv.Atoi(id); {
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 58:
		return dayLayout
	case n == 22:
		return dayLayout + " 15:04"
	case n >= 18 && n <= 21, n >= 45 && n <= 47:
		return timeLayout
	}
	code = strings.ToLower(bare(code))
	if strings.HasPrefix(code, "general") {
		return ""
	}
	day, clock := strings.ContainsAny(code, "yd"), strings.ContainsAny(code, "hs")
	switch {
	case day && clock:
		return dayLayout + " " + timeLayout
	case day:
		return dayLayout
	case clock:
		return timeLayout
	}
	return ""
}

// bare returns a number format without its texts, conditions and colours.
func bare(code string) string {
	var out strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"', '[':
			end := byte('"')
			if c == '[' {
				end = ']'
			}
			if n := strings.IndexByte(code[i+1:], end); n >= 0 {
				i += n + 1
			}
		case '\\', '_', '*': // and the next character
			i++
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// lastDay bounds the days of workbooks: the day after 9999-12-31.
const lastDay = 2958466

// dateOf formats a number of days since the epoch as a date, "" outside of the range.
func dateOf(days float64, from1904 bool, layout string) string {
	if math.IsNaN(days) || days < 0 || days >= lastDay {
		return ""
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if from1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	whole := math.Floor(days)
	seconds := time.Duration(math.Round((days-whole)*86400)) * time.Second
	return epoch.AddDate(0, 0, int(whole)).Add(seconds).Format(layout)
}
