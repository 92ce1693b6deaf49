// Package demo loads the demo data. It is for the local runner and for tests:
// its keys are published, so nothing that AWS runs may import it.
package demo

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"wardroom/pkg/access"
	"wardroom/pkg/audit"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// The keys of the demo data.
const (
	GlobalAdmin       = "demoglob.local-only-global-admin"       // user 1
	ProjectAdmin      = "demoproj.local-only-project-admin"      // user 7: admin of 151 and 4, owner of team 7
	ProjectMember     = "demomemb.local-only-project-member"     // user 15: member of 151, viewer in team 7
	OtherOrganization = "demoothr.local-only-other-organisation" // user 90: global admin of organisation 2
)

// LastID is above every id of the demo data: the counters of ids start there.
const LastID = 1000

//go:embed demo.json
var file []byte

type data struct {
	Organizations []struct {
		model.Organization
	} `json:"organizations"`
	Users []struct {
		ID           int64      `json:"id"`
		Organization int64      `json:"organization"`
		Email        string     `json:"email"`
		FirstName    string     `json:"first_name"`
		LastName     string     `json:"last_name"`
		IsStaff      bool       `json:"is_staff"`
		IsSuperuser  bool       `json:"is_superuser"`
		DateJoined   model.Time `json:"date_joined"`
	} `json:"users"`
	Teams []struct {
		place
		Name string `json:"team_name"`
	} `json:"teams"`
	Projects []struct {
		place
		Team *int64 `json:"team"`
		Name string `json:"project_name"`
	} `json:"projects"`
	Keys []struct {
		ID           int64  `json:"id"`
		Key          string `json:"key"`
		Name         string `json:"name"`
		User         int64  `json:"user"`
		Organization int64  `json:"organization"`
	} `json:"keys"`
	Invites []struct {
		ID           int64      `json:"id"`
		Organization int64      `json:"organization"`
		Project      *int64     `json:"project"`
		Team         *int64     `json:"team"`
		Email        string     `json:"email"`
		Role         string     `json:"role"`
		CreatedBy    string     `json:"created_by"`
		CreatedOn    model.Time `json:"created_on"`
		AcceptedBy   *int64     `json:"accepted_by"`
	} `json:"invites"`
	Notifications []struct {
		ID        int64      `json:"id"`
		User      int64      `json:"user"`
		Title     string     `json:"title"`
		Message   string     `json:"message"`
		Link      string     `json:"link"`
		CreatedBy string     `json:"created_by"`
		CreatedOn model.Time `json:"created_on"`
	} `json:"notifications"`
	Removals []struct {
		ID           int64      `json:"id"`
		Organization int64      `json:"organization"`
		Project      int64      `json:"project"`
		User         int64      `json:"user"`
		Membership   int64      `json:"membership"`
		Role         string     `json:"role"`
		CreatedBy    string     `json:"created_by"`
		CreatedOn    model.Time `json:"created_on"`
		RemovedBy    string     `json:"removed_by"`
		RemovedOn    model.Time `json:"removed_on"`
		State        string     `json:"state"`
		Via          []string   `json:"via"`
	} `json:"removals"`
	Plans []struct {
		ID           int64      `json:"id"`
		Organization int64      `json:"organization"`
		User         int64      `json:"user"`
		TransferTo   int64      `json:"transfer_to"`
		PlanHash     string     `json:"plan_hash"`
		CreatedBy    string     `json:"created_by"`
		CreatedOn    model.Time `json:"created_on"`
	} `json:"plans"`
	Agents []agent `json:"agents"`
}

// place has the fields that teams and projects share.
type place struct {
	ID           int64      `json:"id"`
	Organization int64      `json:"organization"`
	Description  string     `json:"description"`
	CreatedBy    string     `json:"created_by"`
	CreatedOn    model.Time `json:"created_on"`
	Members      []struct {
		ID   int64  `json:"id"`
		User int64  `json:"user"`
		Role string `json:"role"`
	} `json:"members"`
}

// Loaded reports whether the store has an organisation 1, the demo data's or another.
func Loaded(ctx context.Context, s *store.Store) (bool, error) {
	rows, err := s.Read(ctx, table.Organizations.Key(int64(1)))
	return len(rows) > 0, err
}

// Load writes the demo data into an empty table, and may be repeated after a failure.
// Stamps and ids are the file's, and every sequence of ids starts after LastID. used, if
// given, is the keys' last use, so that requests soon after it don't record theirs: tests
// count calls.
func Load(ctx context.Context, s *store.Store, used ...model.Time) error {
	var d data
	if err := json.Unmarshal(file, &d); err != nil {
		return fmt.Errorf("demo.json: %w", err)
	}
	// In a transaction of their own, since one hasn't room for all; a repetition writes the
	// same rows.
	var tx table.Tx
	for _, sequence := range model.Sequences() {
		table.Counters.Put(&tx, model.Counter{Sequence: sequence, Last: LastID})
	}
	// A fixed secret, like the demo data's keys, so that cursors are reproducible.
	table.Secrets.Put(&tx, model.Secret{Name: model.CursorSecret, Key: []byte("local-only-secret-of-all-cursors")})
	if err := s.Commit(ctx, &tx); err != nil {
		return err
	}
	tx = table.Tx{}
	d.people(s, &tx, used)
	d.places(&tx)
	d.invites(s, &tx)
	d.removals(s, &tx)
	for _, n := range d.Notifications {
		s.CreateNotification(&tx, model.Notification{
			ID: n.ID, UserID: n.User, Title: n.Title, Message: n.Message, Type: "info", Link: n.Link, Stamp: model.Created(n.CreatedBy, n.CreatedOn),
		})
	}
	d.plans(s, &tx)
	d.agents(s, &tx)
	return s.Commit(ctx, &tx)
}

func (d *data) people(s *store.Store, tx *table.Tx, used []model.Time) {
	admins := map[int64]int64{}
	for _, u := range d.Users {
		row := model.User{
			ID: u.ID, OrganizationID: u.Organization, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName,
			IsStaff: u.IsStaff, IsSuperuser: u.IsSuperuser, IsActive: true, DateJoined: u.DateJoined,
		}
		if u.IsSuperuser {
			admins[u.Organization]++
		}
		s.CreateUser(tx, row)
	}
	for _, o := range d.Organizations {
		o.GlobalAdminCount = admins[o.ID]
		s.CreateOrganization(tx, o.Organization)
		s.ClaimDomain(tx, model.Domain{OrganizationID: o.ID, Domain: o.Domain, Token: "local-only-domain", VerifiedOn: &o.CreatedOn, Stamp: o.Stamp})
	}
	for _, k := range d.Keys {
		prefix, secret, _ := strings.Cut(k.Key, ".")
		row := model.APIKey{
			ID: k.ID, Prefix: prefix, Hash: model.HashSecret(secret), Name: k.Name, Kind: model.PersonalKey, Scope: string(access.ScopeAll),
			UserID: &k.User, OrganizationID: k.Organization, Stamp: model.Created("System", d.Organizations[0].CreatedOn),
		}
		if len(used) > 0 {
			row.LastUsedOn = &used[0]
		}
		s.CreateKey(tx, row)
	}
}

// removals adds removals that were done long ago, with a deadline for their undo in a
// century.
func (d *data) removals(s *store.Store, tx *table.Tx) {
	for _, r := range d.Removals {
		row := model.Removal{
			ID: r.ID, OrganizationID: r.Organization, Kind: model.FromProject, UserIDs: []int64{r.User}, ProjectID: &r.Project,
			RemovedBy: r.RemovedBy, RemovedOn: r.RemovedOn, UndoUntil: r.RemovedOn.Add(century), State: r.State,
			EffectiveAccess: model.EffectiveAccess{StillHasAccess: len(r.Via) > 0, Via: r.Via}, Warnings: []string{},
			ProjectMembers: []model.ProjectMember{{ID: r.Membership, ProjectID: r.Project, UserID: r.User, Role: r.Role, CreatedBy: r.CreatedBy, CreatedOn: r.CreatedOn, Version: 1}},
			Version:        3,
		}
		if r.State == model.Undone {
			row.UndoneBy = r.RemovedBy
		} else {
			table.Tombstones.Put(tx, model.Tombstone{ProjectID: r.Project, UserID: r.User, Epoch: 1, RemovedOn: r.RemovedOn, RemovalID: r.ID})
		}
		table.Removals.Create(tx, row)
		for _, list := range store.Listings(row) {
			table.RemovalsOf.Create(tx, list)
		}
		place := model.KindProject.Ref(r.Project).User(r.User)
		s.RecordAudit(tx, audit.Row(model.Audit{
			OrganizationID: r.Organization, ID: auditPrefix + strconv.FormatInt(r.ID, 10), TS: r.RemovedOn, Actor: model.UserName(d.userAt(r.RemovedBy)), Action: "remove-user-from-project",
		}, audit.Removed{Of: place, Removal: r.ID}, audit.MembersChanged{In: place, Members: audit.Members{r.User: audit.Ended(audit.InProject(row.ProjectMembers[0]))}}))
	}
}

// auditPrefix, with the removal's id, is the id of a removal's audit row.
const auditPrefix = "demo-removal-"

// IsAudit reports whether the id is that of an audit row of the demo data.
func IsAudit(id string) bool { return strings.HasPrefix(id, auditPrefix) }

// userAt returns the id of the user with an address.
func (d *data) userAt(email string) int64 {
	for _, u := range d.Users {
		if u.Email == email {
			return u.ID
		}
	}
	return 0
}

const century = 100 * 365 * 24 * time.Hour

// InviteSecret is the part after the dot in the token of every invitation here.
const InviteSecret = "local-only-invitation"

// invites adds invitations: accepted ones, and ones that don't expire soon.
func (d *data) invites(s *store.Store, tx *table.Tx) {
	for _, i := range d.Invites {
		row := model.Invite{
			ID: i.ID, OrganizationID: i.Organization, ProjectID: i.Project, TeamID: i.Team, Email: i.Email, EmailKey: model.AddressKey(i.Email),
			Role: i.Role, TokenHash: model.HashSecret(InviteSecret), ExpiresOn: i.CreatedOn.Add(century), Stamp: model.Created(i.CreatedBy, i.CreatedOn),
		}
		var place table.Primary
		if i.Project != nil {
			row.Place, place = model.ProjectName(*i.Project), table.Projects.Key(*i.Project)
		} else {
			row.Place, place = model.TeamName(*i.Team), table.Teams.Key(*i.Team)
		}
		if i.AcceptedBy == nil {
			s.CreateInvite(tx, place, row, nil, nil)
			continue
		}
		row.Status, row.AcceptedBy, row.AcceptedOn, row.Version = model.InviteAccepted, i.AcceptedBy, &i.CreatedOn, 2
		row.Stamp = row.Modified(i.Email, i.CreatedOn)
		table.Invites.Create(tx, row)
	}
}

// plans adds offboarding plans, which expire in a century and can be applied as long as
// their users are unchanged.
func (d *data) plans(s *store.Store, tx *table.Tx) {
	for _, p := range d.Plans {
		s.RecordPlan(tx, model.Offboarding{
			ID: p.ID, OrganizationID: p.Organization, Hash: p.PlanHash, UserID: p.User, Heirs: model.Heirs{TransferTo: p.TransferTo}, State: model.Planned,
			CreatedBy: p.CreatedBy, CreatedOn: p.CreatedOn, ExpiresOn: p.CreatedOn.Add(100 * 365 * 24 * time.Hour),
		})
	}
}

func (d *data) places(tx *table.Tx) {
	projects := map[int64]int64{}
	for _, p := range d.Projects {
		row := model.Project{
			ID: p.ID, Name: p.Name, Description: p.Description, TeamID: p.Team, OrganizationID: p.Organization,
			UserCount: int64(len(p.Members)), AgentCount: d.agentsIn(p.ID), Stamp: model.Created(p.CreatedBy, p.CreatedOn), Version: 1,
		}
		for _, r := range d.Removals {
			if r.Project == p.ID && r.State != model.Undone {
				row.Epoch++
			}
		}
		projects[row.Team()]++
		for _, m := range p.Members {
			if m.Role == string(access.ProjectAdmin) {
				row.AdminCount++
			}
			table.ProjectMembers.Create(tx, model.ProjectMember{ID: m.ID, ProjectID: p.ID, UserID: m.User, Role: m.Role, CreatedBy: p.CreatedBy, CreatedOn: p.CreatedOn, Version: 1})
		}
		table.Projects.Create(tx, row)
		table.ProjectNames.Create(tx, store.NameOf(row))
	}
	for _, t := range d.Teams {
		row := model.Team{
			ID: t.ID, Name: t.Name, NameKey: model.FoldKey(t.Name), Description: t.Description, Type: "default", OrganizationID: t.Organization,
			MemberCount: int64(len(t.Members)), ProjectCount: projects[t.ID], Stamp: model.Created(t.CreatedBy, t.CreatedOn), Version: 1,
		}
		for _, m := range t.Members {
			if m.Role == string(access.Owner) {
				row.OwnerCount++
			}
			table.TeamMembers.Create(tx, model.TeamMember{ID: m.ID, TeamID: t.ID, UserID: m.User, Role: m.Role, CreatedBy: t.CreatedBy, CreatedOn: t.CreatedOn, Version: 1})
		}
		table.Teams.Create(tx, row)
	}
}

// Keyed sets a file for the checkpoints' key, where the environment names none. The
// first signature makes the file.
var Keyed = sync.OnceFunc(func() {
	const name = "WARDROOM_CHECKPOINT_FILE"
	if os.Getenv(name) == "" {
		_ = os.Setenv(name, filepath.Join(os.TempDir(), "wardroom-demo-checkpoint.pem")) // never fails for such a name
	}
})
