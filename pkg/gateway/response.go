package gateway

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// response is a ResponseWriter that behaves like net/http's own. It is written by one
// goroutine and read by another only after the first has ended; an abandoned one is
// never read.
type response struct {
	header    http.Header
	sent      http.Header // header as it was when the status was written
	status    int
	body      bytes.Buffer
	abandoned atomic.Bool
}

func newResponse() *response { return &response{header: http.Header{}} }

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(code int) {
	if code < 100 || code > 999 {
		panic(fmt.Sprintf("invalid WriteHeader code %v", code)) // as net/http does
	}
	if w.status != 0 || code < 200 && code != http.StatusSwitchingProtocols {
		return // the first status stands, and informational ones are none
	}
	w.status = code
	w.sent = w.header.Clone()
}

func (w *response) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.abandoned.Load() {
		return 0, http.ErrHandlerTimeout // stops a handler that would write for ever
	}
	if !hasBody(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	return w.body.Write(b)
}

// Flush commits the status, as it does in net/http; the body is buffered.
func (w *response) Flush() { w.WriteHeader(http.StatusOK) }

func hasBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// copyTo passes a finished response on.
func (w *response) copyTo(to http.ResponseWriter) {
	w.WriteHeader(http.StatusOK)
	maps.Copy(to.Header(), w.sent)
	to.WriteHeader(w.status)
	if w.body.Len() > 0 {
		_, _ = to.Write(w.body.Bytes()) // to is a buffer, which can't fail
	}
}

// send gives a finished response to the adapter, in the form that API Gateway
// takes.
func (w *response) send(to http.ResponseWriter, method string) {
	w.WriteHeader(http.StatusOK)
	body := w.body.Bytes()
	header := to.Header()
	for name, values := range w.sent {
		if !slices.Contains(connection, name) {
			header[name] = oneLine(values)
		}
	}
	if _, has := w.sent["Content-Type"]; !has && len(body) > 0 && w.sent.Get("Content-Encoding") == "" {
		header.Set("Content-Type", http.DetectContentType(body))
	}
	if !utf8.Valid(body) && strings.Contains(header.Get("Content-Type"), "json") {
		// The adapter would send base64, which API Gateway passes on as it is
		// for a type that wasn't declared binary.
		body = bytes.ToValidUTF8(body, []byte("\ufffd"))
	}
	to.WriteHeader(w.status)
	if method != http.MethodHead && len(body) > 0 {
		_, _ = to.Write(body) // into the adapter's buffer
	}
}

// connection are the headers of one hop, which API Gateway writes itself.
var connection = []string{"Connection", "Content-Length", "Keep-Alive", "Transfer-Encoding", "Trailer", "Upgrade"}

// newlines in a header value would be headers of the caller's making.
var newlines = strings.NewReplacer("\r", " ", "\n", " ")

func oneLine(values []string) []string {
	if !slices.ContainsFunc(values, func(v string) bool { return strings.ContainsAny(v, "\r\n") }) {
		return values
	}
	clean := make([]string, len(values))
	for i, v := range values {
		clean[i] = newlines.Replace(v)
	}
	return clean
}
