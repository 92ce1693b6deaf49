// Package system is the operations that are open to everybody: health, the document,
// and the sign-in configuration.
package system

import (
	"context"
	"encoding/json"
	"fmt"

	"wardroom/docs"
	"wardroom/pkg/api"
	"wardroom/pkg/signin"
	"wardroom/pkg/store"
)

// APIs declares the group. Without c, no issuer is configured.
func APIs(s *store.Store, c ...signin.Config) api.Group {
	h := &handlers{store: s}
	for _, c := range c {
		h.signIn = c
	}
	return api.Group{Name: "System APIs", Slug: "system", Ops: []api.Op{
		api.GET("/api/health", "Health", h.health).
			Says("Wardroom is up.").Public(),
		api.GET("/api/openapi.json", "OpenAPI", h.openapi).
			Public(),
		api.GET("/api/auth/config", "Sign-in configuration", h.auth).
			Says("Sign-in configuration found successfully.").Public(),
	}}
}

type handlers struct {
	store  *store.Store
	signIn signin.Config
}

// Health says that the function runs and that its table answers.
type Health struct {
	OK      bool   `json:"ok"`
	Store   string `json:"store" enum:"ok"`
	Version string `json:"version"`
}

// health asks the table for one row. A table that doesn't answer is
// unavailable (503).
func (h *handlers) health(ctx context.Context, _ *struct{}) (Health, error) {
	return Health{true, "ok", api.Version}, h.store.Ping(ctx)
}

// openapi answers the document as it was made at build time: rendering it takes longer
// than everything else at a start. Where the API is below a prefix, the document's
// server is that.
func (h *handlers) openapi(ctx context.Context, _ *struct{}) (api.Verbatim, error) {
	prefix := api.Prefix(ctx)
	if prefix == "" {
		return api.Verbatim(docs.OpenAPI), nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(docs.OpenAPI, &members); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	var err error
	if members["servers"], err = json.Marshal([]map[string]string{{"url": prefix}}); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	text, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return text, nil
}

// auth answers the issuer, client and scopes for signing in, empty where no issuer is
// configured. The issuer's own endpoints do the rest.
func (h *handlers) auth(context.Context, *struct{}) (signin.Public, error) {
	return h.signIn.Public(), nil
}
