package resource

import (
	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// View looks at rows that were read, for one organisation, at one time.
type View struct {
	OrganizationID int64 // 0 for background work, which looks at every organisation's
	Now            model.Time

	rows table.Rows
	last struct { // looked at last, so that one row isn't decoded again and again
		project model.Project
		agent   model.Agent
		alias   model.Alias
		sight   *Sight
	}
}

// NewView looks at rows.
func NewView(organization int64, now model.Time, rows table.Rows) View {
	return View{OrganizationID: organization, Now: now, rows: rows}
}

// covers reports whether an organisation's things are looked at.
func (v *View) covers(organization int64) bool {
	return v.OrganizationID == 0 || v.OrganizationID == organization
}

// Rows returns every row read so far.
func (v *View) Rows() table.Rows { return v.rows }

// Add adds rows that were read.
func (v *View) Add(rows table.Rows) {
	v.rows.Add(rows)
	v.last.project, v.last.agent, v.last.alias = model.Project{}, model.Agent{}, model.Alias{} // they may be among them
	v.last.sight = nil
}

// Live reports whether something that ends on t is still on.
func (v *View) Live(t *model.Time) bool { return !model.Expired(t, v.Now) }

// lookAt returns the row with an id: last, where it is that one.
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
