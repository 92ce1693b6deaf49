package guard

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
	"wardroom/pkg/telemetry"
)

// Case is one request as far as it is known: who calls, what the operation's
// line names, and what the request is about, all as just read. A handler finds
// it in its input, decides, and notes what is to be written.
type Case struct {
	Caller       access.Caller
	Actor        string        // user:7 or key:demoproj, for the audit log
	Stamp        string        // created_by and modified_by: the caller's e-mail, or key:<prefix>
	User         *model.User   // nil for a service key
	Key          *model.APIKey // the service key that calls; nil for a user
	Organization model.Organization
	Now          model.Time

	Project *model.Project // the project that the line names, or that of its agent
	Team    *model.Team    // the team that the line names
	Agent   *model.Agent   // the agent that the line names, as shown

	Tx table.Tx // writes to be committed once the handler has answered

	op     *api.Op
	place  func(field string) string
	visit  *visit
	store  *store.Store
	rows   table.Rows
	asked  []table.Primary // the rows that were asked for, whether they are there or not
	known  known           // those of rows that were looked at last
	person *model.User     // and the user
	dry    bool
	record struct{ id, ip string }
	grants []grant

	audit    *model.Audit // of the change, written with it
	notices  []model.Notice
	concerns api.Versioned
	letters  []func(context.Context) error
	removal  int64

	unfinished bool  // what is noted is a part of what was asked for
	made       int64 // and has made this
}

// grant is a decision that allowed this request, and what it was made on.
type grant struct {
	decision access.Decision
	target   access.Target
}

// In is embedded by the inputs of operations that aren't public.
type In struct{ c *Case }

// Case returns what is known of the request.
func (i *In) Case() *Case { return i.c }

func (i *In) take(c *Case) { i.c = c }

// taker is an input with an In.
type taker interface{ take(*Case) }

// Needing is an input that wants more rows read along with the caller's. Case
// isn't decided yet: only Caller, Organization's id and what the first trip
// read are known.
type Needing interface{ Needs(f *Fetch) }

// Knowing is an input that names things which may not exist. Known is asked
// after the resources of the line were found and before permissions are looked
// at, so that 404 comes before 403.
type Knowing interface {
	Known(ctx context.Context, c *Case) error
}

// Hooks are what an input may have.
func (g *Guard) Hooks() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[Needing](), reflect.TypeFor[Knowing](), reflect.TypeFor[Checking]()}
}

// Checking is an input with a rule about its form that no tag can express. It
// is asked once the caller is known, before anything else: a refusal of it is
// one of the request's form. It is told the time of the request.
type Checking interface{ Check(now model.Time) error }

// Send notes what goes to another system, such as a letter: it leaves once, when
// the request's changes are committed, and never where they aren't. The answer is
// made again where it fails, so that a handler's result can say so by then.
func (c *Case) Send(letter func(context.Context) error) { c.letters = append(c.letters, letter) }

// leave sends what was noted. Nothing of it undoes the request.
func (c *Case) leave(ctx context.Context, a api.Answer) (api.Answer, error) {
	failed := false
	for _, letter := range c.letters {
		if err := letter(ctx); err != nil {
			telemetry.From(ctx).SetErr(err)
			failed = true
		}
	}
	if !failed || a.Anew == nil {
		return a, nil
	}
	again, err := a.Anew()
	again.Removal, again.Earlier = a.Removal, a.Earlier
	return again, err
}

// Removes notes the removal that the request makes, of which the answer tells.
func (c *Case) Removes(id int64) { c.removal = id }

// Rehearse makes the request a preview: every check is made, the answer is
// given, and nothing is written.
func (c *Case) Rehearse() { c.dry = true }

// Rows returns every row read so far.
func (c *Case) Rows() table.Rows { return c.rows }

// Read reads more rows into the Case: one more round trip.
func (c *Case) Read(ctx context.Context, keys ...table.Primary) error {
	rows, err := c.store.Read(ctx, keys...)
	c.take(keys, rows)
	return err
}

// ReadShown is Read for a list that is shown: rows that can't be read are left
// out, and the log says so.
func (c *Case) ReadShown(ctx context.Context, keys ...table.Primary) error {
	rows, err := c.store.ReadShown(ctx, keys...)
	c.take(keys, rows)
	return err
}

func (c *Case) take(keys []table.Primary, rows table.Rows) {
	c.rows.Add(rows)
	c.asked = append(c.asked, keys...)
	c.person, c.known = nil, known{} // they may be among them
}

// More reads those rows that weren't asked for yet, and reports whether there
// were any.
func (c *Case) More(ctx context.Context, keys ...table.Primary) (bool, error) {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k table.Primary) bool {
		_, read := c.rows[k]
		return read || slices.Contains(c.asked, k)
	})
	if len(keys) == 0 {
		return false, nil
	}
	return true, c.Read(ctx, keys...)
}

// Along is ReadShown while it asks questions, which must leave the Case alone:
// one round trip, or as many as the longest question takes.
func (c *Case) Along(ctx context.Context, keys []table.Primary, questions ...func(context.Context) error) error {
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

// Ahead commits a part of the request's writes before the rest, for work that
// one transaction can't hold, under the conditions that the rest is committed
// under. Whoever does so sees to it that the rest follows, come what may.
func (c *Case) Ahead(ctx context.Context, tx *table.Tx) error {
	rest := c.Tx
	c.Tx = *tx
	c.uphold(c.visit)
	part := c.Tx
	c.Tx = rest
	return c.store.Commit(ctx, &part)
}

// Continue says that what is noted is a part of what the request asks for, where
// one transaction can't hold it all. It is committed, and the request is decided
// again from its beginning, by which it must find the rest to do and only that. Of
// a request that makes something, made is its id, which Continued tells then. If
// the time is over before the end, the parts stay, and the request may be sent
// again.
func (c *Case) Continue(made int64) { c.unfinished, c.made = true, made }

// Continued is the id of what the request has made by a part before; 0 where this
// is its beginning.
func (c *Case) Continued() int64 { return c.visit.made }

// Live reports whether something that ends on t is still on.
func (c *Case) Live(t *model.Time) bool { return !model.Expired(t, c.Now) }

// Place is where the request gave a field, as refusals name it: "body.agent_ids",
// or "query.agent_ids" for one that may stand in either.
func (c *Case) Place(field string) string { return c.place(field) }

// Me returns the calling user. A service key is no user: what concerns "one's
// own" things is forbidden to it.
func (c *Case) Me() (model.User, error) {
	if c.User == nil {
		return model.User{}, fault.Forbidden(fault.ReasonOwn)
	}
	return *c.User, nil
}

// Unbound refuses keys that reach only one project, for operations that reach
// beyond it.
func (c *Case) Unbound() error {
	if c.Caller.BoundProject != 0 {
		return fault.Forbidden(fault.ReasonKeyProject)
	}
	return nil
}

// Exceeds reports whether a key of this scope that ends then would do more, or
// for longer, than the credential that the request came with.
func (c *Case) Exceeds(scope access.KeyScope, end *model.Time) bool {
	own := c.visit.key.ExpiresOn
	return !c.visit.scope().Covers(scope) || own != nil && (end == nil || end.After(*own))
}

// UserRow returns a user of the caller's organisation, as shown, if their row was
// read.
func (c *Case) UserRow(id int64) (model.User, bool) {
	if c.person == nil || c.person.ID != id {
		u, ok := table.Users.In(c.rows, id)
		if !ok || u.OrganizationID != c.Organization.ID {
			return model.User{}, false
		}
		u = u.In(c.Organization)
		c.person = &u
	}
	return *c.person, true
}

// ActiveIn is Active for users whom a field of the request names; it tells which
// of them is meant: where is "body.user_ids" for a list.
func (c *Case) ActiveIn(where string, users []int64) error {
	for i, id := range users {
		if c.Active([]int64{id}) != nil {
			return fault.Missing(where + "[" + strconv.Itoa(i) + "]")
		}
	}
	return nil
}

// Active answers 404 where one of the users isn't an active one of the caller's
// organisation.
func (c *Case) Active(users []int64) error {
	for _, id := range users {
		if u, ok := c.UserRow(id); !ok || !u.IsActive {
			return fault.NotFound()
		}
	}
	return nil
}

// ProjectMember returns a user's membership of a project, if its row was read.
// An expired one is returned too: it is there, though it gives nothing.
func (c *Case) ProjectMember(project, user int64) (model.ProjectMember, bool) {
	return table.ProjectMembers.In(c.rows, project, user)
}

// TeamMember returns a user's membership of a team, if its row was read.
func (c *Case) TeamMember(team, user int64) (model.TeamMember, bool) {
	return table.TeamMembers.In(c.rows, team, user)
}

// ProjectTarget is a project as a user's rows stand to it.
func (c *Case) ProjectTarget(p model.Project, user int64) access.Target {
	t := access.Target{Kind: access.KindProject, ID: p.ID, Organization: p.OrganizationID, Team: p.Team()}
	if user == 0 {
		return t
	}
	if m, ok := c.ProjectMember(p.ID, user); ok && c.Live(m.ExpiresOn) {
		t.ProjectRole = access.ProjectRole(m.Role)
	}
	if t.Team != 0 {
		if m, ok := c.TeamMember(t.Team, user); ok {
			t.TeamRole = access.Role(m.Role)
		}
	}
	return t
}

// TeamTarget is a team as a user's row stands to it.
func (c *Case) TeamTarget(t model.Team, user int64, as access.Kind) access.Target {
	target := access.Target{Kind: as, ID: t.ID, Organization: t.OrganizationID}
	if m, ok := c.TeamMember(t.ID, user); ok && user != 0 {
		target.TeamRole = access.Role(m.Role)
	}
	return target
}

// VisibleTeam returns a team whose rows were read, as the caller stands to it,
// or the 404 of one that they may not know.
func (c *Case) VisibleTeam(id int64) (access.Target, error) {
	t, ok := store.LiveTeam(c.rows, id)
	if !ok || t.OrganizationID != c.Organization.ID {
		return access.Target{}, fault.NotFound()
	}
	target := c.TeamTarget(t, c.Caller.User, access.KindTeam)
	if !access.Decide(c.Caller, target, access.ViewTeam).Visible {
		return access.Target{}, fault.NotFound()
	}
	return target, nil
}

// Sees reports whether the caller may know a project whose rows were read.
func (c *Case) Sees(p model.Project) bool {
	return access.Decide(c.Caller, c.ProjectTarget(p, c.Caller.User), access.ViewProject).Visible
}

// Acting is the role as which the caller acts on the team of the line.
func (c *Case) Acting() access.Role {
	return access.ActingRole(c.Caller, c.TeamTarget(*c.Team, c.Caller.User, access.KindTeam))
}

// Audit notes the one change of this request for the audit log: what was done to
// which resource, as it was before and after. Values are ids, roles and counts;
// personal data only as Personal gives them.
func (c *Case) Audit(resource string, before, after map[string]any) {
	ip := c.record.ip
	if c.User != nil {
		ip = c.Personal(*c.User, ip)
	}
	c.audit = &model.Audit{
		OrganizationID: c.Organization.ID, ID: model.NewAuditID(), TS: c.Now,
		Actor: c.Actor, Action: c.op.ID(), Resource: resource,
		Before: before, After: after, Outcome: "success",
		RequestID: c.record.id, SourceIP: ip, Notices: c.notices,
	}
}

// AuditAlso adds what else the request changes to what Audit noted.
func (c *Case) AuditAlso(before, after map[string]any) {
	if c.audit == nil {
		return
	}
	c.audit.Before, c.audit.After = joined(c.audit.Before, before), joined(c.audit.After, after)
}

// Audited reports whether the request has noted its change for the audit log.
func (c *Case) Audited() bool { return c.audit != nil }

func joined(a, b map[string]any) map[string]any {
	out := make(map[string]any, len(a)+len(b))
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

// Notify notes that a user is to be told of a change to a resource, once it is
// made. It goes with the audit row, so it comes before Audit. Nobody is told of
// what they did themselves.
func (c *Case) Notify(user int64, kind, resource string) {
	if c.Caller.Is(user) {
		return
	}
	c.notices = append(c.notices, model.Notice{UserID: user, Kind: kind, Resource: resource})
}

// Personal returns personal data about u as the audit log may keep them.
func (c *Case) Personal(u model.User, text string) string { return model.Conceal(u.AuditKey, text) }

// Concerns names the row whose version the request's If-Match is about, where
// it isn't that of the line's first resource.
func (c *Case) Concerns(row api.Versioned) { c.concerns = row }

// OrganizationTarget is the caller's organisation.
func (c *Case) OrganizationTarget() access.Target {
	return access.Target{Kind: access.KindOrganization, ID: c.Organization.ID, Organization: c.Organization.ID}
}

// lacks is the kind of right that a caller is without who may not do something
// with a resource of this kind.
func (c *Case) lacks(k access.Kind) fault.Reason {
	switch {
	case k != access.KindOrganization:
		return fault.ReasonRole
	case c.Caller.BoundProject != 0:
		return fault.ReasonKeyProject
	}
	return fault.ReasonRank
}

// Require decides on one more permission than the line names, on a resource
// whose rows were read. It refuses with 403, and the rows that allow it are
// conditions of the request's writes like those of the line.
func (c *Case) Require(p access.Permission, t access.Target) error {
	d := access.Decide(c.Caller, t, p)
	if !d.Allowed {
		return fault.Forbidden(c.lacks(t.Kind))
	}
	c.grants = append(c.grants, grant{d, t})
	return nil
}
