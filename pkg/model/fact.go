package model

// Integer is an integer among the facts of an audit row, as noted or as the table
// or its stream gives it back; false for what is none.
func Integer(fact any) (int64, bool) {
	switch n := fact.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64:
		return int64(n), true
	}
	return 0, false
}
