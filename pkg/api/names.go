package api

import (
	"github.com/danielgtaylor/huma/v2"

	"wardroom/pkg/model"
)

// longestName is how long a text may be that is the name of somebody or
// something, or an identifier. What may be longer is free text, with lines of
// its own; so is what has no bound.
const longestName = 400

// unseenName is the pattern of such a text in the document: as much of the rule
// as a pattern can say that every reader of it understands. Those characters
// that Unicode hasn't assigned are left to the check.
const (
	unseen     = `\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufeff\ufff0-\ufffb\ufffe\uffff`
	plainName  = `^[^` + unseen + `]*$`
	filledName = `^[^` + unseen + `]*[^\s` + unseen + `][^` + unseen + `]*$`
)

var holdsUnseen = flaw{"must not hold control characters, or others that nobody sees", "must not hold control characters, or others that nobody sees", "value_error"}

// isName reports whether the rule is about a name.
func (r *rule) isName() bool {
	return r.Type == huma.TypeString && r.MaxLength != nil && *r.MaxLength <= longestName
}

// wrongName refuses a name that holds what nobody sees.
func (r *rule) wrongName(s string) bool { return r.isName() && !model.IsName(s) }
