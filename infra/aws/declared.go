package main

import (
	"wardroom/functions"
	"wardroom/functions/stream"
	"wardroom/pkg/followup"
	"wardroom/pkg/table"
)

// declared reads the operations and the table where they are declared. This is
// the only file of infra/aws that knows those packages.
func declared() (system, error) {
	recorded, err := grants()
	if err != nil {
		return system{}, err
	}
	var s system
	for _, g := range functions.All(nil) {
		f := function{slug: g.Slug, name: g.Name, grants: recorded[g.Slug]}
		for _, o := range g.Ops {
			for _, path := range o.Paths() {
				f.routes = append(f.routes, route{o.Method, path, o.ID()})
			}
		}
		s.functions = append(s.functions, f)
	}
	s.functions = append(s.functions, function{
		slug: stream.Slug, name: stream.Name, grants: recorded[stream.Slug],
		filter: followup.Filter(), scheduled: stream.Scheduled(),
	})
	d := table.Schema()
	s.table = schema{pk: d.PK, sk: d.SK, ttl: d.TTL}
	for _, i := range d.Indexes {
		s.table.indexes = append(s.table.indexes, index{i.Name, i.PK, i.SK})
	}
	return s, s.check()
}
