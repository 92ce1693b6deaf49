// Package settings reads a process's environment into structs, by the env tags
// of their fields. A list takes spaces about its commas; true and false come in
// any of the spellings of strconv.ParseBool, "True" among them.
package settings

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Read returns the T that the environment describes.
func Read[T any]() (T, error) {
	v, err := env.ParseAsWithOptions[T](env.Options{FuncMap: map[reflect.Type]env.ParserFunc{
		reflect.TypeFor[[]string](): func(text string) (any, error) { return List(text), nil },
	}})
	if err != nil {
		return v, fmt.Errorf("environment: %w", err)
	}
	return v, nil
}

// List splits a list at its commas. Spaces around items and empty items are dropped.
func List(text string) []string {
	var out []string
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}
