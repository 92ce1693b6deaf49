package main

import (
	"fmt"
	"slices"
	"strings"
)

// most is how many resources (path segments) an API may have, by a margin:
// API Gateway's quota is 300.
const most = 280

// integration says which function answers a method; its form is API Gateway's.
type integration func(slug string) map[string]any

// body is the API as API Gateway imports it: OpenAPI 3.0.1, for 3.1 is refused,
// and nothing but paths, integrations and the gateway's own answers, since the
// functions themselves validate. One body is one resource of CloudFormation, where a resource for
// each route would pass the limit of 500.
//
// Every path has OPTIONS, answered by the function of the path's first
// operation, so that a preflight is the business of one piece of code.
func body(title string, functions []function, origins []string, to integration) (map[string]any, error) {
	paths := map[string]any{}
	for _, f := range functions {
		for _, r := range f.routes {
			methods, ok := paths[r.path].(map[string]any)
			if !ok {
				methods = map[string]any{"options": answered(to, f.slug)}
				paths[r.path] = methods
			}
			method := strings.ToLower(r.method)
			if _, ok := methods[method]; ok {
				return nil, fmt.Errorf("%s %s is declared twice, the second time by %s", r.method, r.path, r.operation)
			}
			methods[method] = answered(to, f.slug)
		}
	}
	all := make([]string, 0, len(paths))
	for path := range paths {
		all = append(all, path)
	}
	if err := importable(all); err != nil {
		return nil, err
	}
	return map[string]any{
		"openapi":                               "3.0.1",
		"info":                                  map[string]any{"title": title, "version": "1"},
		"paths":                                 paths,
		"x-amazon-apigateway-gateway-responses": answers(origins),
	}, nil
}

func answered(to integration, slug string) map[string]any {
	return map[string]any{
		"responses":                       map[string]any{}, // OpenAPI demands the word
		"x-amazon-apigateway-integration": to(slug),
	}
}

// importable refuses what the import would refuse in the middle of a
// deployment: a path with a trailing slash, two names for one place in a path,
// and more resources than an API may have.
func importable(paths []string) error {
	slices.Sort(paths)
	variable := map[string]string{} // the path before a variable -> the variable's name
	seen := map[string]bool{"/": true}
	for _, path := range paths {
		if !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") {
			return fmt.Errorf("%s: a path starts with a slash and ends without one; the gateway forgives one by itself", path)
		}
		before := ""
		for segment := range strings.SplitSeq(path[1:], "/") {
			if strings.HasPrefix(segment, "{") {
				if was, ok := variable[before]; ok && was != segment {
					return fmt.Errorf("%s: under %s there is already %s, and API Gateway takes one name for one place", path, before, was)
				}
				variable[before] = segment
			}
			before += "/" + segment
			seen[before] = true
		}
	}
	if len(seen) >= most {
		return fmt.Errorf("%d resources of an API, of at most %d: share a prefix, or split the API", len(seen), most)
	}
	return nil
}
