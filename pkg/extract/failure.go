package extract

import "fmt"

// Reason is a code for why a document has no readable text.
type Reason string

// The reasons.
const (
	Unsupported Reason = "unsupported" // another format
	Protected   Reason = "protected"   // by a password
	Damaged     Reason = "damaged"     // invalid in its format
	NoText      Reason = "no_text"     // empty, or pictures alone, such as a scan
	TooLarge    Reason = "too_large"   // beyond a limit
	TooManyPage Reason = "too_many_pages"
)

// Failure is the error of a document without readable text. Its text is a sentence for
// the person who added the document.
type Failure struct {
	Reason Reason
	Says   string
}

func (f *Failure) Error() string { return f.Says }

func fail(r Reason, format string, args ...any) error {
	return &Failure{r, fmt.Sprintf(format, args...) + "."}
}
