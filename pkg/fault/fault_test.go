package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"wardroom/pkg/fault"
)

func TestOneStatusForEachKindAndBack(t *testing.T) {
	for status, want := range map[int][]fault.Kind{
		400: {"invalid"}, 401: {"unauthorized"}, 403: {"forbidden"}, 404: {"not_found"}, 405: {"method_not_allowed"},
		409: {"last_project_admin", "last_team_owner", "last_global_admin", "self_delete", "owner_permission", "duplicate", "in_use",
			"limit", "bad_transition", "undo_first", "plan_stale", "evaluation_gate", "blocked_ids", "idempotency_mismatch", "in_progress"},
		410: {"expired"}, 412: {"version_mismatch"}, 413: {"too_large"}, 415: {"unsupported_media_type"}, 429: {"rate_limited", "budget_exceeded"}, 500: {"internal"}, 503: {"unavailable"},
	} {
		got := fault.Kinds(status)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("kinds of %d are %v, want %v", status, got, want)
		}
		for _, k := range got {
			if k.Status() != status {
				t.Errorf("%s answers %d, want %d", k, k.Status(), status)
			}
			if says := k.Says(); !strings.HasSuffix(says, ".") || strings.Count(says, ". ") > 0 {
				t.Errorf("%s is explained by %q, want one sentence", k, says)
			}
		}
	}
	if says := fault.Kind("made up").Says(); says != "" {
		t.Errorf("an unknown kind is explained by %q", says)
	}
	if got := fault.Kind("made up").Status(); got != http.StatusInternalServerError {
		t.Errorf("an unknown kind answers %d, want 500", got)
	}
}

func TestOf(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		kind fault.Kind
		says string
	}{
		{"a fault stays itself", fault.NotFound(), fault.KindNotFound, "Record Not Found"},
		{"a wrapped fault is found", fmt.Errorf("project: %w", fault.Forbidden()), fault.KindForbidden, "You do not have permission to perform this action."},
		{"any other error is mute", io.ErrUnexpectedEOF, fault.KindInternal, "Internal error"},
		{"out of time is unavailable", fmt.Errorf("get: %w", context.DeadlineExceeded), fault.KindUnavailable, "Temporarily unavailable. Try again."},
		{"a stopped process is unavailable", context.Canceled, fault.KindUnavailable, "Temporarily unavailable. Try again."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := fault.Of(tt.err)
			if f.Kind != tt.kind || f.Message != tt.says {
				t.Errorf("got %s %q, want %s %q", f.Kind, f.Message, tt.kind, tt.says)
			}
			if !fault.Is(f, tt.kind) {
				t.Errorf("Is(%s) is false", tt.kind)
			}
			if f.Kind == fault.KindUnavailable && f.RetryAfter <= 0 {
				t.Error("unavailable says nothing about when to try again")
			}
		})
	}
	if fault.Of(nil) != nil {
		t.Error("no error became a fault")
	}
}

func TestTheCauseIsForTheLogAlone(t *testing.T) {
	cause := errors.New("table wardroom-prod is gone")
	f := fault.Of(cause)
	if strings.Contains(f.Message, "wardroom-prod") {
		t.Error("the message tells the cause")
	}
	if !strings.Contains(f.Error(), "wardroom-prod") || !errors.Is(f, cause) {
		t.Error("the log doesn't learn the cause")
	}
}

func TestOnLeavesTheOriginalAlone(t *testing.T) {
	kept := fault.Invalid("body.name", "must not be blank")
	more := kept.On("query.limit", "must be at least 1")
	if len(kept.Fields) != 1 || len(more.Fields) != 2 {
		t.Errorf("kept %v, more %v", kept.Fields, more.Fields)
	}
}

func TestEveryForbiddenHasAReason(t *testing.T) {
	if got := fault.Forbidden().Meta[fault.ReasonMeta]; got != fault.ReasonRole {
		t.Errorf("without a reason it is %v", got)
	}
	for _, r := range fault.Reasons() {
		if got := fault.Forbidden(r).Meta[fault.ReasonMeta]; got != r {
			t.Errorf("%s became %v", r, got)
		}
		if says := r.Says(); !strings.HasSuffix(says, ".") {
			t.Errorf("%s is explained by %q", r, says)
		}
	}
	if fault.Reason("made up").Says() != "" {
		t.Error("an unknown reason is explained")
	}
}
