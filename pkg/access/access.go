// Package access decides who may do what: a pure function over roles, ranks
// and permissions, without I/O and without a clock.
//
// A caller reaches a resource by paths: their own role on it, the team it belongs
// to, their rank in the organisation. Each path carries a set of permissions, and
// the decision is their union. It says which path allowed the request, and
// whether the caller may know at all that the resource exists, since that is
// what separates 404 from 403.
//
// The rows that fill a Target are read by the guard, strongly consistent, on
// every request; nothing here is cached, so a removal takes effect on the very
// next call. A Target or Caller that makes no sense (an unknown role, a key that
// is both a service's and a user's) is given nothing.
//
// The rules are those of docs/access.md and docs/workspaces.md.
package access
