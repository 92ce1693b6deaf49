package main

import (
	"bytes"
	"fmt"
	"strings"

	"wardroom/pkg/table"
)

const schemaHead = `# The table

Written by ` + "`make docs`" + ` from ` + "`pkg/table/schema.go`" + `; changes here are lost.

Everything lies in one DynamoDB table. A row has a partition key ` + "`%s`" + ` and a sort key ` + "`%s`" + `, both texts, and is read by both, strongly consistent, or not at all: nobody reads the table through. Rows of one partition lie together, as a project does with its members.

- A key is a pattern. ` + "`{project_id}`" + ` stands for the row's own attribute of that name, so a key can't disagree with the row; ` + "`{project_id:16}`" + ` is padded with zeros to 16 digits, so that ids sort as numbers do.
- Secondary indexes answer "which ones?". They hold keys alone, in ascending order, and lag a moment behind: what an index finds is read again from the table before it is shown or acted on, and nobody is let in by an index.
- A row is in an index while it has every attribute of both patterns and isn't deleted. Rows of ` + "`PENDING#…`" + ` are there because they are deleted or unfinished.
- Rows with the attribute ` + "`%s`" + ` are taken away by DynamoDB some time after that second.
- Uniqueness is a row of its own, made in the transaction of what it names: an address, a domain, a project's name.

`

// entities is the page docs/schema.md: the entities with their keys, and the queries
// that each key serves.
func entities() []byte {
	s := table.Schema()
	var b bytes.Buffer
	fmt.Fprintf(&b, schemaHead, s.PK, s.SK, s.TTL)
	b.WriteString("## Entities\n\n| entity | what for | " + s.PK + " | " + s.SK + " |")
	for _, i := range s.Indexes {
		b.WriteString(" " + i.Name + " |")
	}
	b.WriteString("\n|---|---|---|---|" + strings.Repeat("---|", len(s.Indexes)) + "\n")
	for _, k := range s.Kinds {
		fmt.Fprintf(&b, "| %s | %s | `%s` | `%s` |", k.Name, cell(k.Keys[0].Serves), k.Keys[0].PK, k.Keys[0].SK)
		for _, i := range s.Indexes {
			b.WriteString(" " + where(k, i.Name) + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Access patterns\n\n| question | answered by | partition | sort key | finds |\n|---|---|---|---|---|\n")
	for _, k := range s.Kinds {
		for _, u := range k.Keys {
			by := "the table"
			if u.Index != "" {
				by = u.Index
			}
			fmt.Fprintf(&b, "| %s | %s | `%s` | `%s` | %s |\n", cell(u.Serves), by, u.PK, u.SK, k.Name)
		}
	}
	return b.Bytes()
}

// where describes the key of an entity in an index.
func where(k table.Kind, index string) string {
	for _, u := range k.Keys {
		if u.Index == index {
			return fmt.Sprintf("`%s` / `%s`", u.PK, u.SK)
		}
	}
	return ""
}
