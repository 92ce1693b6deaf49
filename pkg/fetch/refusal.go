package fetch

import "fmt"

// Reason is why a page isn't read.
type Reason string

// The reasons.
const (
	NoAddress   Reason = "no_address"  // not one of a web page
	Inside      Reason = "inside"      // not on the public internet
	Robots      Reason = "robots"      // the site wants no program to read it
	Refused     Reason = "refused"     // the site wants somebody to sign in
	Gone        Reason = "gone"        // there is no such page, or not any more
	TooLarge    Reason = "too_large"   // beyond the limit
	Unreachable Reason = "unreachable" // for now, perhaps
)

// Refusal is a page that isn't read. Its text is a sentence for the user who named the
// page; of what is inside it tells nothing.
type Refusal struct {
	Reason Reason
	Says   string
}

func (r *Refusal) Error() string { return r.Says }

func refuse(reason Reason, format string, args ...any) error {
	return &Refusal{reason, fmt.Sprintf(format, args...) + "."}
}
