package guard

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// replayFor is how long an answer is stored for an Idempotency-Key.
const replayFor = 24 * time.Hour

// inlineLimit is the largest answer that is stored in its Replay row; DynamoDB takes
// items of 400 KB. A larger one is stored in pieces beside it.
const inlineLimit = 300 << 10

// replay finds or stores the answer for a request's Idempotency-Key; nil where the
// request has none. The row is an item of the effect's own transaction, so there is
// never an effect without its answer, or the other way round.
type replay struct{ row model.Replay }

// loadReplay asks for the stored answer of the request's Idempotency-Key. It belongs
// to the principal: a user's API keys share it, except those that may do less than
// the user.
func (v *visit) loadReplay(f *request.Fetch, call api.Call) *replay {
	if call.IdempotencyKey == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(call.IdempotencyKey))
	r := &replay{row: model.Replay{
		Principal: v.principal(), Operation: v.op.ID(), KeyDigest: hex.EncodeToString(sum[:]), Fingerprint: call.Fingerprint,
	}}
	f.Rows(r.key())
	return r
}

// principal is the owner of the stored answers that the caller may get.
func (v *visit) principal() string {
	if v.user != 0 && v.credential.prefix != "" && (v.key.ProjectID != nil || v.key.Scope != string(access.ScopeAll)) {
		return v.actor() + "/key:" + v.key.Prefix
	}
	return v.actor()
}

func (r *replay) key() table.Primary {
	return table.Replays.Key(r.row.Principal, r.row.Operation, r.row.KeyDigest)
}

// stored returns the stored answer; done is false where there is none. It refuses an
// Idempotency-Key that was used for another request.
func (r *replay) stored(ctx context.Context, s *store.Store, op *api.Op, c *request.Request) (answer api.Answer, done bool, err error) {
	if r == nil {
		return answer, false, nil
	}
	old, ok := r.in(c.Rows(), c.Now)
	if !ok {
		return answer, false, nil
	}
	if old.Fingerprint != r.row.Fingerprint {
		return answer, false, fault.New(fault.KindIdempotencyMismatch, "The Idempotency-Key was used for another request: send a new one")
	}
	body := old.Body
	if old.Parts > 0 {
		if body, err = s.Parts(ctx, old.PartsID, old.Parts); err != nil {
			return answer, false, err
		}
	}
	if old.Redacted && !op.IsAgenta { // answers of that dialect have no place for the mark
		body = replayed(body)
	}
	return api.Answer{Status: old.Status, Body: body, ETag: old.ETag, Removal: old.RemovalID}, true, nil
}

// in returns the stored answer among rows, unless it has expired at now: the TTL
// deletes rows only some time after.
func (r *replay) in(rows table.Rows, now model.Time) (model.Replay, bool) {
	old, ok := table.Replays.At(rows, r.key())
	return old, ok && old.ExpiresOn.After(now)
}

// overtaken returns the refusal of a request, or table.ErrStale where the answer of
// its Idempotency-Key has been stored meanwhile. A batch of reads is not a snapshot:
// the very request that this one repeats may have taken the name, or removed the
// member.
func (r *replay) overtaken(ctx context.Context, s *store.Store, c *request.Request, refusal error) error {
	if r == nil || errors.Is(refusal, table.ErrStale) {
		return refusal
	}
	rows, err := s.Read(ctx, r.key())
	if err != nil {
		return err
	}
	if _, ok := r.in(rows, c.Now); ok {
		return table.ErrStale
	}
	return refusal
}

// keep notes the answer in the transaction of its effect. It writes the pieces of a
// large one before.
func (r *replay) keep(ctx context.Context, s *store.Store, c *request.Request, a api.Answer) error {
	if r == nil {
		return nil
	}
	row := r.row
	row.Status, row.ETag, row.RemovalID, row.Body = a.Status, a.ETag, a.Removal, a.Body
	if a.Kept != nil {
		row.Body, row.Redacted = a.Kept, true
	}
	row.ExpiresOn = c.Now.Add(replayFor)
	row.TTL = row.ExpiresOn.Std().Unix()
	if len(row.Body) > inlineLimit {
		row.PartsID = rand.Text()
		parts, err := s.KeepParts(ctx, row.PartsID, row.Body, inlineLimit, row.TTL)
		if err != nil {
			return err
		}
		row.Parts, row.Body = parts, nil
	}
	if old, ok := table.Replays.At(c.Rows(), r.key()); ok { // an expired one the TTL hasn't reached
		table.Replays.Put(&c.Tx, row)
		c.Tx.If(r.key(), "$ = ?", "ttl", old.TTL)
		return nil
	}
	table.Replays.Create(&c.Tx, row)
	return nil
}

// replayed marks a stored answer that lacks its secrets, by meta.replayed.
func replayed(body []byte) []byte {
	var envelope struct {
		Success bool            `json:"success"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
		Meta    map[string]any  `json:"meta"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return body
	}
	if envelope.Meta == nil {
		envelope.Meta = map[string]any{}
	}
	envelope.Meta["replayed"] = true
	marked, err := json.Marshal(envelope)
	if err != nil {
		return body
	}
	return marked
}
