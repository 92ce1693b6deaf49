// Package docs holds the documents that the program serves itself.
package docs

import _ "embed"

// OpenAPI is the OpenAPI document of every operation.
//
//go:embed openapi.json
var OpenAPI []byte
