package main

import "fmt"

// system is what the stack is made of, in the stack's own words: this file and
// declared.go are all that infra/aws knows of the packages that declare it.
type system struct {
	functions []function
	table     schema
}

// function is one group: one Lambda function.
type function struct {
	slug   string
	name   string // "Project APIs"
	routes []route
	grants []grant

	// The stream's function has no routes: records that pass the filter, and
	// what the schedule sends, come to it.
	filter    string
	scheduled map[string]any
}

// streams reports whether this is the function behind the table's stream.
func (f function) streams() bool { return f.filter != "" }

// route is one method of one path. An operation has one for its path and one
// for each of its aliases.
type route struct {
	method, path string
	operation    string
}

// schema is the single table.
type schema struct {
	pk, sk, ttl string
	indexes     []index
}

// index is a global secondary index. It projects keys alone, for a row found by
// one is read again from the table before anything is made of it.
type index struct{ name, pk, sk string }

// check refuses what would only fail when it is deployed.
func (s system) check() error {
	indexes := map[string]bool{"table": true}
	for _, i := range s.table.indexes {
		indexes[i.name] = true
	}
	for _, f := range s.functions {
		if f.grants == nil {
			return fmt.Errorf("actions.json has no entry for %s: run the tests that record it", f.slug)
		}
		for _, g := range f.grants {
			if !indexes[g.Resource] {
				return fmt.Errorf("actions.json: %s uses %s, which is neither the table nor one of its indexes", f.slug, g.Resource)
			}
		}
	}
	return nil
}
