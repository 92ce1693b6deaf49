package request

import (
	"context"
	"slices"

	"wardroom/pkg/concurrent"
	"wardroom/pkg/table"
)

// Read reads more rows into the Request: one more round trip.
func (c *Request) Read(ctx context.Context, keys ...table.Primary) error {
	rows, err := c.store.Read(ctx, keys...)
	c.take(keys, rows)
	return err
}

// ReadShown is Read for a list that is shown: unreadable rows are omitted and logged.
func (c *Request) ReadShown(ctx context.Context, keys ...table.Primary) error {
	rows, err := c.store.ReadShown(ctx, keys...)
	c.take(keys, rows)
	return err
}

func (c *Request) take(keys []table.Primary, rows table.Rows) {
	c.Add(rows)
	c.asked = append(c.asked, keys...)
	c.person = nil // rows may replace it
}

// ReadMissing reads those rows that weren't read yet, whether they exist or not, and
// reports whether there were any.
func (c *Request) ReadMissing(ctx context.Context, keys ...table.Primary) (bool, error) {
	if keys = c.missing(keys); len(keys) == 0 {
		return false, nil
	}
	return true, c.Read(ctx, keys...)
}

// ReadMissingShown is ReadMissing for a list that is shown.
func (c *Request) ReadMissingShown(ctx context.Context, keys ...table.Primary) (bool, error) {
	if keys = c.missing(keys); len(keys) == 0 {
		return false, nil
	}
	return true, c.ReadShown(ctx, keys...)
}

func (c *Request) missing(keys []table.Primary) []table.Primary {
	return slices.DeleteFunc(slices.Clone(keys), func(k table.Primary) bool {
		_, read := c.Rows()[k]
		return read || slices.Contains(c.asked, k)
	})
}

// ReadWith is ReadShown while questions run, which must not touch the Request: one
// round trip, or as many as the longest question takes.
func (c *Request) ReadWith(ctx context.Context, keys []table.Primary, questions ...func(context.Context) error) error {
	g, both := concurrent.WithContext(ctx)
	g.SetLimit(atOnce + 1) // and the rows
	var rows table.Rows
	g.Go(func() (err error) {
		rows, err = c.store.ReadShown(both, keys...)
		return err
	})
	for _, ask := range questions {
		g.Go(func() error { return ask(both) })
	}
	err := g.Wait()
	c.take(keys, rows)
	return err
}
