package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// finding is one complaint about one resource of one template.
type finding struct {
	tool, rule string
	kind       string // the resource's type
	resource   string // where, for the reader
	message    string
}

// exception explains why a rule is broken by a type of resource.
type exception struct {
	Tool   string `json:"tool"`
	Rule   string `json:"rule"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

func (e exception) covers(f finding) bool {
	return e.Tool == f.tool && e.Rule == f.rule && e.Type == f.kind
}

// read refuses an exception without a reason, or one given twice.
func read(path string) ([]exception, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []exception
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	seen := map[[3]string]bool{}
	for _, e := range all {
		id := [3]string{e.Tool, e.Rule, e.Type}
		if e.Reason == "" || seen[id] {
			return nil, fmt.Errorf("%s: %s %s on %s needs one entry with a reason", path, e.Tool, e.Rule, e.Type)
		}
		seen[id] = true
	}
	return all, nil
}

// compare returns the findings that nothing explains and the exceptions that
// explain nothing.
func compare(found []finding, allowed []exception) (unexplained []finding, unneeded []exception) {
	for _, f := range found {
		if !slices.ContainsFunc(allowed, func(e exception) bool { return e.covers(f) }) {
			unexplained = append(unexplained, f)
		}
	}
	for _, e := range allowed {
		if !slices.ContainsFunc(found, e.covers) {
			unneeded = append(unneeded, e)
		}
	}
	return unexplained, unneeded
}
