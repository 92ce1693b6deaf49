package guard

import (
	"context"
	"errors"

	"wardroom/pkg/audit"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/signin"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// errUnbound says that a token is valid but its subject is bound to no user yet: a
// first sign-in. Where the binding was removed between two tries, it is the refusal
// of the request.
var errUnbound = fault.Unauthorized()

// verify checks a token by its issuer's keys (401). The row of its subject is read on
// the first trip, as a key's is, so a token takes no further trip.
func (v *visit) verify(ctx context.Context, token string) error {
	id, err := v.guard.issuer.Verify(ctx, token)
	if err != nil {
		return err
	}
	v.token = &id
	v.first = append(v.first, table.Subjects.Key(id.Subject))
	return nil
}

// recognise sets the caller to the user that the token's subject is bound to. A key
// that came with it must be of the same organisation.
func (v *visit) recognise(rows table.Rows) error {
	b, ok := table.Subjects.In(rows, v.token.Subject)
	if !ok {
		return errUnbound
	}
	if v.credential.prefix != "" && v.organization != b.OrganizationID {
		return fault.Unauthorized()
	}
	v.organization, v.user = b.OrganizationID, b.UserID
	return nil
}

// lender is the owner of a personal key that came with another user's token. The key
// is valid only while the owner is active.
func (v *visit) lender() (user int64, ok bool) {
	if v.token == nil || v.key.UserID == nil || *v.key.UserID == v.user {
		return 0, false
	}
	return *v.key.UserID, true
}

func active(rows table.Rows, user int64) bool {
	u, ok := table.Users.In(rows, user)
	return ok && u.IsActive
}

// firstSignIn binds the token's subject to a user, and makes the first trip again.
// Where another request of the same subject is quicker, its binding is taken.
func (v *visit) firstSignIn(ctx context.Context) error {
	record := telemetry.From(ctx)
	for try := 0; ; try++ {
		err := v.arrival(v.guard.now(), record).Bind(ctx, v.guard.store)
		if err != nil && !errors.Is(err, table.ErrStale) {
			return err
		}
		if err := v.again(ctx); !errors.Is(err, errUnbound) {
			return err
		}
		if !pause(ctx, try) {
			return fault.Unavailable(err)
		}
	}
}

// arrival returns the first sign-in of the token's subject.
func (v *visit) arrival(now model.Time, record *telemetry.Record) signin.Arrival {
	a := signin.Arrival{Identity: *v.token, Now: now}
	if v.credential.prefix != "" {
		a.Within = v.organization
	}
	a.Note = func(tx *table.Tx, u model.User, how string) {
		v.guard.store.RecordAudit(tx, v.arrivalAudit(u, how, now, record))
	}
	return a
}

// arrivalAudit is the audit row of a first sign-in.
func (v *visit) arrivalAudit(u model.User, how string, now model.Time, record *telemetry.Record) model.Audit {
	return audit.Row(model.Audit{
		OrganizationID: u.OrganizationID, TS: now, Actor: model.UserName(u.ID), Action: "first-sign-in",
		RequestID: record.ID(), SourceIP: model.Conceal(u.AuditKey, record.SourceIP()),
	}, audit.FirstSignIn{User: u.ID, KnownBy: how})
}
