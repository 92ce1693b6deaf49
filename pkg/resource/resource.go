// Package resource describes the kinds of things that people have rights on, each
// once, in a file of its own: where its rows lie, what it belongs to, what a user is
// on it, under which condition that may be relied on while something is written,
// what an explanation says where it doesn't suffice, and what goes with it when it is
// purged. Who loads, decides, explains, previews, follows or purges reads these
// descriptions and knows no kind. The rights themselves are those of package access.
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
	Parent *Kind // of what a thing belongs to, and is reached through; nil for none

	// Key is where the row of a thing lies, or of what leads to it.
	Key func(id int64) table.Primary
	// Place is a thing as its row stands, deleted or not; false where the row wasn't
	// read, or is of another organisation.
	Place func(v *View, id int64) (Place, bool)

	// RoleKeys adds the rows that tell what a user, 0 for a service key, is on a
	// thing and on what it belongs to, as far as the rows that were read say where
	// they lie. Whoever reads them asks again, until nothing new is named.
	RoleKeys func(v *View, keys []table.Primary, id, user int64) []table.Primary
	// LeadsFurther reports whether a thing's row, though it was read before RoleKeys
	// was asked, may not have named all: nil for never.
	LeadsFurther func(v *View, id int64) bool
	// MemberKeys are those of the rows alone that tell what a user is on the thing
	// itself; parent is what it belongs to, 0 where that isn't known.
	MemberKeys func(id, parent, user int64) []table.Primary
	// Member is what a user is on the thing itself, if they are anything. What has
	// expired is returned, too, and what a removal has ended.
	Member func(v *View, id, user int64) (Member, bool)
	// MemberAt is whose membership lies at a key, and of what; false for other rows.
	MemberAt func(p table.Primary) (id, user int64, ok bool)
	// Assign gives the caller a role on the thing in a target; Through says that a
	// target belongs to the thing. Both nil for what nobody is a member of.
	Assign  func(t *access.Target, role string)
	Through func(t *access.Target, id int64)
	// Find is a thing as a user stands to it, and takes the first of its kind onto
	// the line; false where there is none in the organisation, or it is deleted.
	Find func(v *View, l *Line, id, user int64) (access.Target, bool)
	// Target is a thing as a user stands to it, deleted or not; false where its rows
	// weren't read. Manage is the permission that taking people out of it needs.
	Target func(v *View, id, user int64) (access.Target, bool)
	Manage access.Permission
	// First is the id of the one on the line, 0 for none, and the row whose version a
	// request may name, nil for none.
	First func(l *Line) (id int64, row Row)

	// Require puts the condition into a transaction that what a user is on the thing
	// itself is as it was read; RequireOpen, that the target is as open.
	Require     func(tx *table.Tx, v *View, id, user int64)
	RequireOpen func(tx *table.Tx, t access.Target)
	// RequireTeam puts the condition into a transaction that a thing, or its project, is of
	// the target's team; nil for what is reached through no team.
	RequireTeam func(tx *table.Tx, t access.Target)
	// HidesMembers says that who may not manage a thing may not know who has a role on
	// it.
	HidesMembers bool
	// RankAndRole says that the caller acts as the higher of their role and their
	// rank, so that a decision rests on both.
	RankAndRole bool

	// Lacks are the reasons why a user's own place on it doesn't suffice;
	// LacksThrough, why that doesn't which they have on what it belongs to.
	Lacks, LacksThrough Lacking

	// ParentIn reads out of a row of the audit log what a thing belonged to and
	// belongs to; nil where that never changes.
	ParentIn func(a model.Audit) audit.Turn[audit.Parent]
	// OpennessIn reads how open a thing was and is; nil where no thing of the kind is
	// open to those who are nothing on it.
	OpennessIn func(a model.Audit) audit.Turn[audit.Openness]
	// EndsWithParent says that a removal from what a thing belongs to, for good, ends
	// what somebody is on the thing, and that it is deleted with that.
	EndsWithParent bool
	// End notes the deletion of a thing that ends with what it belongs to, which by
	// has deleted, and tells the audit log of it: at most EndRows rows, the log's
	// included.
	End     func(ctx context.Context, s *store.Store, tx *table.Tx, v *View, id int64, by string, now model.Time) (audit.Change, error)
	EndRows int
	// Move lets a thing's row say the team of its project, if it says another; nil for
	// what isn't listed under teams.
	Move func(s *store.Store, tx *table.Tx, v *View, id int64, p model.Project)
	// CountIn is how many things of the kind that aren't deleted a project counts; nil
	// where it doesn't: only the index tells of them, which may be late.
	CountIn func(v *View, project int64) int64

	// Lists tell which things of the kind there are, for whoever goes through them.
	Lists Lists

	// Path is where a thing is read, with "/" and its id behind it but for the one
	// organisation.
	Path string

	// Rows are where its rows lie; nil for what isn't purged by itself.
	Rows Rows
	// Purge notes the end of rows about a deleted thing that don't lie beside its
	// own, at most n, and reports whether there were any; nil for nothing.
	Purge func(ctx context.Context, s *store.Store, tx *table.Tx, id int64, n int) (bool, error)
}

// List finds at most n things in or of something, by id after an id, as the lists of
// the store do. A thing in a project comes with its project.
type List func(ctx context.Context, s *store.Store, of, after int64, n int) ([]store.Ref, error)

// Lists are where things of a kind are listed.
type Lists struct {
	OfUser List     // those that a user is a member of, or has a role on; nil for none
	Inside []Inside // those that belong to a thing of another kind, nearest first
	Open   List     // those of an organisation that are open to it; nil for none
}

// In is the list of what belongs to a thing of a kind; nil for none.
func (l Lists) In(k *Kind) List {
	for _, in := range l.Inside {
		if in.Of == k {
			return in.List
		}
	}
	return nil
}

// Inside lists what belongs to things of a kind.
type Inside struct {
	Of   *Kind
	List List
}

// listed is a list of the store.
func listed(list func(s *store.Store, ctx context.Context, of, after int64, n int) ([]store.Ref, error)) List {
	return func(ctx context.Context, s *store.Store, of, after int64, n int) ([]store.Ref, error) {
		return list(s, ctx, of, after, n)
	}
}

// listedIDs is one that tells ids alone.
func listedIDs(list func(s *store.Store, ctx context.Context, of, after int64, n int) ([]int64, error)) List {
	return func(ctx context.Context, s *store.Store, of, after int64, n int) ([]store.Ref, error) {
		ids, err := list(s, ctx, of, after, n)
		out := make([]store.Ref, len(ids))
		for i, id := range ids {
			out[i].ID = id
		}
		return out, err
	}
}

// Kinds are all kinds, those first that others belong to.
func Kinds() []*Kind { return []*Kind{&Organization, &Team, &Workspace, &Project, &Agent} }

// byKind are Kinds by what access calls them.
var byKind = func() (all [16]*Kind) {
	for _, k := range Kinds() {
		all[k.Kind] = k
	}
	return all
}()

// Of is the kind of what a line names; nil for no kind.
func Of(r access.Resource) *Kind {
	if r.ByAlias {
		return &agentByAlias
	}
	return byKind[r.Kind]
}

// Named is the kind with a name, as a resource_type or in the audit log; nil for
// none.
func Named(name string) *Kind {
	for _, k := range Kinds() {
		if k.Kind.String() == name {
			return k
		}
	}
	return nil
}

// OfThing is the kind of a thing that has a name; nil for none that people have rights
// on.
func OfThing(t model.Thing) *Kind { return Named(string(t.Kind)) }

// Name is the name of a thing in the audit log: "project:151".
func (k *Kind) Name(id int64) string { return k.Ref(id).String() }

// Ref is the same, to be written or read.
func (k *Kind) Ref(id int64) model.Ref { return model.Kind(k.Kind.String()).Ref(id) }

// Address is where a thing is read.
func (k *Kind) Address(id int64) string {
	if k == &Organization {
		return k.Path
	}
	return k.Path + "/" + strconv.FormatInt(id, 10)
}

// Rows writes the rows of things of a kind.
type Rows interface {
	// Delete notes the end of a row as it was read; Check, that it is as it was read.
	Delete(tx *table.Tx, rows table.Rows, id int64)
	Check(tx *table.Tx, rows table.Rows, id int64)
	// ID is the id of the thing whose row lies there; false for other rows.
	ID(p table.Primary) (int64, bool)
}

// rowsOf are the rows of an entity, whose key has an id under a name.
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

// memberAt tells whose membership, of a thing whose id the key has under a name, lies
// at a key of an entity.
func memberAt[T any](e *table.Entity[T], name string) func(table.Primary) (id, user int64, ok bool) {
	return func(p table.Primary) (int64, int64, bool) {
		id, ok := e.ID(p, name)
		user, _ := e.ID(p, "user_id")
		return id, user, ok
	}
}

// Place is a thing as its row stands.
type Place struct {
	ID, Organization int64
	Title            string // as people call it
	Parent           int64  // id of what it belongs to; 0 for nothing
	Project          int64  // that it is, or belongs to; 0 for none
	Open             access.Openness
	PurgeOn          *model.Time // when the retention of a deleted one is over
	model.Stamp
}

// Member is what a user is on a thing themselves.
type Member struct {
	Role      string
	ExpiresOn *model.Time
	CreatedOn model.Time
	Epoch     int64 // of what the thing belongs to, in which it was given
	Ended     bool  // by a removal from what the thing belongs to: it gives nothing, though it isn't deleted yet
}

// Row is a row whose version an ETag shows.
type Row interface{ RowVersion() int64 }

// Line is the things that an operation's line names: the first of each kind.
type Line struct {
	Project *model.Project // or that of the agent
	Team    *model.Team
	Agent   *model.Agent // as shown
}
