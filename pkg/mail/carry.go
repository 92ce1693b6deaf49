package mail

import (
	"context"
	"net/http"
)

type carried struct{}

// Carry puts the sender into the context of every request to h, where From finds it: only
// a door knows the configuration, and only two of many groups send letters.
func Carry(s *Sender, h http.Handler) http.Handler {
	if s == nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), carried{}, s)))
	})
}

// From returns the sender of a request, nil where there is none.
func From(ctx context.Context) *Sender {
	s, _ := ctx.Value(carried{}).(*Sender)
	return s
}
