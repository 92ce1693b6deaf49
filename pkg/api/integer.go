package api

import (
	"strconv"
	"strings"
)

// maxID is the largest integer that every JSON parser keeps exact.
const maxID = 1<<53 - 1

// parseID reads ^[1-9][0-9]*$ up to 2^53-1.
func parseID(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && isInteger(text) && id >= 1 && id <= maxID
}

// isInteger reports whether s is written as an integer: no sign but "-", no
// leading zero, no fraction, no exponent.
func isInteger(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s == "0" || s != "" && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}

// integral rewrites a JSON number without fraction and exponent; false where it is no
// integer. It works on digits, because a float64 would round 9007199254740990.9999 to
// an integer.
func integral(number string) (string, bool) {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	mantissa, exponent := number, 0
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		mantissa = number[:i]
		var err error
		if exponent, err = strconv.Atoi(number[i+1:]); err != nil || exponent > 64 {
			return "", false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimRight(whole+fraction, "0")
	point := len(whole) + exponent
	switch {
	case digits == "":
		return "0", true
	case point < len(digits):
		return "", false
	}
	digits = strings.TrimLeft(digits+strings.Repeat("0", point-len(digits)), "0")
	return sign + digits, true
}
