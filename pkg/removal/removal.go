// Package removal takes people out of projects and teams. It is the one
// function behind every route that does so, so that no guard can be missing on
// one of them. A request's access ends with one transaction; what is left to
// clean up is found by the removal's record.
package removal

import (
	"context"
	"slices"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

// UndoFor is how long a removal can be undone.
const UndoFor = 30 * 24 * time.Hour

// What a removal warns of.
const (
	NoProjectLeft = "no_project_left" // nothing leads the person to any project any more
	NoAdminLeft   = "no_admin_left"   // a project, a team or an agent is left that nobody holds
)

// Report is what a removal tells beyond the rows removed: in its record, and in
// meta where a caller asks for it.
type Report struct {
	RemovalID       *int64                `json:"removal_id" doc:"Null for a preview"`
	EffectiveAccess model.EffectiveAccess `json:"effective_access" doc:"Other ways by which the person still gets in"`
	Warnings        []string              `json:"warnings" doc:"no_project_left: nothing is left that leads somebody removed to a project. no_admin_left: a project, a team or an agent is left that nobody holds. service_keys_left: service keys that the user made live on"`
	Effects         []model.Effect        `json:"effects"`
}

// Options are what a caller may ask of a removal.
type Options struct {
	DryRun bool `query:"dry_run" doc:"Make every check and answer, but write nothing"`
	Report bool `query:"report" doc:"Tell in meta what the removal does"`
}

// Reports reports whether the caller wants to be told in meta.
func (o Options) Reports() bool { return o.DryRun || o.Report }

// look completes the report and the record of a removal with what has to be
// looked up: whether somebody is left without any project, as stranded tells,
// and, for callers who ask, what the removal does. Both at the same time.
func (rep *Report) look(ctx context.Context, s *store.Store, c *request.Request, r *model.Removal, o Options, stranded func(context.Context) (bool, error)) error {
	if !o.Reports() {
		return rep.warn(ctx, r, stranded)
	}
	w := among(c.Rows(), s, *r)
	g, ctx := concurrent.WithContext(ctx)
	g.Go(func() error { return rep.warn(ctx, r, stranded) })
	var more []string
	g.Go(func() (err error) {
		rep.Effects, more, err = w.foresee(ctx)
		return err
	})
	err := g.Wait()
	rep.Warnings = append(slices.Clone(rep.Warnings), more...)
	return err
}

// warn completes both with what there is to warn of.
func (rep *Report) warn(ctx context.Context, r *model.Removal, stranded func(context.Context) (bool, error)) error {
	strands, err := stranded(ctx)
	if strands {
		rep.Warnings = append(rep.Warnings, NoProjectLeft)
	}
	r.Warnings = rep.Warnings
	return err
}

// record is the removal as it is kept.
func record(ctx context.Context, s *store.Store, c *request.Request, r model.Removal) (model.Removal, error) {
	id, err := s.NewID(ctx, model.RemovalIDs)
	if err != nil {
		return r, err
	}
	c.Removes(id)
	r.ID, r.State = id, model.Revoked
	r.OrganizationID, r.RemovedBy, r.RemovedOn, r.UndoUntil = c.Organization.ID, c.Stamp, c.Now, c.Now.Add(UndoFor)
	return r, nil
}

// Ways names the paths by which a user still reaches a target, once their own
// role there is taken away.
func Ways(u model.User, t access.Target) model.EffectiveAccess {
	out := model.EffectiveAccess{Via: []string{}}
	for path, gives := range access.Paths(request.CallerOf(u), t) {
		if gives != 0 {
			out.Via = append(out.Via, path.String())
		}
	}
	out.StillHasAccess = len(out.Via) > 0
	return out
}
