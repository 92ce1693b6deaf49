// Package member adds people to teams, gives permissions on agents, and invites, for
// every group of routes that does. Package removal removes them.
package member
