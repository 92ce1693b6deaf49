package api

import (
	"net/http"

	"wardroom/pkg/telemetry"
)

// Refuse answers err in the path's dialect, for refusals before a request reaches its
// operation.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	w.Header()["X-Request-Id"] = []string{telemetry.From(r.Context()).ID()}
	refuse(w, r, err, dialectOf(r.URL.Path))
}
