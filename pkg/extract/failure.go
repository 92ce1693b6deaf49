package extract

import "fmt"

// Reason is why a document has no text to be read.
type Reason string

// The reasons.
const (
	Unsupported Reason = "unsupported" // a format that isn't read
	Protected   Reason = "protected"   // by a password
	Damaged     Reason = "damaged"     // not as its format says
	NoText      Reason = "no_text"     // such as a scan
	TooLarge    Reason = "too_large"   // beyond a limit
	TooManyPage Reason = "too_many_pages"
)

// Failure is a document that has no text to be read. Its text is a sentence for the
// person who added the document.
type Failure struct {
	Reason Reason
	Says   string
}

func (f *Failure) Error() string { return f.Says }

func fail(r Reason, format string, args ...any) error {
	return &Failure{r, fmt.Sprintf(format, args...) + "."}
}
