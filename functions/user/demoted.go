package user

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
)

// keysLeft warns that a service key lives on whose maker has lost a rank.
const keysLeft = "service_keys_left"

// Demoted is what whoever lowers somebody's rank should know.
type Demoted struct {
	Warnings    []string `json:"warnings" doc:"service_keys_left: the keys that the user made live on"`
	ServiceKeys []int64  `json:"service_keys" doc:"Their ids"`
}

// demoted looks for the service keys of somebody whose rank is lowered; nil where
// it isn't, or there is none.
func (h *handlers) demoted(ctx context.Context, c *request.Request, old, u model.User) (*Demoted, error) {
	if rankOf(u) >= rankOf(old) {
		return nil, nil
	}
	keys, err := h.store.ServiceKeysMadeBy(ctx, c.Organization.ID, c.Now, old)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	d := &Demoted{Warnings: []string{keysLeft}}
	for _, k := range keys {
		d.ServiceKeys = append(d.ServiceKeys, k.ID)
	}
	return d, nil
}
