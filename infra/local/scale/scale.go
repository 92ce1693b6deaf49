// Package scale says how often a test does something: as often as the product
// promises in `make test-long`, a tenth of that in `make test`, which runs after
// every step.
package scale

import "os"

// variable is set to "long" by `make test-long`.
const variable = "WARDROOM_TESTS"

// Of returns full in `make test-long` and a tenth of it, at least one,
// otherwise. A test that asks ends its name in AtScale, by which `make
// test-long` finds it.
func Of(full int) int {
	if os.Getenv(variable) == "long" {
		return full
	}
	return max(1, full/10)
}
