// Package removal removes people from projects and teams, ends accounts, and undoes
// both. Every route that does so uses it, so that no route can lack a check. Access ends
// with the first transaction, which records the removal; Finish carries out the
// remaining effects, which it finds by that record.
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

// Warnings of a removal.
const (
	NoProjectLeft = "no_project_left" // the user reaches no project any more
	NoAdminLeft   = "no_admin_left"   // a project is left without an admin, or a team or an agent without an owner
)

// Report describes a removal, in meta where the caller asks for it.
type Report struct {
	RemovalID       *int64                `json:"removal_id" doc:"Null for a preview"`
	EffectiveAccess model.EffectiveAccess `json:"effective_access" doc:"Other ways by which the person still gets in"`
	Warnings        []string              `json:"warnings" doc:"no_project_left: nothing is left that leads somebody removed to a project. no_admin_left: a project, a team or an agent is left that nobody holds. service_keys_left: service keys that the user made live on"`
	Effects         []model.Effect        `json:"effects"`
}

// Options are the options of a removal that callers have.
type Options struct {
	DryRun bool `query:"dry_run" doc:"Make every check and answer, but write nothing"`
	Report bool `query:"report" doc:"Tell in meta what the removal does"`
}

// Reports reports whether the caller wants the Report in meta.
func (o Options) Reports() bool { return o.DryRun || o.Report }

// look completes the report and the record of a removal: with the warning
// NoProjectLeft where stranded is true and, for callers who ask, with its effects. It
// finds both at the same time.
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

// warn completes the report and the record with the warning NoProjectLeft.
func (rep *Report) warn(ctx context.Context, r *model.Removal, stranded func(context.Context) (bool, error)) error {
	strands, err := stranded(ctx)
	if strands {
		rep.Warnings = append(rep.Warnings, NoProjectLeft)
	}
	r.Warnings = rep.Warnings
	return err
}

// record returns the removal to be recorded, with a new id, and notes it for the
// answer.
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

// Ways names the paths by which a user reaches a target. To find those that remain
// after a removal, the target must be without the role that it ends.
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
