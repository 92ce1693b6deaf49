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

// Removal records that people were removed from a place: its effects, the work that
// remains, and what an undo needs.
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
	GivesOwner     bool            `json:"-" dynamo:"gives_owner,omitempty"`     // the giver's rank lets them make somebody a team's owner
	ProjectMembers []ProjectMember `json:"-" dynamo:"project_members,omitempty"` // memberships that it deleted
	TeamMembers    []TeamMember    `json:"-" dynamo:"team_members,omitempty"`
	Epoch          int64           `json:"-" dynamo:"epoch,omitempty"`         // to which it raised its place's, or a deletion the organisation's: grants of earlier ones end
	TombstoneWas   *Tombstone      `json:"-" dynamo:"tombstone_was,omitempty"` // of an earlier removal from the same project
	Deletes        bool            `json:"-" dynamo:"deletes,omitempty"`       // the users were deleted, not only deactivated
	Purges         bool            `json:"-" dynamo:"purges,omitempty"`        // the users are erased as soon as the removal is done
	Users          []UserWas       `json:"-" dynamo:"users,omitempty"`         // before-images of the users' rows that it changed
	Handovers      []Handover      `json:"-" dynamo:"handovers,omitempty"`     // TransferTo's new membership of its project
	UndoneBy       string          `json:"-" dynamo:"undone_by,omitempty"`     // set once an undo has begun
	PendingShard   *int64          `json:"-" dynamo:"pending_shard,omitempty"` // set while work is left
	PendingOn      *Time           `json:"-" dynamo:"pending_on,omitempty"`
	Version        int64           `json:"-" dynamo:"version"`
}

// Shown returns the removal as answers have it, with the end of its undo period.
func (r Removal) Shown() Removal {
	if r.State != Undone && !r.Purges {
		r.UndoableUntil = &r.UndoUntil
	}
	return r
}

// Place is the project or team that people were removed from, or the organization
// in which their accounts ended.
func (r Removal) Place() Ref {
	switch {
	case r.ProjectID != nil:
		return KindProject.Ref(*r.ProjectID)
	case r.TeamID != nil:
		return KindTeam.Ref(*r.TeamID)
	}
	return KindOrganization.Ref(r.OrganizationID)
}

// Resource is the resource of the removal's audit row: a membership of a project, a
// team, a user or, where several go at once, the organization.
func (r Removal) Resource() Ref {
	switch {
	case r.Kind == FromProject:
		return r.Place().User(r.UserIDs[0])
	case r.Kind == OfUser && len(r.UserIDs) == 1:
		return KindUser.Ref(r.UserIDs[0])
	}
	return r.Place()
}

// Heir is the user who becomes owner of teams that have no other owner, 0 for
// nobody.
func (r Removal) Heir() int64 { return deref(r.TransferTo) }

// ProjectHeir is the user who becomes admin of projects that have no other admin, 0
// for nobody.
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

// RemovalOf lists a removal under a user it removed, or the team it was from.
type RemovalOf struct {
	About     string `dynamo:"about"` // "user:15" or "team:7"
	RemovalID int64  `dynamo:"removal_id"`
}

// UserWas has the fields of a user's row that a removal changed, as they were before.
type UserWas struct {
	UserID    int64  `dynamo:"user_id"`
	IsActive  bool   `dynamo:"is_active"`
	RemovalID *int64 `dynamo:"removal_id,omitempty"`
}

// Handover is the succession of a project's admin in the transaction that began a
// removal.
type Handover = Succession[ProjectMember]

// Succession records that an heir became admin of a project or owner of a team:
// their membership from then on, and as it was before, nil where they had none.
type Succession[M Membership[M]] struct {
	Heir *M `dynamo:"heir"`
	Was  *M `dynamo:"was,omitempty"`
}

// EffectiveAccess lists the paths by which removed people still have access.
type EffectiveAccess struct {
	StillHasAccess bool     `json:"still_has_access" dynamo:"still_has_access"`
	Via            []string `json:"via" dynamo:"via" doc:"direct, project:ID, team:ID, rank or access_level"`
}

// Effect is one thing that a removal changes, or keeps on purpose.
type Effect struct {
	Resource string `json:"resource" dynamo:"resource" doc:"What it touches: project:ID/user:ID, team:ID/user:ID, agent:ID/user:ID, agent:ID, user:ID, api_key:ID, invite:ID, or something of a user's own"`
	Action   string `json:"action" dynamo:"action" enum:"deactivate,delete,revoke,transfer,keep,restore"`
	Detail   string `json:"detail" dynamo:"detail"`
}

// EffectRow is an effect that was carried out, with the before-image of its thing,
// in one shape for every kind of thing.
type EffectRow struct {
	RemovalID int64 `dynamo:"removal_id"`
	Effect
	UserID int64  `dynamo:"user_id"`          // the user who had the thing
	Thing  string `dynamo:"thing,omitempty"`  // its kind, a name of package removal; "" where nothing is to be put back
	Before Image  `dynamo:"before,omitempty"` // what an undo puts back; none once its user is purged
}

// Bare returns e without its before-image.
func (e EffectRow) Bare() EffectRow {
	e.Before = nil
	return e
}

// Image is a copy of a row, or of a part of it, in the table's own encoding.
type Image map[string]types.AttributeValue

// UnmarshalDynamo takes a map's attributes as they are; anything else is an error.
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

// Revision identifies one state of a row.
type Revision struct {
	Version    int64  `dynamo:"version"`
	ModifiedBy string `dynamo:"modified_by"`
	ModifiedOn Time   `dynamo:"modified_on"`
}

// RevisionOf is the state of a row with that version and stamp.
func RevisionOf(version int64, s Stamp) Revision {
	return Revision{Version: version, ModifiedBy: s.ModifiedBy, ModifiedOn: s.ModifiedOn}
}

// Tombstone records that a user was removed from a project: grants inside it that
// they got in an earlier epoch have no effect.
//
// The epoch of a project is a number on its row. A removal's transaction raises
// it; every grant inside the project carries the epoch in which it was made, and
// its transaction demands that this is still the present one. So the table tells
// which came first, and no clock does.
type Tombstone struct {
	ProjectID int64 `dynamo:"project_id"`
	UserID    int64 `dynamo:"user_id"`
	Epoch     int64 `dynamo:"epoch"` // to which the removal raised the project's
	RemovedOn Time  `dynamo:"removed_on"`
	RemovalID int64 `dynamo:"removal_id"`
}

// Buries reports whether a grant that was made in the epoch has no effect. The zero
// Tombstone buries none.
func (t Tombstone) Buries(epoch int64) bool { return epoch < t.Epoch }

// System is the actor of changes that no request makes: consequences of others.
const System = "system"

// Audit is one change, written in the transaction that makes it and never
// changed afterwards. It names people by id; other personal data are encrypted
// with the key of the user they are about, which their purge deletes.
type Audit struct {
	OrganizationID int64          `dynamo:"organization_id"`
	ID             string         `dynamo:"audit_id"`
	TS             Time           `dynamo:"ts"`
	Actor          string         `dynamo:"actor"` // user:7 or key:abc
	Action         string         `dynamo:"action"`
	Resource       string         `dynamo:"resource"`
	Before         map[string]any `dynamo:"before,omitempty,allowemptyelem"` // a value may be "" or null
	After          map[string]any `dynamo:"after,omitempty,allowemptyelem"`
	Outcome        string         `dynamo:"outcome"`
	RequestID      string         `dynamo:"request_id"`
	SourceIP       string         `dynamo:"source_ip"`         // encrypted where the actor is a user
	About          string         `dynamo:"about"`             // the whole that Resource is a part of, for an index: "project:151"
	Person         string         `dynamo:"person,omitempty"`  // the first user it concerns there, for an index: "user:16"
	Notices        []Notice       `dynamo:"notices,omitempty"` // who is to be told
}

// Mention leads from a user to a change that concerns several people, which an
// index lists under the first of them alone.
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

// About is Resource, parsed; the zero Ref where it can't be.
func (n Notice) About() Ref {
	about, _ := ParseRef(n.Resource)
	return about
}

// Marker records that one kind of work on an audit row was done. It is written in
// the work's own transaction, so that a repeated record changes nothing, and
// expires when no stream can repeat the row any more.
type Marker struct {
	Work    string `dynamo:"work"`
	AuditID string `dynamo:"audit_id"`
	TTL     int64  `dynamo:"ttl"`
}

// Replay is the stored answer of an Idempotency-Key.
type Replay struct {
	Principal   string `dynamo:"principal"`
	Operation   string `dynamo:"operation"`
	KeyDigest   string `dynamo:"key_digest"`
	Fingerprint string `dynamo:"fingerprint"`
	Status      int    `dynamo:"status"`
	Body        []byte `dynamo:"body,omitempty"`
	Parts       int    `dynamo:"parts,omitempty"` // where the body is in that many ReplayPart rows
	PartsID     string `dynamo:"parts_id,omitempty"`
	ETag        string `dynamo:"etag,omitempty"`
	RemovalID   int64  `dynamo:"removal_id,omitempty"` // the removal that the request began
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
