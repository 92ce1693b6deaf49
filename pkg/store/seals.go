package store

import (
	"context"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// Audits reads a span of an organisation's changes by time, strongly consistent,
// each with its seal, if any, beside it: at most n rows of both kinds.
func (s *Store) Audits(ctx context.Context, organization int64, span table.Span, n int) (table.Stretch, error) {
	found, err := table.Audits.Query("", organization).Span(span).Limit(n).Once().Items(ctx, s.db)
	return found, outcome(err)
}

// AuditsBy finds the changes that somebody made, by time.
func (s *Store) AuditsBy(ctx context.Context, organization int64, actor string, span table.Span, n int) ([]table.Found, error) {
	found, err := table.Audits.Query("gsi1", organization, actor).Span(span).Limit(n).Keys(ctx, s.db)
	return found, outcome(err)
}

// AuditsAbout finds the changes of a resource and of its parts, by time.
func (s *Store) AuditsAbout(ctx context.Context, organization int64, about string, span table.Span, n int) ([]table.Found, error) {
	found, err := table.Audits.Query("gsi2", organization, about).Span(span).Limit(n).Keys(ctx, s.db)
	return found, outcome(err)
}

// AuditsOf finds the changes that concern a person: at most n by an index, followed
// by at most n by their Mentions (changes of several people, noted when they are
// sealed), each in the order of time.
func (s *Store) AuditsOf(ctx context.Context, organization int64, person string, span table.Span, n int) ([]table.Found, error) {
	found, err := table.Audits.Query("gsi3", organization, person).Span(span).Limit(n).Keys(ctx, s.db)
	if err != nil {
		return nil, outcome(err)
	}
	others, err := table.Mentions.Query("", organization, person).Span(span).Limit(n).Keys(ctx, s.db)
	for _, f := range others {
		at, _ := table.Mentions.Parse(f.Primary)
		found = append(found, table.Found{Primary: table.Audits.Key(organization, at["ts"], at["audit_id"]), Position: f.Position})
	}
	return found, outcome(err)
}

// SealBatches reads at most n batches of the audit chain in its order, beginning with
// the one that contains the number from, and whether more follow. An unreadable one
// is zero.
func (s *Store) SealBatches(ctx context.Context, organization, from int64, n int) ([]model.SealBatch, bool, error) {
	found, err := table.SealBatches.Query("", organization).AfterID(from-1).Limit(n).Once().Items(ctx, s.db)
	out := make([]model.SealBatch, len(found.Keys))
	for i, key := range found.Keys {
		out[i], _ = table.SealBatches.Try(found.Rows, key)
	}
	return out, found.More, outcome(err)
}

// Checkpoints reads at most n checkpoints of the audit chain, beginning at the number
// from, and whether more follow. An unreadable one is zero.
func (s *Store) Checkpoints(ctx context.Context, organization, from int64, n int) ([]model.Checkpoint, bool, error) {
	found, err := table.Checkpoints.Query("", organization).AfterID(from-1).Limit(n).Once().Items(ctx, s.db)
	out := make([]model.Checkpoint, len(found.Keys))
	for i, key := range found.Keys {
		out[i], _ = table.Checkpoints.Try(found.Rows, key)
	}
	return out, found.More, outcome(err)
}

// CreateCheckpoint notes that the end of a chain was signed.
func (s *Store) CreateCheckpoint(tx *table.Tx, c model.Checkpoint) { table.Checkpoints.Create(tx, c) }
