package resource

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// View reads facts from rows that were read, for one organisation at one time. It
// isn't safe for concurrent use.
type View struct {
	OrganizationID int64 // 0 for background work, which sees every organisation's rows
	Now            model.Time

	rows table.Rows
	last struct { // decoded last, so that one row isn't decoded again and again
		project model.Project
		agent   model.Agent
		alias   model.Alias
		sight   *Sight
	}
}

// NewView returns a View of rows.
func NewView(organization int64, now model.Time, rows table.Rows) View {
	return View{OrganizationID: organization, Now: now, rows: rows}
}

// covers reports whether the view is for an organisation.
func (v *View) covers(organization int64) bool {
	return v.OrganizationID == 0 || v.OrganizationID == organization
}

// Rows returns every row read so far.
func (v *View) Rows() table.Rows { return v.rows }

// Add adds rows that were read.
func (v *View) Add(rows table.Rows) {
	v.rows.Add(rows)
	v.last.project, v.last.agent, v.last.alias = model.Project{}, model.Agent{}, model.Alias{} // rows may replace them
	v.last.sight = nil
}

// Live reports whether something that expires on t (nil: never) is still in force.
func (v *View) Live(t *model.Time) bool { return !model.Expired(t, v.Now) }

// lookAt returns the row with an id: last, where its id is that, else decoded from
// rows into last.
func lookAt[T any](e *table.Entity[T], last *T, its int64, rows table.Rows, id int64) (T, bool) {
	if its == id {
		return *last, true
	}
	v, ok := e.In(rows, id)
	if ok {
		*last = v
	}
	return v, ok
}
