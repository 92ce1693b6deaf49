package removal

import (
	"context"
	"strconv"

	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// star is the image of a user's star on an agent, which is deleted with the user.
type star struct{ model.Star }

func (star) thing() string { return "star" }

func stars(ctx context.Context, w *work) ([]effect, error) {
	if !w.r.Deletes {
		return nil, nil
	}
	found, err := each(ctx, w, func(ctx context.Context, u model.User) ([]store.Ref, error) { return w.s.AllStarsOf(ctx, u.ID) })
	if err != nil {
		return nil, err
	}
	var keys []table.Primary
	for user, some := range found {
		for _, at := range some {
			keys = append(keys, table.Stars.Key(user, at.Agent))
		}
	}
	rows, err := w.s.Read(ctx, keys...)
	var out []effect
	for _, row := range table.Stars.All(rows) {
		out = append(out, effect{
			EffectRow: model.EffectRow{UserID: row.UserID, Effect: model.Effect{
				Resource: model.UserName(row.UserID) + "/starred:" + strconv.FormatInt(row.AgentID, 10), Action: "delete", Detail: "starred agent"}},
			before: star{row},
			apply:  func(tx *table.Tx) { table.Stars.Delete(tx, row) },
		})
	}
	return out, err
}

func (s star) keys(user int64) []table.Primary {
	return []table.Primary{table.Stars.Key(user, s.AgentID)}
}

func (s star) back(u *undoing, _ model.EffectRow) restoration {
	if now, is := table.Stars.In(u.rows, s.UserID, s.AgentID); is {
		return restoration{restored: now.ID == s.ID}
	}
	return restoration{restored: true, put: func(tx *table.Tx) { table.Stars.Create(tx, s.Star) }}
}
