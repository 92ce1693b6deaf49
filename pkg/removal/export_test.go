package removal

import (
	"maps"
	"slices"
)

// Things are the names of all that a removal keeps in the table, in their order.
func Things() []string { return slices.Sorted(maps.Keys(readers())) }
