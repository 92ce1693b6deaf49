package fault

import (
	"net/http"
	"slices"
)

// Kind is a machine-readable cause, sent as meta.code. Each has exactly one
// HTTP status; several may share one.
type Kind string

// The kinds of refusal there are.
const (
	KindInvalid              Kind = "invalid"
	KindUnauthorized         Kind = "unauthorized"
	KindForbidden            Kind = "forbidden"
	KindNotFound             Kind = "not_found"
	KindMethodNotAllowed     Kind = "method_not_allowed"
	KindExpired              Kind = "expired"
	KindTooLarge             Kind = "too_large"
	KindUnsupportedMediaType Kind = "unsupported_media_type"
	KindRateLimited          Kind = "rate_limited"
	KindBudgetExceeded       Kind = "budget_exceeded"
	KindInternal             Kind = "internal"
	KindUnavailable          Kind = "unavailable"
	KindVersionMismatch      Kind = "version_mismatch"

	// Conflicts of a valid request with the present state: all 409.
	KindLastProjectAdmin    Kind = "last_project_admin"
	KindLastTeamOwner       Kind = "last_team_owner"
	KindLastGlobalAdmin     Kind = "last_global_admin"
	KindSelfDelete          Kind = "self_delete"
	KindOwnerPermission     Kind = "owner_permission"
	KindDuplicate           Kind = "duplicate"
	KindInUse               Kind = "in_use"
	KindLimit               Kind = "limit"
	KindBadTransition       Kind = "bad_transition"
	KindUndoFirst           Kind = "undo_first"
	KindPlanStale           Kind = "plan_stale"
	KindEvaluationGate      Kind = "evaluation_gate"
	KindBlockedIDs          Kind = "blocked_ids"
	KindIdempotencyMismatch Kind = "idempotency_mismatch"
	KindInProgress          Kind = "in_progress"
)

// kinds is the one table of kinds and statuses, read in both directions. Documents
// show the kinds of a status in this order, each with its sentence, which tells
// callers when it comes and what helps.
var kinds = []struct {
	kind   Kind
	status int
	says   string
}{
	{KindInvalid, http.StatusBadRequest, "Something is wrong with the form of the request; `meta.fields` names each place."},
	{KindUnauthorized, http.StatusUnauthorized, "The credentials are missing, malformed, unknown, revoked or expired; it isn't told which, but `meta.fields` says how to send them where they have no such form."},
	{KindForbidden, http.StatusForbidden, "The caller may know the resource but not do this with it; `meta.reason` says which kind of right is missing."},
	{KindNotFound, http.StatusNotFound, "There is no such record, or the caller may not know of it; where an id in the body or the query is meant, `meta.fields` names it."},
	{KindMethodNotAllowed, http.StatusMethodNotAllowed, "The path has no operation with this method; the Allow header lists those there are."},
	{KindLastProjectAdmin, http.StatusConflict, "A project would be left without an admin: name who takes over by `transfer_to`, or make somebody admin first."},
	{KindLastTeamOwner, http.StatusConflict, "A team would be left without an owner: name who takes over by `transfer_to`, or make somebody owner first."},
	{KindLastGlobalAdmin, http.StatusConflict, "The organization would be left without a global admin: make somebody else one first."},
	{KindSelfDelete, http.StatusConflict, "Nobody ends their own account: another admin has to."},
	{KindOwnerPermission, http.StatusConflict, "The owner of an agent keeps an owner's permission: make somebody else its owner first."},
	{KindDuplicate, http.StatusConflict, "There is one like it already: change that one, or choose another name or address."},
	{KindInUse, http.StatusConflict, "Something still depends on the record: delete or move that first."},
	{KindLimit, http.StatusConflict, "A limit is reached: delete some first, or ask for fewer at once."},
	{KindBadTransition, http.StatusConflict, "The record isn't in a state in which this can be done; the message says what would have to come first."},
	{KindUndoFirst, http.StatusConflict, "Another removal stands in the way: undo that one first."},
	{KindPlanStale, http.StatusConflict, "Things have changed since the plan was made: make a new plan."},
	{KindEvaluationGate, http.StatusConflict, "The agent hasn't passed the evaluation that its project asks for: run one that it passes first."},
	{KindBlockedIDs, http.StatusConflict, "Some of the ids can't be done, so none was; `meta.blocked` says which and why: leave them out, or settle them first."},
	{KindIdempotencyMismatch, http.StatusConflict, "The Idempotency-Key was used for another request: send a new key."},
	{KindInProgress, http.StatusConflict, "A request like it is still at work: repeat it later, with the same Idempotency-Key."},
	{KindExpired, http.StatusGone, "It has expired: ask for a new one."},
	{KindVersionMismatch, http.StatusPreconditionFailed, "The record has changed since the version in If-Match: read it again and send its present ETag."},
	{KindTooLarge, http.StatusRequestEntityTooLarge, "The body of the request, or its answer, is too large: send or ask for less at once."},
	{KindUnsupportedMediaType, http.StatusUnsupportedMediaType, "The body isn't declared as JSON in UTF-8: send it with the header Content-Type: application/json."},
	{KindRateLimited, http.StatusTooManyRequests, "Too many requests: wait as long as Retry-After says."},
	{KindBudgetExceeded, http.StatusTooManyRequests, "A budget of tokens or money is spent: wait until it resets, as Retry-After says, or have it raised."},
	{KindInternal, http.StatusInternalServerError, "Something went wrong on our side; our logs know it by `meta.request_id`."},
	{KindUnavailable, http.StatusServiceUnavailable, "It couldn't be done in time: repeat the request after as long as Retry-After says."},
}

// Status is the HTTP status of k; a kind that isn't in the table is a mistake
// of ours and answers 500.
func (k Kind) Status() int {
	for _, s := range kinds {
		if s.kind == k {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// Says is a sentence for documents: when a refusal of this kind comes and what
// helps. It is "" for a kind that isn't in the table.
func (k Kind) Says() string {
	for _, s := range kinds {
		if s.kind == k {
			return s.says
		}
	}
	return ""
}

// Kinds lists the kinds that answer a status, none for one we never send.
func Kinds(status int) []Kind {
	var out []Kind
	for _, s := range kinds {
		if s.status == status {
			out = append(out, s.kind)
		}
	}
	return out
}

// Statuses returns the statuses that a refusal may have, each once, ascending.
func Statuses() []int {
	var out []int
	for _, s := range kinds {
		out = append(out, s.status)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
