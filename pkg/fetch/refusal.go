package fetch

import "fmt"

// Reason is a code for why a page isn't read.
type Reason string

// The reasons.
const (
	NoAddress   Reason = "no_address"  // the address isn't one of a web page
	Inside      Reason = "inside"      // not on the public internet
	Robots      Reason = "robots"      // the site's robots.txt disallows it
	Refused     Reason = "refused"     // the site demands a sign-in
	Gone        Reason = "gone"        // the page doesn't exist, or not any more
	TooLarge    Reason = "too_large"   // beyond the limit
	Unreachable Reason = "unreachable" // perhaps only for now
)

// Refusal is the error of a page that isn't read. Its text is a sentence for the user
// who gave the address, and reveals nothing about the internal network.
type Refusal struct {
	Reason Reason
	Says   string
}

func (r *Refusal) Error() string { return r.Says }

func refuse(reason Reason, format string, args ...any) error {
	return &Refusal{reason, fmt.Sprintf(format, args...) + "."}
}
