package main

import (
	"context"
	"path/filepath"

	"wardroom/infra/events"
)

// demo makes a table with fresh demo data, for this run alone.
func (b *bench) demo(ctx context.Context) (table string, err error) {
	table, drop, err := events.Table(ctx, b.endpoint)
	if err == nil {
		b.drops = append(b.drops, drop)
	}
	return table, err
}

// events is the folder of the sample events.
func (b *bench) events() string { return filepath.Join(b.root, "events") }
