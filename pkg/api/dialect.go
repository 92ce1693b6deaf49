package api

import "wardroom/pkg/fault"

// dialect is an operation's leniency with requests, and the shape of its answers and
// refusals.
type dialect int

const (
	ours   dialect = iota // the envelope
	agenta                // the workspace routes, see agenta.go
	scim                  // SCIM 2.0, see scim.go
)

// dialect returns the operation's dialect.
func (o Op) dialect() dialect {
	switch {
	case o.IsAgenta:
		return agenta
	case o.IsSCIM:
		return scim
	}
	return ours
}

// dialectOf is the dialect of a path, whether or not an operation has it.
func dialectOf(path string) dialect {
	path = withoutFirst(path)
	switch {
	case isAgentaPath(path):
		return agenta
	case isSCIMPath(path):
		return scim
	}
	return ours
}

// lenient reports whether unknown parameters and fields are ignored, instead of
// refused.
func (d dialect) lenient() bool { return d != ours }

// contentType is the media type of the dialect's answers.
func (d dialect) contentType() []string {
	if d == scim {
		return scimType
	}
	return jsonType
}

var (
	jsonType = []string{"application/json"}
	scimType = []string{"application/scim+json"}
)

// noPath and wrongVerb are the messages of the 404 of an unknown path, and of a 405.
func (d dialect) noPath() string {
	if d == agenta {
		return agentaNoPath
	}
	return "No such operation: GET /api/openapi.json tells which there are"
}

func (d dialect) wrongVerb() string {
	if d == agenta {
		return agentaWrongVerb
	}
	return "Method not allowed"
}

// refusal renders an error.
func (d dialect) refusal(err error, requestID string) (int, []byte) {
	switch d {
	case agenta:
		return agentaRefusal(err)
	case scim:
		return scimRefusal(err)
	case ours:
	}
	f := fault.Of(err)
	return f.Kind.Status(), refusal(f, requestID)
}
