package gateway

import (
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/pkg/api"
)

// mounted returns the prefix under which the client sees the API, "" for none, and the
// path without it. On API Gateway's own domain the prefix is the stage, which is in
// requestContext.path and not in path. On a custom domain it is the base path of its
// mapping, which is in both, before the part that the route matched.
func mounted(e *events.APIGatewayProxyRequest) (prefix, path string) {
	if stage := "/" + e.RequestContext.Stage; stage != "/" && strings.HasPrefix(e.RequestContext.Path, stage+"/") && !strings.HasPrefix(e.Path, stage+"/") {
		if !api.ValidPrefix(stage) {
			return "", e.Path
		}
		return stage, e.Path
	}
	base := basePath(e)
	if base == "" || !api.ValidPrefix(base) {
		return "", e.Path
	}
	path, _ = api.CutPrefix(e.Path, base)
	return base, path
}

// basePath is the prefix of an event's path before the part that its route matched;
// "" for none, and where the route doesn't fit the path. The
// route is that of the event: "/api/project/{project_id}" or "/{proxy+}".
func basePath(e *events.APIGatewayProxyRequest) string {
	route := strings.Trim(e.Resource, "/")
	if route == "" {
		return ""
	}
	rest, segments := strings.TrimSuffix(e.Path, "/"), strings.Split(route, "/")
	for i := len(segments) - 1; i >= 0; i-- {
		name, variable := strings.CutPrefix(segments[i], "{")
		if name, greedy := strings.CutSuffix(name, "+}"); variable && greedy {
			matched := strings.Trim(e.PathParameters[name], "/")
			before, ok := strings.CutSuffix(rest, "/"+matched)
			if !ok || matched == "" {
				return ""
			}
			rest = before
			continue
		}
		slash := strings.LastIndexByte(rest, '/')
		if slash < 0 || !variable && rest[slash+1:] != segments[i] {
			return ""
		}
		rest = rest[:slash]
	}
	return rest
}
