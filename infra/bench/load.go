package main

import (
	"context"
	"sync/atomic"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/pkg/concurrent"
)

// loadFor is how long each request is sent again and again.
const loadFor = 3 * time.Second

// load has clients send one request again and again to the local server, over real
// connections. The number of answers is no promise: it compares two changes on one
// machine within an hour.
func load(ctx context.Context, r *report) error {
	endpoint, stop, err := database(ctx)
	if err != nil {
		return err
	}
	defer stop()
	d, err := openDoor(ctx, endpoint)
	if err != nil {
		return err
	}
	defer d.close()
	r.add("the engine", "%s", engineName())
	for _, of := range []struct{ what, path string }{
		{"Get Team", "/api/team/7"},
		{"Get Project Details", "/api/project/151"},
		{"List Projects", "/api/project"},
	} {
		if _, err := d.rate(ctx, of.path, loadFor/10); err != nil { // a warm-up
			return err
		}
		began := processorTime()
		answered, err := d.rate(ctx, of.path, loadFor)
		if err != nil {
			return err
		}
		each := (processorTime() - began) / time.Duration(answered)
		r.add(of.what+": a second, by 16 clients", "%.0f (%.2f ms of this process's time each)", float64(answered)/loadFor.Seconds(), ms(each))
	}
	return nil
}

// rate is the number of answers that the clients get within a time.
func (d *door) rate(ctx context.Context, path string, within time.Duration) (int64, error) {
	var answered atomic.Int64
	end := time.Now().Add(within)
	g, ctx := concurrent.WithContext(ctx)
	for range clients {
		g.Go(func() error {
			for time.Now().Before(end) {
				if _, err := d.send(ctx, ask{"GET", path, demo.ProjectMember, ""}); err != nil {
					return err
				}
				answered.Add(1)
			}
			return nil
		})
	}
	err := g.Wait()
	return answered.Load(), err
}
