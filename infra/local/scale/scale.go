// Package scale scales the counts of tests: the product's promised counts in
// `make test-long`, a tenth in `make test`, which runs after every step.
package scale

import "os"

// variable is set to "long" by `make test-long`.
const variable = "WARDROOM_TESTS"

// Long reports whether `make test-long` runs, which leaves nothing out.
func Long() bool { return os.Getenv(variable) == "long" }

// Of returns full in `make test-long` and a tenth of it, at least one, otherwise.
func Of(full int) int {
	if Long() {
		return full
	}
	return max(1, full/10)
}

// Stride returns the step by which a test goes through many similar cases, such as the
// calls at which something may end: 1 in `make test-long`, n otherwise.
func Stride(n int) int {
	if Long() {
		return 1
	}
	return n
}
