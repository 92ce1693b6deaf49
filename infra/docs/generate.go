package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"wardroom/infra/events"
	"wardroom/pkg/api"
)

// The generated files, below docs/.
const (
	documentFile = "openapi.json"
	versionsFile = "openapi.versions"
	schemaFile   = "schema.md"
	auditFile    = "audit.md" // its last section; the rest is written by hand
	errorsFile   = "errors.md"
	referenceDir = "reference"
)

// generate returns every file that depends only on the operations and the schema, by its
// path below docs/. page is the present docs/audit.md.
func generate(groups []api.Group, page string) (map[string][]byte, error) {
	bodies, err := examples(groups)
	if err != nil {
		return nil, err
	}
	document := api.DocumentWith(bodies, groups...)
	files := map[string][]byte{documentFile: document, schemaFile: entities(), errorsFile: catalogue()}
	if files[auditFile], err = audit(page, groups); err != nil {
		return nil, err
	}
	ref := newReference(document)
	for _, g := range groups {
		files[path.Join(referenceDir, g.Slug+".md")] = ref.page(g)
	}
	return files, nil
}

// recorded returns the list of versions with the document's digest in it. It returns an
// error where the list has another digest for the API's version: a version must name one
// document for ever.
func recorded(versions string, document []byte) ([]byte, error) {
	sum := sha256.Sum256(document)
	line := api.Version + " " + hex.EncodeToString(sum[:])
	for known := range strings.Lines(versions) {
		known = strings.TrimSpace(known)
		if known == line {
			return []byte(versions), nil
		}
		if strings.HasPrefix(known, api.Version+" ") {
			return nil, fmt.Errorf("the API has changed and is still version %s; raise api.Version in pkg/api/group.go", api.Version)
		}
	}
	return []byte(versions + line + "\n"), nil
}

// examples are the bodies of the samples under events/, by operation. An operation
// whose sample has none takes an empty one.
func examples(groups []api.Group) (map[string]json.RawMessage, error) {
	samples, err := events.Of(groups)
	if err != nil {
		return nil, err
	}
	bodies := map[string]json.RawMessage{}
	for _, s := range samples {
		bodies[s.Operation] = json.RawMessage("{}")
		if s.Event.Body != nil {
			bodies[s.Operation] = json.RawMessage(*s.Event.Body)
		}
	}
	return bodies, nil
}
