// Package resource describes the kinds of things that people have rights on, each
// once, in a file of its own: its keys, its parent, a user's role on it, the
// conditions under which a write may rely on that role, the reasons of an explanation,
// and its purge. Loading, deciding, explaining, previews, followers and purges read
// these descriptions and know no kind. The rights themselves are in package access.
//
// A new kind is a file here, its rules in package access, and a place in Kinds.
package resource

import (
	"context"
	"strconv"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Kind is one kind of thing.
type Kind struct {
	Kind   access.Kind
	Parent *Kind // the kind of the thing that one belongs to, and is reached through; nil for none

	// Key returns the primary key of a thing's row, or of the row that leads to it.
	Key func(id int64) table.Primary
	// Place returns the common fields of a thing's row, deleted or not; false where the
	// row wasn't read, or is another organisation's.
	Place func(v *View, id int64) (Place, bool)

	// RoleKeys adds the keys of a user's roles on a thing and on its parents, as far as
	// the rows that were read name these; user is 0 for a service key. The caller reads
	// the rows and calls it again, until it adds no new key.
	RoleKeys func(v *View, keys []table.Primary, id, user int64) []table.Primary
	// LeadsFurther reports whether RoleKeys, although it knew the thing's row, must be
	// called again once its keys were read; nil for never.
	LeadsFurther func(v *View, id int64) bool
	// MemberKeys are the keys of a user's role on the thing itself, without its
	// parents'; parent is the id of its parent, 0 where it isn't known.
	MemberKeys func(id, parent, user int64) []table.Primary
	// Member returns a user's role on the thing itself, if its row was read, including
	// one that has expired or that a removal has voided.
	Member func(v *View, id, user int64) (Member, bool)
	// MemberAt returns the thing and the user of the membership with a key; false for
	// other rows.
	MemberAt func(p table.Primary) (id, user int64, ok bool)
	// Assign sets the caller's role on the thing in a target; Through sets the thing as
	// a parent in the target of another. Both are nil for a kind without members.
	Assign  func(t *access.Target, role string)
	Through func(t *access.Target, id int64)
	// Find returns the access target of a thing for a user, and notes the thing in the
	// line, unless it has one of the kind; false where the organisation has none with
	// the id, or it is deleted.
	Find func(v *View, l *Line, id, user int64) (access.Target, bool)
	// Target returns the access target of a thing for a user, deleted or not; false
	// where its rows weren't read. Manage is the permission to remove people from it.
	Target func(v *View, id, user int64) (access.Target, bool)
	Manage access.Permission
	// First returns the id of the thing of this kind in the line, 0 for none, and the
	// row whose version an If-Match may name, nil for none.
	First func(l *Line) (id int64, row Row)

	// Require demands in a transaction that a user's role on the thing itself is as it
	// was read; RequireOpen, that the thing's openness is the target's.
	Require     func(tx *table.Tx, v *View, id, user int64)
	RequireOpen func(tx *table.Tx, t access.Target)
	// RequireTeam puts the condition into a transaction that a thing, or its project, is of
	// the target's team; nil for what is reached through no team.
	RequireTeam func(tx *table.Tx, t access.Target)
	// HidesMembers says that only callers who may manage a thing may know who has a
	// role on it.
	HidesMembers bool
	// RankAndRole says that the caller acts by the higher of their role and their rank,
	// so that a write relies on both.
	RankAndRole bool

	// Lacks are the reasons why a user's role on it doesn't suffice; LacksThrough, why
	// their role on it doesn't suffice for a thing that belongs to it.
	Lacks, LacksThrough Lacking

	// ParentIn reads a thing's parent before and after a change from its audit row; nil
	// where it never changes.
	ParentIn func(a model.Audit) audit.Turn[audit.Parent]
	// OpennessIn reads a thing's openness before and after a change from its audit row;
	// nil for a kind that is never open to users without a role.
	OpennessIn func(a model.Audit) audit.Turn[audit.Openness]
	// EndsWithParent says that a thing never changes its parent, that a removal from the
	// parent voids the user's role on the thing, and that the thing is deleted with it.
	EndsWithParent bool
	// End notes the deletion of a thing whose parent the user by has deleted, and
	// returns the change for the audit log. It writes at most EndRows rows, the audit
	// row included.
	End     func(ctx context.Context, s *store.Store, tx *table.Tx, v *View, id int64, by string, now model.Time) (audit.Change, error)
	EndRows int
	// Move notes the team of project p in a thing's row, if that has another; nil for a
	// kind that isn't listed under teams.
	Move func(s *store.Store, tx *table.Tx, v *View, id int64, p model.Project)
	// CountIn is the number of things of the kind that the project's row counts, without
	// deleted ones; nil where it counts none: then only an index knows, which may be
	// late.
	CountIn func(v *View, project int64) int64

	// Lists find the things of the kind.
	Lists Lists

	// Path is the API's path of the kind's things: "/" and an id follow, except for the
	// organisation.
	Path string

	// Rows writes the rows of the kind's things; nil for a kind that isn't purged.
	Rows Rows
	// Purge notes the deletion of at most n rows about a deleted thing, or n of each of
	// several entities, that aren't in its own partition, and reports whether there were
	// any; nil for a kind without such rows.
	Purge func(ctx context.Context, s *store.Store, tx *table.Tx, id int64, n int) (bool, error)
}

// List finds at most n things under the id of, by id after an id, as the list methods
// of the store do. The Ref of a thing in a project names the project.
type List func(ctx context.Context, s *store.Store, of, after int64, n int) ([]store.Ref, error)

// Lists are the lists that have things of a kind.
type Lists struct {
	OfUser List     // the things on which a user has a role; nil for none
	Inside []Inside // the things that belong to one of another kind, the nearest kind first
	Open   List     // the things that are open to an organisation; nil for none
}

// In returns the list of things that belong to one of kind k; nil for none.
func (l Lists) In(k *Kind) List {
	for _, in := range l.Inside {
		if in.Of == k {
			return in.List
		}
	}
	return nil
}

// Inside lists the things that belong to one of kind Of.
type Inside struct {
	Of   *Kind
	List List
}

// listed makes a List of a store method.
func listed(list func(s *store.Store, ctx context.Context, of, after int64, n int) ([]store.Ref, error)) List {
	return func(ctx context.Context, s *store.Store, of, after int64, n int) ([]store.Ref, error) {
		return list(s, ctx, of, after, n)
	}
}

// listedIDs makes a List of a store method that returns ids.
func listedIDs(list func(s *store.Store, ctx context.Context, of, after int64, n int) ([]int64, error)) List {
	return func(ctx context.Context, s *store.Store, of, after int64, n int) ([]store.Ref, error) {
		ids, err := list(s, ctx, of, after, n)
		return store.Refs(ids), err
	}
}

// Kinds are all kinds, parents first.
func Kinds() []*Kind { return []*Kind{&Organization, &Team, &Workspace, &Project, &Agent} }

// byKind are Kinds by their access.Kind.
var byKind = func() (all [16]*Kind) {
	for _, k := range Kinds() {
		all[k.Kind] = k
	}
	return all
}()

// Of returns the kind of a resource of an operation's line; nil for no kind.
func Of(r access.Resource) *Kind {
	if r.ByAlias {
		return &agentByAlias
	}
	return byKind[r.Kind]
}

// Named returns the kind with the name that a resource_type and the audit log have;
// nil for none.
func Named(name string) *Kind {
	for _, k := range Kinds() {
		if k.Kind.String() == name {
			return k
		}
	}
	return nil
}

// OfThing returns the kind of a thing that is named; nil for one that people have no
// rights on.
func OfThing(t model.Thing) *Kind { return Named(string(t.Kind)) }

// Name is the name of a thing in the audit log: "project:151".
func (k *Kind) Name(id int64) string { return k.Ref(id).String() }

// Ref is Name before it is formatted.
func (k *Kind) Ref(id int64) model.Ref { return model.Kind(k.Kind.String()).Ref(id) }

// Address is the API's path of a thing.
func (k *Kind) Address(id int64) string {
	if k == &Organization {
		return k.Path
	}
	return k.Path + "/" + strconv.FormatInt(id, 10)
}

// Rows writes the own rows of a kind's things.
type Rows interface {
	// Delete notes the deletion of a thing's row, which must be as in rows; Check
	// demands that it is. Both do nothing where rows lack it.
	Delete(tx *table.Tx, rows table.Rows, id int64)
	Check(tx *table.Tx, rows table.Rows, id int64)
	// ID returns the id of the thing whose row has the key; false for other rows.
	ID(p table.Primary) (int64, bool)
}

// rowsOf are the rows of an entity, whose primary key has the attribute id.
type rowsOf[T any] struct {
	e  *table.Entity[T]
	id string
}

func (r rowsOf[T]) Delete(tx *table.Tx, rows table.Rows, id int64) {
	if v, ok := r.e.In(rows, id); ok {
		r.e.Delete(tx, v)
	}
}

func (r rowsOf[T]) Check(tx *table.Tx, rows table.Rows, id int64) {
	if v, ok := r.e.In(rows, id); ok {
		r.e.Check(tx, v)
	}
}

func (r rowsOf[T]) ID(p table.Primary) (int64, bool) { return r.e.ID(p, r.id) }

// memberAt returns Kind.MemberAt for the memberships of an entity, whose primary key
// has the attribute name for the thing's id.
func memberAt[T any](e *table.Entity[T], name string) func(table.Primary) (id, user int64, ok bool) {
	return func(p table.Primary) (int64, int64, bool) {
		id, ok := e.ID(p, name)
		user, _ := e.ID(p, "user_id")
		return id, user, ok
	}
}

// Place has the fields that the rows of all kinds share.
type Place struct {
	ID, Organization int64
	Title            string // its name for people
	Parent           int64  // the id of its parent; 0 for none
	Project          int64  // the project that it is, or belongs to; 0 for none
	Open             access.Openness
	PurgeOn          *model.Time // the end of a deleted thing's retention
	model.Stamp
}

// Member is a user's own role on a thing.
type Member struct {
	Role      string
	ExpiresOn *model.Time
	CreatedOn model.Time
	Epoch     int64 // the parent's when it was given, for a kind that EndsWithParent
	Ended     bool  // a removal from the parent has voided it, though the row isn't deleted yet
}

// Row is a row whose version an ETag shows.
type Row interface{ RowVersion() int64 }

// Line has the things that an operation's line names, the first of each kind.
type Line struct {
	Project *model.Project // named, or the agent's
	Team    *model.Team
	Agent   *model.Agent // as answers show it
}
