package main

import (
	"bytes"
	"fmt"
	"net/http"

	"wardroom/pkg/fault"
)

// catalogue is the page docs/errors.md: every kind of refusal, in the order of
// their statuses.
func catalogue() []byte {
	var b bytes.Buffer
	b.WriteString(`# What is refused, and what helps

Written by ` + "`make docs`" + ` from ` + "`pkg/fault`" + `; changes here are lost.

A refusal is an envelope of ` + "`success: false`" + `, a message for people, ` + "`data: null`" + ` and ` + "`meta`" + ` with ` + "`code`" + `, the kind below, and ` + "`request_id`" + `. Programs decide by the status and the code; messages may change. On the workspace and organization routes the same statuses come as ` + "`{\"detail\": …}`" + ` without a code, and the form of a parameter is 422 there; under ` + "`/scim`" + ` as RFC 7644 has it.

| status | | code | when, and what helps |
|---|---|---|---|
`)
	for _, status := range fault.Statuses() {
		for _, k := range fault.Kinds(status) {
			fmt.Fprintf(&b, "| %d | %s | `%s` | %s |\n", status, http.StatusText(status), k, cell(k.Says()))
		}
	}
	return b.Bytes()
}
