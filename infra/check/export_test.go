package check

import "wardroom/pkg/table"

// Rules are the formats of what is said of rows, for each finding.
func Rules(rows table.Rows) (rules []string) {
	for _, f := range find(rows) {
		rules = append(rules, f.rule)
	}
	return rules
}
