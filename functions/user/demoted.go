package user

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
)

// keysLeft warns that service keys of a user who has lost a rank remain valid.
const keysLeft = "service_keys_left"

// Demoted has warnings for whoever lowers a user's rank.
type Demoted struct {
	Warnings    []string `json:"warnings" doc:"service_keys_left: the keys that the user made live on"`
	ServiceKeys []int64  `json:"service_keys" doc:"Their ids"`
}

// demoted finds the service keys of a user whose rank is lowered; nil where it isn't, or
// they have none.
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
