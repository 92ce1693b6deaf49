package user

import (
	"context"
	"slices"

	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/removal"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// leaving are the options of requests that delete users.
type leaving struct {
	removal.Options
	Purge      bool  `query:"purge" doc:"Erase what is personal as soon as all that they held is handed over, instead of 30 days later; it can't be undone then, and only a global admin may"`
	TransferTo int64 `query:"transfer_to" minimum:"1" doc:"Who takes over what nobody else holds: admin of projects, owner of teams and of agents, wherever they can reach these and the caller may give it. What they can't take is nobody's, and the removal's record says so"`
}

// ask asks for the heir.
func (l *leaving) ask(f *request.Fetch) {
	if l.TransferTo != 0 {
		f.Rows(store.User(l.TransferTo).Key)
	}
}

// known refuses (404) an heir who isn't an active user of the organisation, or leaves
// too.
func (l *leaving) known(c *request.Request, leavers ...int64) error {
	if l.TransferTo == 0 || c.Active([]int64{l.TransferTo}) == nil && !slices.Contains(leavers, l.TransferTo) {
		return nil
	}
	return fault.NotFound().On("query.transfer_to", "must be another active user of the organization")
}

type deleted = api.Noted[[]model.User, *removal.Report]

// end deletes users; see package removal for the rules.
func (l *leaving) end(ctx context.Context, h *handlers, c *request.Request, ids []int64, batch bool) (deleted, error) {
	users := make([]model.User, len(ids))
	for i, id := range ids {
		users[i], _ = c.UserRow(id)
	}
	if !batch {
		c.CheckVersionOf(users[0])
	}
	rows, report, err := removal.OfUsers(ctx, h.store, c, users, removal.UserOptions{
		Options: l.Options, Delete: true, Purge: l.Purge, Heirs: model.Heirs{TransferTo: l.TransferTo}, Batch: batch,
	})
	if err != nil {
		return deleted{}, err
	}
	out := deleted{Data: rows}
	if l.Reports() {
		out.Meta = &report
	}
	return out, nil
}

type deleteIn struct {
	request.In
	leaving
	UserID int64 `path:"user_id" example:"15"`
}

func (in *deleteIn) Load(f *request.Fetch) { in.ask(f) }

func (in *deleteIn) Resolve(_ context.Context, c *request.Request) error {
	return in.known(c, in.UserID)
}

// delete ends an account and hides it; 30 days later it is purged.
func (h *handlers) delete(ctx context.Context, in *deleteIn) (deleted, error) {
	return in.end(ctx, h, in.Request(), []int64{in.UserID}, false)
}

type batchIn struct {
	request.In
	leaving
	Body *struct {
		UserIDs []int64 `json:"user_ids" query:"user_ids" minItems:"1" maxItems:"90" doc:"In the body, or in the query as a comma list"`
	}
}

func (in *batchIn) Load(f *request.Fetch) { in.ask(f) }

func (in *batchIn) Resolve(_ context.Context, c *request.Request) error {
	return in.known(c, in.Body.UserIDs...)
}

// deleteBatch deletes users, all of them or none. It refuses (blocked_ids) with the
// users who can't be deleted.
func (h *handlers) deleteBatch(ctx context.Context, in *batchIn) (deleted, error) {
	return in.end(ctx, h, in.Request(), model.Distinct(in.Body.UserIDs), true)
}
