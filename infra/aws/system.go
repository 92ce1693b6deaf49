package main

import "fmt"

// system is the functions and the table that the stack deploys. Only declared.go makes
// one, so that the rest of infra/aws doesn't depend on the packages that declare them.
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

	// The stream's function has no routes: it gets the records that pass the filter, and
	// the schedule's events.
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

// index is a global secondary index. It projects keys alone, since rows that it finds
// are read again from the table before they are used.
type index struct{ name, pk, sk string }

// check refuses a system that would fail only when it is deployed.
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
