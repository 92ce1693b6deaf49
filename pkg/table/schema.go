package table

import (
	"maps"
	"reflect"
	"slices"
	"sync"

	"wardroom/pkg/model"
)

// The entities. A comment says what a row is for; the sentence beside a
// secondary key is the question it answers. docs/schema.md is made from this
// list, and the stack's indexes too.
//
// Ids inside sort keys are padded to 16 digits where rows are read in their
// order. No attribute that fills a hole may hold a '#': free text enters a key
// only as a digest.
var (
	Organizations = of[model.Organization]("Organization", "ORG#{organization_id}", "ORG", "an organization").
			GSI("gsi1", "ORGANIZATIONS", "{organization_id:16}", "all organizations, for the sweep, by id")
	Domains = of[model.Domain]("Domain", "ORG#{organization_id}", "DOMAIN#{domain}", "which domains does the organization say are its own, and has it proved them?")
	Proofs  = of[model.Proof]("Proof", "DOMAIN#{domain}", "PROOF", "who has proved that this domain is theirs? one organization each").Guarded("organization_id")

	Users = of[model.User]("User", "USER#{user_id}", "USER", "a user").
		GSI("gsi1", "ORG#{organization_id}#USER", "{user_id:16}", "users of an organization that aren't deleted, by id").Without("deleted_on").
		GSI("gsi2", "ORG#{global_admin_of}#GLOBALADMIN", "{user_id:16}", "global admins of an organization, by id").
		GSI("gsi3", "PENDING#{pending_shard}", "{pending_on}#USER#{user_id:16}", "deleted users whose retention ends, oldest first")
	Emails           = of[model.Email]("Email", "ORG#{organization_id}#EMAIL#{email_key}", "EMAIL", "whose address is this? one user of an organization each").Guarded("user_id")
	ProvisionedNames = of[model.ProvisionedName]("ProvisionedName", "ORG#{organization_id}#PROVISIONED#{scope}#{name_key}", "PROVISIONED", "whom does an identity provider call so? one of an organization each").Guarded("holder_id")
	Subjects         = of[model.Subject]("Subject", "SUBJECT#{subject_key}", "SUBJECT", "which user is this subject of an issuer?").Guarded("user_id").
				GSI("gsi1", "USER#{user_id}#SUBJECT", "{subject_key}", "subjects bound to a user")
	Bindings = of[model.Binding]("Binding", "USER#{user_id}", "ISSUER#{issuer_key}", "which subject of this issuer is the user? one each").Guarded("subject_key")

	RankGrants = of[model.RankGrant]("RankGrant", "USER#{user_id}", "RANK", "was a rank granted as a permission?").Guarded("id", versionAttr).
			GSI("gsi3", "PERMISSION#{id}", "RANK", "which grant of a rank has this id?")

	Keys = of[model.APIKey]("APIKey", "KEY#{prefix}", "KEY", "an API key by its prefix").
		GSI("gsi1", "USER#{user_id}#KEY", "{key_id:16}", "API keys of a user, by id").
		GSI("gsi2", "PROJECT#{project_id}#KEY", "{user_id:16}#{key_id:16}", "personal keys bound to a project that aren't revoked, by user").Without("revoked_on").
		GSI("gsi3", "ORG#{service_of}#SERVICEKEY", "{key_id:16}", "service keys of an organization, by id")
	KeyIDs = of[model.KeyID]("KeyID", "KEYID#{key_id}", "KEYID", "which API key has this id?").Guarded("prefix")

	Teams = of[model.Team]("Team", "TEAM#{team_id}", "TEAM", "a team (workspace)").
		GSI("gsi1", "ORG#{organization_id}#TEAM", "{team_id:16}", "teams of an organization, by id").
		GSI("gsi2", "ORG#{organization_id}#TEAMNAME#{name_key}", "{team_id:16}", "teams of an organization with a name, by id").
		GSI("gsi3", "PENDING#{pending_shard}", "{pending_on}#TEAM#{team_id:16}", "deleted teams whose retention ends, oldest first").Even()
	TeamMembers = of[model.TeamMember]("TeamMember", "TEAM#{team_id}", "MEMBER#{user_id}", "is this user in the team, as what?").Guarded("id", versionAttr).
			GSI("gsi1", "TEAM#{team_id}#MEMBER", "{id:16}", "members of a team, by membership id").
			GSI("gsi2", "USER#{user_id}#TEAM", "{team_id:16}", "teams of a user, by id")

	Projects = of[model.Project]("Project", "PROJECT#{project_id}", "PROJECT", "a project").
			GSI("gsi1", "ORG#{organization_id}#PROJECT", "{project_id:16}", "projects of an organization, by id").
			GSI("gsi2", "TEAM#{team_id}#PROJECT", "{project_id:16}", "projects of a team, by id").
			GSI("gsi3", "PENDING#{pending_shard}", "{pending_on}#PROJECT#{project_id:16}", "deleted projects whose retention ends, oldest first").Even()
	ProjectNames   = of[model.ReservedProjectName]("ProjectName", "ORG#{organization_id}#TEAM#{name_scope}#NAME#{name_key}", "NAME", "which project has this name? one of a team each").Guarded("project_id")
	ProjectMembers = of[model.ProjectMember]("ProjectMember", "PROJECT#{project_id}", "MEMBER#{user_id}", "is this user in the project, as what?").Guarded("id", versionAttr).
			GSI("gsi1", "PROJECT#{project_id}#MEMBER", "{id:16}", "members of a project, by membership id").
			GSI("gsi2", "USER#{user_id}#PROJECT", "{project_id:16}", "projects a user is a member of, by id").
			GSI("gsi3", "PERMISSION#{id}", "PROJECT#{project_id:16}", "which membership has this id?")
	Tombstones = of[model.Tombstone]("Tombstone", "PROJECT#{project_id}", "REMOVED#{user_id}", "when was this user last taken out of the project?")
	Recents    = of[model.Recents]("Recents", "USER#{user_id}", "RECENT#PROJECT", "the newest projects of a user")

	// A list rather than an index: it is never late, and every page is full.
	Ownerless = of[model.Ownerless]("Ownerless", "ORG#{organization_id}#OWNERLESS#{ownerless_of}", "{ownerless_id:16}", "projects, teams or agents that nobody holds, by id").Guarded("ownerless_id")

	Agents = of[model.Agent]("Agent", "AGENT#{agent_id}", "AGENT", "an agent").
		GSI("gsi1", "ORG#{organization_id}#AGENT", "{agent_id:16}#{project_id:16}", "agents of an organization, by id").
		GSI("gsi2", "PROJECT#{project_id}#AGENT", "{agent_id:16}", "agents of a project, by id").
		GSI("gsi3", "PENDING#{pending_shard}", "{pending_on}#AGENT#{agent_id:16}", "deleted agents whose retention ends, oldest first").Even()
	// Lists rather than indexes, which are late: an agent that goes from one to
	// another would be in neither for a moment.
	TeamAgents = of[model.TeamAgent]("TeamAgent", "TEAM#{team_id}#AGENT", "{agent_id:16}", "agents of a team's projects, by id").Guarded("agent_id")
	OpenAgents = of[model.OpenAgent]("OpenAgent", "ORG#{organization_id}#OPENAGENT", "{agent_id:16}", "agents that are open to their organization, by id").Guarded("agent_id")
	// In the user's partition, so that a removal finds one given a moment ago, too.
	AgentMembers = of[model.AgentMember]("AgentMember", "USER#{user_id}#AGENT", "{agent_id:16}", "has this user a permission on the agent, as what? by agent").Guarded("id", versionAttr).
			GSI("gsi1", "AGENT#{agent_id}#MEMBER", "{id:16}", "permissions on an agent, by id").
			GSI("gsi3", "PERMISSION#{id}", "AGENT#{agent_id:16}#{project_id:16}", "which permission on an agent has this id?")
	Withdrawals   = of[model.Withdrawal]("Withdrawal", "AGENT#{agent_id}", "WITHDRAWN#{user_id}", "was a permission of this user on the agent taken back by itself?").Guarded("epoch")
	AgentVersions = of[model.AgentVersion]("AgentVersion", "AGENT#{agent_id}", "VERSION#{config_version:16}", "what was the configuration of this version?").Guarded("config_hash")
	AgentTypes    = of[model.AgentTypes]("AgentTypes", "ORG#{organization_id}#AGENTTYPE", "AGENTTYPE", "which types of agents does an organization have, if it has edited one?")
	Aliases       = of[model.Alias]("Alias", "ALIAS#{alias_id}", "ALIAS", "an alias of an agent").
			GSI("gsi1", "AGENT#{agent_id}#ALIAS", "{alias_id:16}", "aliases of an agent, by id").
			GSI("gsi2", "ORG#{organization_id}#ALIAS", "{alias_id:16}#{agent_id:16}#{project_id:16}", "aliases in an organization, by id")
	AliasNames = of[model.ReservedAlias]("AliasName", "ORG#{organization_id}#ALIAS#{alias}", "ALIAS", "which alias is this? one of an organization each").Guarded("alias_id")
	Reviews    = of[model.Review]("Review", "AGENT#{agent_id}", "REVIEW#{review_id}", "a review of an agent").
			GSI("gsi1", "AGENT#{agent_id}#REVIEW", "{created_on}#{review_id:16}#{user_id:16}", "reviews of an agent, by time")
	Reviewers    = of[model.Reviewer]("Reviewer", "AGENT#{agent_id}", "REVIEWER#{user_id}", "has this user reviewed the agent? once each").Guarded("review_id")
	Votes        = of[model.Vote]("Vote", "AGENT#{agent_id}", "VOTE#{user_id}", "how did this user vote on the agent?")
	RecentAgents = of[model.Recents]("RecentAgents", "USER#{user_id}", "RECENT#AGENT", "the newest agents of a user")
	Stars        = of[model.Star]("Star", "USER#{user_id}", "STAR#{agent_id}", "has this user marked the agent?").Guarded("star_id").
			GSI("gsi1", "USER#{user_id}#STAR", "{star_id:16}#{agent_id:16}#{project_id:16}", "agents a user marked, in their order")
	Threads = of[model.Thread]("Thread", "THREAD#{thread_id}", "THREAD", "a chat of a user with an agent").
		GSI("gsi1", "AGENT#{agent_id}#THREAD", "{user_id:16}#{thread_id:16}", "threads with an agent, by user")

	Removals = of[model.Removal]("Removal", "REMOVAL#{removal_id}", "REMOVAL", "a removal of people").
			GSI("gsi1", "PROJECT#{project_id}#REMOVAL", "{removal_id:16}", "removals of a project, by id").
			GSI("gsi2", "ORG#{organization_id}#REMOVAL", "{removal_id:16}", "removals of an organization, by id").
			GSI("gsi3", "PENDING#{pending_shard}", "{pending_on}#REMOVAL#{removal_id:16}", "work a crash may have left, oldest first").Even()
	RemovalsOf = of[model.RemovalOf]("RemovalOf", "REMOVALSOF#{about}", "{removal_id:16}", "removals of a user, or from a team, by id").Guarded("removal_id")
	Effects    = of[model.EffectRow]("Effect", "REMOVAL#{removal_id}", "EFFECT#{resource}", "what did this removal change afterwards, and what was there before?")
	Plans      = of[model.Offboarding]("Offboarding", "OFFBOARDING#{plan_id}", "OFFBOARDING", "what was planned to become of what a leaver holds, and how far is it done?")
	Audits     = of[model.Audit]("Audit", "ORG#{organization_id}#AUDIT", "{ts}#{audit_id}", "changes of an organization, by time").
			GSI("gsi1", "ORG#{organization_id}#ACTOR#{actor}", "{ts}#{audit_id}", "changes somebody made, by time").
			GSI("gsi2", "ORG#{organization_id}#ABOUT#{about}", "{ts}#{audit_id}", "changes of a resource, by time").
			GSI("gsi3", "ORG#{organization_id}#PERSON#{person}", "{ts}#{audit_id}", "changes of what a person has in a place, by time")
	Mentions = of[model.Mention]("Mention", "ORG#{organization_id}#MENTION#{person}", "{ts}#{audit_id}", "changes that are about several people, by each of the others, by time")
	Seals    = of[model.Seal]("Seal", "ORG#{organization_id}#AUDIT", "{ts}#{audit_id}#SEAL", "the link of the audit chain that a change is, read along with the change")
	// A list rather than an index by number, which would be late: verify would
	// accuse rows that it doesn't show yet.
	SealBatches = of[model.SealBatch]("SealBatch", "ORG#{organization_id}#SEAL", "{seq:16}", "which changes have these numbers in the chain? by the last number of each batch").Guarded("first")
	SealHeads   = of[model.SealHead]("SealHead", "ORG#{organization_id}#SEALHEAD", "SEALHEAD", "where does the audit chain end?").Guarded("seq")
	Checkpoints = of[model.Checkpoint]("Checkpoint", "ORG#{organization_id}#CHECKPOINT", "{seq:16}", "ends of the chain that were signed, by number").Guarded("seq")
	Markers     = of[model.Marker]("Marker", "MARKER#{audit_id}", "WORK#{work}", "was this done of what follows from a change?")

	Invites = of[model.Invite]("Invite", "INVITE#{invite_id}", "INVITE", "an invitation").
		GSI("gsi1", "PLACE#{place}#INVITE", "{invite_id:16}", "invitations to a project or a team, by id").
		GSI("gsi2", "INVITED#{open_key}", "{organization_id:16}#{invite_id:16}", "pending invitations to an address").
		GSI("gsi3", "PLACE#{place}#OPEN", "{invite_id:16}#{open_key}", "pending invitations to a project or a team, by id")
	InvitesOf = of[model.InviteOf]("InviteOf", "PLACE#{place}", "INVITED#{email_key}", "was this address invited here?").Guarded("invite_id")

	Notifications = of[model.Notification]("Notification", "USER#{user_id}", "NOTIFICATION#{notification_id}", "what was this user told?").
			GSI("gsi1", "USER#{user_id}#NOTIFICATION", "{notification_id:16}", "notifications of a user, by id").
			GSI("gsi2", "USER#{unread_by}#UNREAD", "{notification_id:16}", "notifications a user has not read, by id")

	Replays     = of[model.Replay]("Replay", "IDEMPOTENCY#{principal}#{operation}#{key_digest}", "REPLAY", "was this request answered before?")
	ReplayParts = of[model.ReplayPart]("ReplayPart", "IDEMPOTENCYPART#{parts_id}", "PART#{part:4}", "a large answer, in pieces")

	ListPlaces = of[model.ListPlace]("ListPlace", "ORG#{organization_id}#LISTING#{principal}#{list}", "{start:16}", "after what does this page of a list begin, for who came so far?").Guarded("after")
	Secrets    = of[model.Secret]("Secret", "SECRET#{secret}", "SECRET", "what are this table's cursors sealed with?").Guarded("secret")

	Counters = of[model.Counter]("Counter", "COUNTER#{sequence}", "COUNTER", "the last id leased of a sequence")
)

// PendingShards is the number of partitions over which unfinished work is spread.
const PendingShards = 8

// Index is one global secondary index. It projects keys alone: rows found by it
// are read again, strongly consistent, before they are shown or acted on.
type Index struct{ Name, PK, SK string }

// KeyUse is one key of one entity, for charts.
type KeyUse struct {
	Index  string // "" for the table itself
	PK, SK string // patterns
	Serves string
}

// Kind describes one entity, for charts and checks.
type Kind struct {
	Name string
	Keys []KeyUse
}

// Description is the whole schema as data.
type Description struct {
	PK, SK  string // names of the table's key attributes, both strings
	TTL     string // name of the attribute that ends an item
	Indexes []Index
	Kinds   []Kind
}

// of declares an entity by its primary key. A row's state is identified by its
// version unless Guarded says otherwise.
func of[T any](name, pk, sk, serves string) *Entity[T] {
	e := &Entity[T]{name: name, keys: []key{{"", compile(pk), compile(sk), serves, true, ""}}, fields: fieldsOf(reflect.TypeFor[T]()), indexed: map[string]bool{}}
	e.attributes = slices.Sorted(maps.Keys(e.fields))
	e.sound = sync.OnceValue(e.checks)
	e.holes = e.keys[0].pk.holes()
	e.inPK = len(e.holes)
	e.holes = append(e.holes, e.keys[0].sk.holes()...)
	e.Guarded(versionAttr)
	registry = append(registry, func() Kind {
		k := Kind{Name: e.name}
		for _, u := range e.keys {
			k.Keys = append(k.Keys, KeyUse{u.index, u.pk.text, u.sk.text, u.serves})
		}
		return k
	})
	remakes[name], readers[name] = e.remake, e.reads
	return e
}

// registry holds a description of each entity, read once all are declared.
var registry []func() Kind

// Schema returns the declared table.
func Schema() Description {
	d := Description{PK: PK, SK: SK, TTL: TTL}
	seen := map[string]bool{"": true}
	for _, describe := range registry {
		k := describe()
		d.Kinds = append(d.Kinds, k)
		for _, u := range k.Keys {
			if !seen[u.Index] {
				seen[u.Index] = true
				d.Indexes = append(d.Indexes, Index{u.Index, u.Index + PK, u.Index + SK})
			}
		}
	}
	return d
}
