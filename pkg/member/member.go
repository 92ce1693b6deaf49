// Package member is how people come to be in a team, get a permission on an agent,
// and are invited, whichever group of routes asks for it. Package removal takes
// them out.
package member
