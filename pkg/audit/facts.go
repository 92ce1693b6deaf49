package audit

import (
	"maps"

	"wardroom/pkg/model"
)

// Change is one thing that a request changed, or a consequence of a change. There is
// a type for each kind of change, with the thing that it is about and the facts that
// the log has of it. Row makes a row of changes and Decode reads them, so that nothing
// else knows the names of facts.
//
// The tag of a change's field says where its value is in a row:
//
//   - of:"project" is the id of the thing that the row is about, and a second such
//     field that of a part of it. of:"*" is a model.Ref, the name of any thing.
//   - before:"name" and after:"name" are facts of one side of the row.
//   - fact:"name" is a Turn: a fact of both sides. A map of Turns, whose keys are ids,
//     has the kind of its things: fact:"user:" has the facts named "user:16".
//
// A fact is a text, a number, a boolean, a time, or a struct whose fields have tags
// fact:"name". With the name "" and the option inline, the facts of a struct are
// those of the change itself. A nil pointer has no fact in the row, nor has a zero
// value with the option omitempty.
type Change interface{ change() }

// changed makes a type that embeds it a Change.
type changed struct{}

func (changed) change() {}

// Turn is a value before and after a change; nil where it didn't exist before, or
// doesn't after.
type Turn[T any] struct{ From, To *T }

// Made is the turn of a new value.
func Made[T any](to T) Turn[T] { return Turn[T]{To: &to} }

// Ended is the turn of a value that ceased to exist.
func Ended[T any](from T) Turn[T] { return Turn[T]{From: &from} }

// Became is the turn from one value to another.
func Became[T any](from, to T) Turn[T] { return Turn[T]{&from, &to} }

// Named reports whether the change contains the turn at all.
func (t Turn[T]) Named() bool { return t.From != nil || t.To != nil }

// always is a constant fact of each change of its type: true after it or, with
// fact:"name", false before and true after it.
type always struct{}

// Row completes the head of an audit row with changes. The row is about the thing of
// the first change. The head has the organisation, time, actor and action.
func Row(head model.Audit, first Change, also ...Change) model.Audit {
	if head.ID == "" {
		head.ID = model.NewAuditID()
	}
	head.Outcome = "success"
	about, before, after := factsOf(first)
	head.Resource, head.About = about.String(), about.Whole().String()
	head.Before, head.After = before, after
	return Also(head, also...)
}

// Also returns a row with further changes.
func Also(a model.Audit, changes ...Change) model.Audit {
	for _, c := range changes {
		_, before, after := factsOf(c)
		a.Before, a.After = joined(a.Before, before), joined(a.After, after)
	}
	a.Person = ""
	for _, name := range concerned(a) {
		if name != a.About {
			a.Person = name
			break
		}
	}
	return a
}

// joined returns the facts of a and b, those of b where both have one. It changes
// neither.
func joined(a, b map[string]any) map[string]any {
	if len(a) == 0 {
		return b
	}
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
