package governance

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"sync"

	"wardroom/pkg/access"
	"wardroom/pkg/api"
	"wardroom/pkg/audit"
	"wardroom/pkg/checkpoint"
	"wardroom/pkg/fault"
	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

type auditIn struct {
	request.In
	api.Paging
	Actor    string      `query:"actor" pattern:"^(user:[1-9][0-9]{0,14}|key:[0-9A-Za-z]{1,64}|system|operator)$" patternDescription:"user:16, key:abc, system or operator" doc:"user:ID, key:PREFIX, system or operator"`
	Action   string      `query:"action" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" patternDescription:"remove-user-from-project" maxLength:"200" doc:"Id of an operation, such as remove-user-from-project; what is none finds nothing. A page may then be short, or empty, and still have a successor."`
	Resource string      `query:"resource" pattern:"^[a-z_]{1,40}:[1-9][0-9]{0,14}(/[a-z_]{1,40}:[1-9][0-9]{0,14})?$" patternDescription:"project:151, or project:151/user:16" doc:"project:151 with all that belongs to it; user:16 with what they have anywhere; or project:151/user:16"`
	Start    *model.Time `query:"start" doc:"Changes from then on"`
	End      *model.Time `query:"end" doc:"Changes before then"`
	Order    string      `query:"order" enum:"asc,desc" default:"asc" doc:"asc: the oldest first; desc: the newest"`
}

// about returns the resource, parsed; zero for none.
func (in *auditIn) about() model.Ref {
	r, _ := model.ParseRef(in.Resource)
	return r
}

// project returns the project that the resource is, or is a part of; 0 for none.
func (in *auditIn) project() int64 {
	if r := in.about(); r.Kind == model.KindProject {
		return r.ID
	}
	return 0
}

// Resolve refuses callers who may neither read the whole log nor manage the project that
// the resource names (403), or who don't see that project (404).
func (in *auditIn) Resolve(ctx context.Context, c *request.Request) error {
	return knows(ctx, c, in.project(), "query.resource")
}

// knows refuses callers who neither have an admin rank nor manage the members of the
// project, 0 for none: with 403, or 404 where they don't see it. where is the project's
// place in the request.
func knows(ctx context.Context, c *request.Request, project int64, where string) error {
	if access.Decide(c.Caller, c.OrganizationTarget(), access.ManageUsers).Allowed {
		return nil
	}
	if project == 0 {
		return unnamed(where)
	}
	if err := c.ReadRoles(ctx, access.Project(""), project, []int64{c.Caller.User}); err != nil {
		return err
	}
	p, ok := store.LiveProject(c.Rows(), project)
	if !ok || p.OrganizationID != c.Organization.ID {
		return fault.Missing(where)
	}
	switch d := access.Decide(c.Caller, c.ProjectTarget(p, c.Caller.User), access.ManageMembers); {
	case !d.Visible:
		return fault.Missing(where)
	case !d.Allowed:
		return fault.Forbidden()
	}
	return nil
}

// unnamed is the 403 of callers without a rank who name no project; it says by which
// field a project's admin names theirs.
func unnamed(where string) error {
	f := fault.Forbidden(fault.ReasonRank)
	_, field, _ := strings.Cut(where, ".")
	f.Message += " It takes an admin rank; a project's admin names their project by " + field + "."
	return f
}

// audit shows the changes of the organisation, oldest or newest first.
func (h *handlers) audit(ctx context.Context, in *auditIn) (api.Page[audit.Record], error) {
	f := audit.Filter{Actor: in.Actor, Action: in.Action, Resource: in.about(), Descending: in.Order == "desc"}
	if in.Start != nil {
		f.Start = *in.Start
	}
	if in.End != nil {
		f.End = *in.End
	}
	page, next, err := audit.List(ctx, h.store, in.Request().Organization.ID, f, in.After(), in.Limit)
	return api.Page[audit.Record]{Items: page, Next: next}, err
}

type verifyIn struct {
	request.In
	FromSeq int64 `query:"from_seq" minimum:"1" doc:"The first number to check; 1 if not given"`
	ToSeq   int64 `query:"to_seq" minimum:"1" doc:"The last one; the chain's end if not given"`
}

// verifyAudit checks the chain, as far as the request's time allows.
func (h *handlers) verifyAudit(ctx context.Context, in *verifyIn) (audit.Verdict, error) {
	c := in.Request()
	return audit.Verify(ctx, h.store, c.Organization.ID, in.FromSeq, in.ToSeq, c.Now, h.signed(ctx))
}

// signed returns a function that reports whether a checkpoint's signature is valid. It is
// true for checkpoints of an earlier key, and without a key, since there is nothing to
// check them by.
func (h *handlers) signed(ctx context.Context) func(model.Checkpoint) bool {
	return func(c model.Checkpoint) bool {
		signer, err := h.signer()
		if err != nil {
			return true
		}
		public, name, err := signer.Public(ctx)
		return err != nil || name != c.Key || audit.Signed(c, public)
	}
}

type checkpointIn struct{ request.In }

// Load asks for the chain's head.
func (in *checkpointIn) Load(f *request.Fetch) { f.Rows(store.SealHead(f.Organization).Key) }

type checkpointOut struct {
	Seq       int64      `json:"seq"`
	Hash      string     `json:"hash"`
	SignedOn  model.Time `json:"signed_on"`
	Signature string     `json:"signature" doc:"ECDSA of P-256 over SHA-256, in ASN.1, as hexadecimal digits"`
}

// checkpoint signs the chain's end, once for each. It stores the signature, so that a
// chain that is cut later is found. It is unavailable without a key.
func (h *handlers) checkpoint(ctx context.Context, in *checkpointIn) (checkpointOut, error) {
	c := in.Request()
	head := audit.HeadOf(c.Rows(), c.Organization.ID)
	signed := store.Checkpoint(c.Organization.ID, head.Seq)
	if err := c.Read(ctx, signed.Key); err != nil {
		return checkpointOut{}, err
	}
	point, kept := signed.In(c.Rows())
	if !kept {
		signer, err := h.signer()
		if errors.Is(err, checkpoint.ErrNone) {
			return checkpointOut{}, &fault.Fault{Kind: fault.KindUnavailable, Message: "No key for checkpoints is configured.", Cause: err}
		}
		if err != nil {
			return checkpointOut{}, err
		}
		point = model.Checkpoint{OrganizationID: c.Organization.ID, Seq: head.Seq, Hash: head.Hash, SignedOn: c.Now}
		if point.Signature, point.Key, err = signer.Sign(ctx, audit.Statement(point)); err != nil {
			return checkpointOut{}, fault.Unavailable(err)
		}
		if point.Seq > 0 { // an empty chain has nothing to lose
			h.store.CreateCheckpoint(&c.Tx, point)
		}
	}
	return checkpointOut{point.Seq, hex.EncodeToString(point.Hash), point.SignedOn, hex.EncodeToString(point.Signature)}, nil
}

// signers finds the key when it is first needed, and keeps it.
type signers struct {
	mu    sync.Mutex
	found checkpoint.Signer
}

func (h *handlers) signer() (checkpoint.Signer, error) {
	h.signers.mu.Lock()
	defer h.signers.mu.Unlock()
	if h.signers.found != nil {
		return h.signers.found, nil
	}
	found, err := checkpoint.Environment()
	if err == nil {
		h.signers.found = found
	}
	return found, err
}
