package audit

import (
	"maps"

	"wardroom/pkg/model"
)

// Change is what a request has changed, or what follows from a change: a type for
// each kind, which says of what it is and which facts the log tells of it. A row of
// the log is made of changes by Row, and read by Decode, so that nothing else knows
// how a row calls a fact.
//
// A field of a change says by its tag what it is:
//
//   - of:"project" is the id of the thing that the row is about, and a second such
//     field that of a part of it. of:"*" is a model.Ref, the name of any thing.
//   - before:"name" and after:"name" are facts of one side of the row.
//   - fact:"name" is a Turn: a fact of both sides. Of a map, whose keys are ids, the
//     name is a kind of things: fact:"user:" tells of "user:16".
//
// A fact is a text, a number, a boolean, a time, or a struct whose fields have tags
// fact:"name". The facts of a struct are told as if they were the change's own where
// the name is "" and the option inline. A pointer that is nil isn't told, nor is what
// is zero under the option omitempty.
type Change interface{ change() }

// changed makes a type that embeds it a Change.
type changed struct{}

func (changed) change() {}

// Turn is how something was before a change and how it is after it; nil where it
// wasn't, or isn't, there.
type Turn[T any] struct{ From, To *T }

// Made is the turn of what wasn't there before.
func Made[T any](to T) Turn[T] { return Turn[T]{To: &to} }

// Ended is the turn of what isn't there any more.
func Ended[T any](from T) Turn[T] { return Turn[T]{From: &from} }

// Became is the turn of what was there before and is there after.
func Became[T any](from, to T) Turn[T] { return Turn[T]{&from, &to} }

// Named reports whether a change says anything of it.
func (t Turn[T]) Named() bool { return t.From != nil || t.To != nil }

// always is a fact that each change of its kind tells in the same way: that
// something is so now or, of both sides, that it wasn't and is.
type always struct{}

// Row completes the head of a row of the log with what was changed. It is about the
// thing of the first change. The head says when, where, by whom and by which action.
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

// Also returns a row with what else was changed.
func Also(a model.Audit, changes ...Change) model.Audit {
	for _, c := range changes {
		_, before, after := factsOf(c)
		a.Before, a.After = joined(a.Before, before), joined(a.After, after)
	}
	a.Person = ""
	for _, name := range a.People() {
		if name != a.About {
			a.Person = name
			break
		}
	}
	return a
}

// joined is a with the facts of b. Neither is changed.
func joined(a, b map[string]any) map[string]any {
	if len(a) == 0 {
		return b
	}
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
