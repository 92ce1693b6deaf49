package api

import (
	"github.com/danielgtaylor/huma/v2"

	"wardroom/pkg/model"
)

// longestName tells names and identifiers from free text, which may have lines: a text
// with a MaxLength up to it is a name, any other free text.
const longestName = 400

// The patterns of a name in the document: as much of model.IsName as a portable pattern
// can express. Unassigned characters are left to the check.
const (
	unseen     = `\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufeff\ufff0-\ufffb\ufffe\uffff`
	plainName  = `^[^` + unseen + `]*$`
	filledName = `^[^` + unseen + `]*[^\s` + unseen + `][^` + unseen + `]*$`
)

var holdsUnseen = flaw{"must not hold control characters, or others that nobody sees", "must not hold control characters, or others that nobody sees", "value_error"}

// isName reports whether the rule is of a name.
func (r *rule) isName() bool {
	return r.Type == huma.TypeString && r.MaxLength != nil && *r.MaxLength <= longestName
}

// wrongName reports whether s isn't a name though the rule is of one.
func (r *rule) wrongName(s string) bool { return r.isName() && !model.IsName(s) }
