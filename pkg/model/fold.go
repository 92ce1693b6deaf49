package model

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the form in which two names of things are compared: trimmed,
// normalised to NFC, case folded. Addresses aren't: see Address.
func Fold(s string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(strings.TrimSpace(s))))
}

// FoldKey returns a digest of the folded form, of one length whatever the text,
// so that it fits into a key of the table.
func FoldKey(s string) string { return digest(Fold(s)) }
