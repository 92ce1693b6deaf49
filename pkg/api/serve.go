package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"wardroom/pkg/fault"
	"wardroom/pkg/telemetry"
)

func (rt *route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	telemetry.From(r.Context()).SetOperation(rt.id)
	a, err := rt.answer(w, r)
	if err != nil {
		refuse(w, r, err, rt.op.dialect())
		return
	}
	if a.ETag != "" {
		w.Header()["Etag"] = []string{a.ETag}
	}
	if a.Removal != 0 || len(a.Earlier) > 0 {
		w.Header()[removalHeader] = []string{removals(a)}
	}
	d := rt.op.dialect()
	a.Body = d.linked(r.Context(), a.Body)
	d.locate(w, a)
	send(w, r, a.Status, a.Body, d)
}

// removalHeader has the id of the removal that a request began, by which it is shown
// and undone; several, with commas between them, of a request in parts.
const removalHeader = "Wardroom-Removal"

func removals(a Answer) string {
	all := make([]string, 0, len(a.Earlier)+1)
	for _, id := range append(slices.Clone(a.Earlier), a.Removal) {
		if id != 0 {
			all = append(all, strconv.FormatInt(id, 10))
		}
	}
	return strings.Join(all, ", ")
}

// answer runs the checks of a request in their order: Admit, the form, then Serve.
func (rt *route) answer(w http.ResponseWriter, r *http.Request) (Answer, error) {
	ctx := r.Context()
	var visit Visit
	if !rt.op.IsPublic {
		var err error
		if visit, err = rt.guard.Admit(r, &rt.op); err != nil {
			return Answer{}, err
		}
	}
	call, scope, err := rt.read(w, r)
	if err != nil {
		if visit != nil { // a stranger learns nothing about the form
			if unknown := visit.Confirm(ctx); unknown != nil {
				return Answer{}, rt.unread(unknown, err)
			}
		}
		return Answer{}, err
	}
	handle := func(ctx context.Context, c Call) (Answer, error) {
		result, err := rt.op.invoke(ctx, c.In)
		if err != nil {
			return Answer{}, err
		}
		a, err := rt.render(ctx, result, scope)
		a.Anew = func() (Answer, error) { return rt.render(ctx, result, scope) }
		return a, err
	}
	if visit == nil {
		return handle(ctx, call)
	}
	return visit.Serve(ctx, call, handle)
}

// unread is the 401 of a request whose form is bad too. Where the credential may be in
// the body, it names the mistakes that prevented reading that.
func (rt *route) unread(unknown, form error) error {
	f := fault.Of(unknown)
	if !rt.op.IsInvited || f.Kind != fault.KindUnauthorized {
		return unknown
	}
	bad := fault.Of(form)
	for where, says := range bad.Fields {
		f = f.On(where, says)
	}
	if len(bad.Fields) == 0 {
		f = f.On("body", bad.Message)
	}
	return f
}

// read turns a request into a call, or returns all mistakes in its form. scope is for
// cursors of a list.
func (rt *route) read(w http.ResponseWriter, r *http.Request) (call Call, scope string, err error) {
	op, in := &rt.op, rt.op.in
	call.Op = op
	c := checker{dialect: op.dialect()}
	if op.TakesIdempotencyKey() {
		var ok bool
		if call.IdempotencyKey, ok = parseKey(r.Header.Values("Idempotency-Key")); !ok {
			c.bad.add("header.Idempotency-Key", badKey)
		}
	}
	if op.TakesIfMatch() {
		var ok bool
		if call.IfMatch, ok = parseIfMatch(r.Header.Values("If-Match")); !ok {
			c.bad.add("header.If-Match", badTags)
		}
	}
	b := in.body
	if b == nil && !c.dialect.lenient() && op.sends() {
		b = noBody
	}
	var text []byte
	if b != nil || call.IdempotencyKey != "" {
		if text, err = readBody(w, r); err != nil {
			return call, "", err
		}
	}
	if b != nil && len(text) > 0 {
		if err := declaredJSON(r.Header); err != nil {
			return call, "", err
		}
	}
	var query url.Values
	if r.URL.RawQuery != "" {
		if query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
			c.bad.add("query", badQuery)
		}
		in.respell(query)
	}
	v := reflect.New(in.typ)
	call.In = v.Interface()
	in.bind(v.Elem(), r, query, &c)
	if b != nil {
		b.bind(v.Elem(), text, query, &c)
		call.queried = b.queried(query)
	}
	if in.paging != nil {
		scope = scopeOf(rt.id, r.URL.Path, query)
		ok, err := v.Elem().FieldByIndex(in.paging).Addr().Interface().(*Paging).resume(r.Context(), rt.guard, scope)
		if err != nil {
			return call, "", err
		}
		if !ok {
			c.bad.add("query.cursor", badCursor)
		}
	}
	if len(c.bad) > 0 {
		return call, "", c.bad
	}
	if call.IdempotencyKey != "" {
		call.Fingerprint = fingerprint(r, query, text)
	}
	return call, scope, nil
}

// fingerprint is equal for equal requests. The query is normalised: API Gateway changes
// its spelling, and a caller may add parameters without meaning.
func fingerprint(r *http.Request, query url.Values, body []byte) string {
	h := sha256.New()
	for _, part := range []string{r.Method, r.URL.Path, query.Encode()} {
		h.Write([]byte(part))
		h.Write([]byte{0}) // none of the three can hold it
	}
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// refuse answers an error in a dialect, and keeps its cause for the log.
func refuse(w http.ResponseWriter, r *http.Request, err error, d dialect) {
	rec := telemetry.From(r.Context())
	rec.SetErr(err)
	status, body := d.refusal(err, rec.ID())
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		seconds := max(1, int64((fault.Of(err).RetryAfter+time.Second-1)/time.Second))
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	send(w, r, status, body, d)
}

// challenge names the accepted schemes of credentials.
const challenge = `Bearer realm="wardroom", ApiKey realm="wardroom"`

// send writes an answer; a HEAD gets its headers alone.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte, d dialect) {
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	h := w.Header()
	h["Content-Type"] = d.contentType()
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // JSON, declared as such; and a caller who is gone needs no answer
	}
}
