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

	// What stands in the way of a request that is otherwise in order: all 409.
	KindLastProjectAdmin    Kind = "last_project_admin"
	KindLastTeamOwner       Kind = "last_team_owner"
	KindLastGlobalAdmin     Kind = "last_global_admin"
	KindSelfDelete          Kind = "self_delete"
	KindOwnerPermission     Kind = "owner_permission"
	KindDuplicate           Kind = "duplicate"
	KindInUse               Kind = "in_use"
	KindLimit               Kind = "limit"
	KindBadTransition       Kind = "bad_transition"
	KindVersionMismatch     Kind = "version_mismatch"
	KindPlanStale           Kind = "plan_stale"
	KindEvaluationGate      Kind = "evaluation_gate"
	KindBlockedIDs          Kind = "blocked_ids"
	KindIdempotencyMismatch Kind = "idempotency_mismatch"
	KindInProgress          Kind = "in_progress"
)

// statuses is the one place where a refusal becomes a status, and where a
// status is looked up to list the codes it may carry. Documents show the codes
// of a status in this order.
var statuses = []struct {
	kind   Kind
	status int
}{
	{KindInvalid, http.StatusBadRequest},
	{KindUnauthorized, http.StatusUnauthorized},
	{KindForbidden, http.StatusForbidden},
	{KindNotFound, http.StatusNotFound},
	{KindMethodNotAllowed, http.StatusMethodNotAllowed},
	{KindLastProjectAdmin, http.StatusConflict},
	{KindLastTeamOwner, http.StatusConflict},
	{KindLastGlobalAdmin, http.StatusConflict},
	{KindSelfDelete, http.StatusConflict},
	{KindOwnerPermission, http.StatusConflict},
	{KindDuplicate, http.StatusConflict},
	{KindInUse, http.StatusConflict},
	{KindLimit, http.StatusConflict},
	{KindBadTransition, http.StatusConflict},
	{KindVersionMismatch, http.StatusConflict},
	{KindPlanStale, http.StatusConflict},
	{KindEvaluationGate, http.StatusConflict},
	{KindBlockedIDs, http.StatusConflict},
	{KindIdempotencyMismatch, http.StatusConflict},
	{KindInProgress, http.StatusConflict},
	{KindExpired, http.StatusGone},
	{KindTooLarge, http.StatusRequestEntityTooLarge},
	{KindUnsupportedMediaType, http.StatusUnsupportedMediaType},
	{KindRateLimited, http.StatusTooManyRequests},
	{KindBudgetExceeded, http.StatusTooManyRequests},
	{KindInternal, http.StatusInternalServerError},
	{KindUnavailable, http.StatusServiceUnavailable},
}

// Status is the HTTP status of k; a kind that isn't in the table is a mistake
// of ours and answers 500.
func (k Kind) Status() int {
	for _, s := range statuses {
		if s.kind == k {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// Kinds lists the kinds that answer a status, none for one we never send.
func Kinds(status int) []Kind {
	var out []Kind
	for _, s := range statuses {
		if s.status == status {
			out = append(out, s.kind)
		}
	}
	return out
}

// Statuses are those that a refusal may have, each once and ascending.
func Statuses() []int {
	var out []int
	for _, s := range statuses {
		out = append(out, s.status)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
