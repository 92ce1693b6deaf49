package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// grant is one action that a function uses on the table or on one of its indexes.
type grant struct {
	Action   string `json:"action"`   // "dynamodb:GetItem"
	Resource string `json:"resource"` // "table", or the name of an index
}

// The golden is not written by hand: the tests of infra/ledger record every call
// that a function makes and compare it with this file, both ways. So a role
// holds exactly what its function was seen to need.
//
//go:embed actions.json
var recorded []byte

func grants() (map[string][]grant, error) {
	var all map[string][]grant
	if err := json.Unmarshal(recorded, &all); err != nil {
		return nil, fmt.Errorf("actions.json: %w", err)
	}
	return all, nil
}
