package model

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// States of a removal, in order.
const (
	Revoked  = "revoked"  // access has ended; effects are still to be worked through
	Cleaning = "cleaning" // some effects are done
	Done     = "done"
	Undone   = "undone"
)

// Kinds of a removal.
const (
	FromProject   = "project"
	FromWorkspace = "workspace"
	OfUser        = "user"
)

// Removal records that people were taken out of something: what it did, what
// is left to do, and what an undo needs.
type Removal struct {
	ID              int64           `json:"id" dynamo:"removal_id"`
	Kind            string          `json:"kind" dynamo:"removal_kind" enum:"project,workspace,user"`
	UserIDs         []int64         `json:"user_ids" dynamo:"user_ids"`
	RemovedBy       string          `json:"removed_by" dynamo:"removed_by"`
	RemovedOn       Time            `json:"removed_on" dynamo:"removed_on"`
	UndoUntil       Time            `json:"-" dynamo:"undo_until"`
	UndoableUntil   *Time           `json:"undo_until" dynamo:"-" doc:"null where it can't be undone: it was, or it erases its users"` // see Shown
	State           string          `json:"state" dynamo:"state" enum:"revoked,cleaning,done,undone"`
	EffectiveAccess EffectiveAccess `json:"effective_access" dynamo:"effective_access"`
	Warnings        []string        `json:"warnings" dynamo:"warnings"`
	Effects         []Effect        `json:"effects" dynamo:"-" doc:"At most the first 10,000"`
	EffectCount     int64           `json:"effect_count,omitempty" dynamo:"-" doc:"How many effects there are, where they are too many to show"`

	OrganizationID int64           `json:"-" dynamo:"organization_id"`
	ProjectID      *int64          `json:"-" dynamo:"project_id,omitempty"`
	TeamID         *int64          `json:"-" dynamo:"team_id,omitempty"`
	TransferTo     *int64          `json:"-" dynamo:"transfer_to,omitempty"`
	ProjectsTo     *int64          `json:"-" dynamo:"projects_to,omitempty"`     // who becomes admin instead of TransferTo, where an account ends
	AgentsTo       *int64          `json:"-" dynamo:"agents_to,omitempty"`       // who becomes owner of agents, where they can reach their project
	GiverID        int64           `json:"-" dynamo:"giver_id,omitempty"`        // the user who ended an account; 0 for a service key
	GivesOwner     bool            `json:"-" dynamo:"gives_owner,omitempty"`     // whose rank gives what an owner of a team is
	ProjectMembers []ProjectMember `json:"-" dynamo:"project_members,omitempty"` // deleted with it: before-images
	TeamMembers    []TeamMember    `json:"-" dynamo:"team_members,omitempty"`
	Epoch          int64           `json:"-" dynamo:"epoch,omitempty"`         // to which it raised its place, a deletion the organisation: what was given in an earlier one ends with it
	TombstoneWas   *Tombstone      `json:"-" dynamo:"tombstone_was,omitempty"` // of an earlier removal from the same project
	Deletes        bool            `json:"-" dynamo:"deletes,omitempty"`       // the users were deleted, not only deactivated
	Purges         bool            `json:"-" dynamo:"purges,omitempty"`        // and are erased as soon as the removal is done
	Users          []UserWas       `json:"-" dynamo:"users,omitempty"`         // whose row it changed
	Handovers      []Handover      `json:"-" dynamo:"handovers,omitempty"`     // what TransferTo became with it, of its project
	UndoneBy       string          `json:"-" dynamo:"undone_by,omitempty"`     // set once an undo has begun
	PendingShard   *int64          `json:"-" dynamo:"pending_shard,omitempty"` // set while work is left
	PendingOn      *Time           `json:"-" dynamo:"pending_on,omitempty"`
	Version        int64           `json:"-" dynamo:"version"`
}

// Shown is the removal as it is answered, with until when it can be undone.
func (r Removal) Shown() Removal {
	if r.State != Undone && !r.Purges {
		r.UndoableUntil = &r.UndoUntil
	}
	return r
}

// Place names what people were removed from: a project, a team, or the organization
// where their accounts ended.
func (r Removal) Place() Ref {
	switch {
	case r.ProjectID != nil:
		return KindProject.Ref(*r.ProjectID)
	case r.TeamID != nil:
		return KindTeam.Ref(*r.TeamID)
	}
	return KindOrganization.Ref(r.OrganizationID)
}

// Resource names what a removal is a change of, for the audit log: a membership of a
// project, a team, a user or, where several go at once, the organization.
func (r Removal) Resource() Ref {
	switch {
	case r.Kind == FromProject:
		return r.Place().User(r.UserIDs[0])
	case r.Kind == OfUser && len(r.UserIDs) == 1:
		return KindUser.Ref(r.UserIDs[0])
	}
	return r.Place()
}

// Heir is who becomes owner of teams that nobody else owns, 0 for nobody.
func (r Removal) Heir() int64 { return deref(r.TransferTo) }

// ProjectHeir is who becomes admin of projects that nobody else is admin of.
func (r Removal) ProjectHeir() int64 {
	if r.ProjectsTo != nil {
		return *r.ProjectsTo
	}
	return r.Heir()
}

func deref(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

// RemovalOf is that a removal was of a user, or from a team.
type RemovalOf struct {
	About     string `dynamo:"about"` // "user:15" or "team:7"
	RemovalID int64  `dynamo:"removal_id"`
}

// UserWas is a user's row as a removal found it, as far as it changed the row.
type UserWas struct {
	UserID    int64  `dynamo:"user_id"`
	IsActive  bool   `dynamo:"is_active"`
	RemovalID *int64 `dynamo:"removal_id,omitempty"`
}

// Handover is that an heir became admin of a project in the transaction that began
// its removal.
type Handover = Succession[ProjectMember]

// Succession is that an heir came to lead a project or a team: their membership as
// it was left to them, and as it was before, nil where they had none.
type Succession[M Membership[M]] struct {
	Heir *M `dynamo:"heir"`
	Was  *M `dynamo:"was,omitempty"`
}

// EffectiveAccess says by which other paths the people still get in.
type EffectiveAccess struct {
	StillHasAccess bool     `json:"still_has_access" dynamo:"still_has_access"`
	Via            []string `json:"via" dynamo:"via" doc:"direct, project:ID, team:ID, rank or access_level"`
}

// Effect is one thing a removal changes, or leaves on purpose.
type Effect struct {
	Resource string `json:"resource" dynamo:"resource" doc:"What it touches: project:ID/user:ID, team:ID/user:ID, agent:ID/user:ID, agent:ID, user:ID, api_key:ID, invite:ID, or something of a user's own"`
	Action   string `json:"action" dynamo:"action" enum:"deactivate,delete,revoke,transfer,keep,restore"`
	Detail   string `json:"detail" dynamo:"detail"`
}

// EffectRow is an effect that was worked off, with what there was before: of every
// kind of thing in the same shape.
type EffectRow struct {
	RemovalID int64 `dynamo:"removal_id"`
	Effect
	UserID int64  `dynamo:"user_id"`          // whose it was
	Thing  string `dynamo:"thing,omitempty"`  // what kind of thing it was; "" where nothing is to be put back
	Before Image  `dynamo:"before,omitempty"` // what an undo needs to put it back, as the table encodes it; none once its user is purged
}

// Bare is e without what there was before: what is told of it for good.
func (e EffectRow) Bare() EffectRow {
	e.Before = nil
	return e
}

// Image is a row of the table, or as much of it as is kept elsewhere, in the table's
// own encoding.
type Image map[string]types.AttributeValue

// UnmarshalDynamo takes the attributes as they are.
func (i *Image) UnmarshalDynamo(av types.AttributeValue) error {
	m, ok := av.(*types.AttributeValueMemberM)
	if !ok {
		return fmt.Errorf("an image is a map, not a %T", av)
	}
	*i = m.Value
	return nil
}

// Equal reports whether two images have the same attributes.
func (i Image) Equal(j Image) bool { return len(i) == 0 && len(j) == 0 || reflect.DeepEqual(i, j) }

// Revision is which state a row was in.
type Revision struct {
	Version    int64  `dynamo:"version"`
	ModifiedBy string `dynamo:"modified_by"`
	ModifiedOn Time   `dynamo:"modified_on"`
}

// RevisionOf is the state of a row with that version and stamp.
func RevisionOf(version int64, s Stamp) Revision {
	return Revision{Version: version, ModifiedBy: s.ModifiedBy, ModifiedOn: s.ModifiedOn}
}

// Tombstone marks that a person was taken out of a project: what was given to
// them inside it in an earlier epoch counts for nothing.
//
// The epoch of a project is a number on its row. The transaction that takes
// somebody out raises it; whatever is given inside carries the epoch it was given
// in, and the transaction that gives it demands that this still is the present
// one. So the table tells what came first, and no clock does.
type Tombstone struct {
	ProjectID int64 `dynamo:"project_id"`
	UserID    int64 `dynamo:"user_id"`
	Epoch     int64 `dynamo:"epoch"` // that the removal began
	RemovedOn Time  `dynamo:"removed_on"`
	RemovalID int64 `dynamo:"removal_id"`
}

// Buries reports whether a grant that was made in that epoch counts for nothing.
// The zero tombstone, of who was never taken out, buries none.
func (t Tombstone) Buries(epoch int64) bool { return epoch < t.Epoch }

// System is the actor of what nobody asked for: what follows from a change.
const System = "system"

// Audit is one change, written in the transaction that makes it and never
// changed afterwards. It names people by id; what else is personal stands in it
// encrypted with the key of the user it is about, which their purge deletes.
type Audit struct {
	OrganizationID int64          `dynamo:"organization_id"`
	ID             string         `dynamo:"audit_id"`
	TS             Time           `dynamo:"ts"`
	Actor          string         `dynamo:"actor"` // user:7 or key:abc
	Action         string         `dynamo:"action"`
	Resource       string         `dynamo:"resource"`
	Before         map[string]any `dynamo:"before,omitempty,allowemptyelem"` // a fact may be "" or null
	After          map[string]any `dynamo:"after,omitempty,allowemptyelem"`
	Outcome        string         `dynamo:"outcome"`
	RequestID      string         `dynamo:"request_id"`
	SourceIP       string         `dynamo:"source_ip"`         // encrypted where the actor is a user
	About          string         `dynamo:"about"`             // the first name of Resource, for an index: "project:151"
	Person         string         `dynamo:"person,omitempty"`  // the first user whom it is about in that place, for an index: "user:16"
	Notices        []Notice       `dynamo:"notices,omitempty"` // who is to be told
}

// Mention leads from a user to a change that an index doesn't lead to: one that
// is about several people.
type Mention struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Person         string `dynamo:"person"`
	TS             Time   `dynamo:"ts"`
	AuditID        string `dynamo:"audit_id"`
}

// Kinds of notices.
const (
	NoticeAdded       = "added"
	NoticeRemoved     = "removed"
	NoticeInvited     = "invited"
	NoticeRoleChanged = "role_changed"
)

// Notice says that a user is to be told of a change to a resource.
type Notice struct {
	UserID   int64  `dynamo:"user_id"`
	Kind     string `dynamo:"kind"`
	Resource string `dynamo:"resource"`
}

// About is the name of the resource; that of nothing where it can't be read.
func (n Notice) About() Ref {
	about, _ := ParseRef(n.Resource)
	return about
}

// Marker says that what follows from an audit row was done, in the transaction
// that did it, so that doing it again changes nothing. It ends when no stream
// can repeat the row any more.
type Marker struct {
	Work    string `dynamo:"work"`
	AuditID string `dynamo:"audit_id"`
	TTL     int64  `dynamo:"ttl"`
}

// Replay is the answer kept for an Idempotency-Key.
type Replay struct {
	Principal   string `dynamo:"principal"`
	Operation   string `dynamo:"operation"`
	KeyDigest   string `dynamo:"key_digest"`
	Fingerprint string `dynamo:"fingerprint"`
	Status      int    `dynamo:"status"`
	Body        []byte `dynamo:"body,omitempty"`
	Parts       int    `dynamo:"parts,omitempty"` // the body lies in this many rows beside it
	PartsID     string `dynamo:"parts_id,omitempty"`
	ETag        string `dynamo:"etag,omitempty"`
	RemovalID   int64  `dynamo:"removal_id,omitempty"` // that the request made
	Redacted    bool   `dynamo:"redacted,omitempty"`
	ExpiresOn   Time   `dynamo:"expires_on"`
	TTL         int64  `dynamo:"ttl"`
}

// ReplayPart is a piece of an answer too large for its Replay row.
type ReplayPart struct {
	PartsID string `dynamo:"parts_id"`
	Part    int    `dynamo:"part"`
	Body    []byte `dynamo:"body"`
	TTL     int64  `dynamo:"ttl"`
}

// Counter hands out ids of one sequence in blocks; Last is the last id leased.
type Counter struct {
	Sequence string `dynamo:"sequence"`
	Last     int64  `dynamo:"last"`
}

// The sequences of ids. A membership's id is a user permission's id too.
const (
	OrganizationIDs = "organization"
	UserIDs         = "user"
	TeamIDs         = "team"
	ProjectIDs      = "project"
	PermissionIDs   = "user_permission"
	RecentIDs       = "recent"
	RemovalIDs      = "removal"
	KeyIDs          = "api_key"
	InviteIDs       = "invite"
	NotificationIDs = "notification"
	OffboardingIDs  = "offboarding"
	AgentIDs        = "agent"
	AliasIDs        = "agent_alias"
	ReviewIDs       = "review"
	StarIDs         = "star"
	ThreadIDs       = "chat_thread"
)

// Sequences lists every sequence of ids.
func Sequences() []string {
	return []string{
		OrganizationIDs, UserIDs, TeamIDs, ProjectIDs, PermissionIDs, RecentIDs, RemovalIDs, KeyIDs, InviteIDs, NotificationIDs, OffboardingIDs,
		AgentIDs, AliasIDs, ReviewIDs, StarIDs, ThreadIDs,
	}
}
