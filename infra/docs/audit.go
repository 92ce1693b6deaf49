package main

import (
	"bytes"
	"fmt"
	"strings"

	"wardroom/pkg/api"
)

// unaudited is the heading of the generated section of docs/audit.md.
const unaudited = "## What leaves no row\n"

// audit returns docs/audit.md with its last section generated from the operations.
func audit(page string, groups []api.Group) ([]byte, error) {
	by, _, ok := strings.Cut(page, unaudited)
	if !ok {
		return nil, fmt.Errorf("%s has no section %q", auditFile, unaudited)
	}
	var b bytes.Buffer
	b.WriteString(by + unaudited + `
Whatever only reads leaves none (a checkpoint, once signed, is kept beside the log). Of the operations that write, these don't, each by its own declaration; this list is written by ` + "`make docs`" + `, and a test holds it against what the samples under ` + "`events/`" + ` leave. A request that is refused, and one that finds everything as it would make it, change nothing and leave none either.

| operation | route | why |
|---|---|---|
`)
	for _, g := range groups {
		for _, o := range g.Ops {
			if o.NoAudit != "" {
				fmt.Fprintf(&b, "| [%s](reference/%s.md#%s) | `%s %s` | %s |\n", o.Name, g.Slug, o.ID(), o.Method, o.Path, cell(o.NoAudit))
			}
		}
	}
	return b.Bytes(), nil
}
