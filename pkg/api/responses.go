package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"wardroom/pkg/fault"
)

// statuses lists the statuses that an operation may answer beside success, in order:
// those of its line, those that its form implies, and those of every operation.
func (o Op) statuses() []int {
	out := append([]int{413, 429, 500, 503}, o.Failures...)
	if o.IsAgenta {
		out = append(out, 422)
	} else {
		out = append(out, 400)
	}
	if !o.IsPublic {
		out = append(out, 401, 403) // a key's scope may refuse any operation
	}
	if len(o.Needs)+len(o.UserFields)+len(wildcards(o.Path)) > 0 {
		out = append(out, 404)
	}
	if o.TakesIdempotencyKey() || len(o.Conflicts) > 0 {
		out = append(out, 409)
	}
	if o.TakesIfMatch() {
		out = append(out, 412)
	}
	if o.in.body != nil || o.sends() {
		out = append(out, 415)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (d *document) responses(o Op) map[string]*huma.Response {
	out := map[string]*huma.Response{strconv.Itoa(o.Status): d.success(o)}
	for _, status := range o.statuses() {
		out[strconv.Itoa(status)] = d.refusal(o, status)
	}
	return out
}

// refusal returns a reference to the response of a status in the operation's dialect. A
// 409's name has its codes, since operations differ in these.
func (d *document) refusal(o Op, status int) *huma.Response {
	kinds, name := fault.Kinds(status), refusalName(status, o.dialect())
	if status == http.StatusConflict {
		kinds, name = o.conflicts(kinds, name)
	}
	if d.used == nil {
		d.used = map[string]*huma.Response{}
	}
	if d.used[name] == nil {
		d.used[name] = refusalResponse(status, o.dialect(), kinds)
	}
	return &huma.Response{Ref: "#/components/responses/" + name}
}

// repetition are the conflicts of Idempotency-Keys.
var repetition = []fault.Kind{fault.KindIdempotencyMismatch, fault.KindInProgress}

// conflicts returns the codes of an operation's 409s, among all, and the name of the
// response that lists them.
func (o Op) conflicts(all []fault.Kind, name string) ([]fault.Kind, string) {
	switch {
	case len(o.Conflicts) > 0:
		kinds := slices.DeleteFunc(slices.Clone(all), func(k fault.Kind) bool {
			return !slices.Contains(o.Conflicts, k) && !(o.TakesIdempotencyKey() && slices.Contains(repetition, k))
		})
		for _, k := range without(kinds, repetition) {
			for word := range strings.SplitSeq(string(k), "_") {
				name += strings.ToUpper(word[:1]) + word[1:]
			}
		}
		if o.TakesIdempotencyKey() {
			name += "Repeated"
		}
		return kinds, name
	case !slices.Contains(o.Failures, http.StatusConflict):
		return repetition, name + "Repeated"
	case !o.TakesIdempotencyKey():
		return without(all, repetition), name + "Standing"
	}
	return all, name
}

func without(kinds, less []fault.Kind) []fault.Kind {
	return slices.DeleteFunc(slices.Clone(kinds), func(k fault.Kind) bool { return slices.Contains(less, k) })
}

// refused are the refusals that operations refer to.
func (d *document) refused() map[string]*huma.Response { return d.used }

func (d *document) success(o Op) *huma.Response {
	says := o.Message
	if o.dialect() != ours || o.out.verbatim { // the message is sent nowhere
		says = http.StatusText(o.Status)
	}
	r := &huma.Response{Description: says, Headers: map[string]*huma.Header{"X-Request-Id": requestID}}
	if o.out.data.Implements(versionedType) {
		r.Headers["ETag"] = &huma.Header{Description: "The row's version, for If-Match.", Schema: &huma.Schema{Type: huma.TypeString}}
	}
	if o.IsRemoval {
		r.Headers[removalHeader] = &huma.Header{Description: "Id of the removal, where the request made one: it is shown, and undone, by that. Replacing the members of a SCIM group may take several, with commas between them.", Schema: &huma.Schema{Type: huma.TypeString, Pattern: "^[1-9][0-9]*(, [1-9][0-9]*)*$"}}
	}
	if o.Status == http.StatusNoContent {
		return r
	}
	var data *huma.Schema
	if o.out.verbatim {
		data = &huma.Schema{Type: huma.TypeObject}
	} else {
		data = d.of(o.out.data, o.TypeName()+"Data")
	}
	name := o.TypeName() + "Answer"
	if o.dialect() != ours || o.out.verbatim {
		if data.Ref == "" {
			data = d.name(name, data)
		}
		r.Content = contentOf(o.dialect(), data)
		return r
	}
	envelope := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"success", "message", "data"},
		Properties: map[string]*huma.Schema{
			"success": {Type: huma.TypeBoolean, Examples: []any{true}},
			"message": o.messages(),
			"data":    data,
		},
	}
	if meta := d.meta(o); meta != nil {
		envelope.Properties["meta"] = meta
	}
	r.Content = contentOf(ours, d.name(name, envelope))
	return r
}

// messages describes the envelope's message, which is for people and may change.
func (o Op) messages() *huma.Schema {
	out := &huma.Schema{Type: huma.TypeString}
	for _, says := range append([]string{o.Message}, o.Others...) {
		out.Examples = append(out.Examples, says)
	}
	return out
}

// meta describes the envelope's meta; nil where the operation has none.
func (d *document) meta(o Op) *huma.Schema {
	meta := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
	if o.out.meta != nil {
		noted := d.deref(d.of(o.out.meta, o.TypeName()+"Meta"))
		meta.Required, meta.AdditionalProperties = noted.Required, noted.AdditionalProperties
		for name, p := range noted.Properties {
			meta.Properties[name] = p
		}
	}
	if o.out.paged {
		meta.Properties["next_cursor"] = &huma.Schema{Type: huma.TypeString, Description: "Where the list goes on; absent at its end."}
	}
	if o.TakesIdempotencyKey() && o.out.secret() {
		meta.Properties["replayed"] = &huma.Schema{Type: huma.TypeBoolean, Description: "True of a stored answer, which is without its secrets."}
	}
	if len(meta.Properties) == 0 {
		return nil
	}
	return meta
}

var requestID = &huma.Header{Description: "Names the request in our logs.", Schema: &huma.Schema{Type: huma.TypeString}}

func refusalName(status int, d dialect) string {
	return [...]string{ours: "Refused", agenta: "Agenta", scim: "SCIM"}[d] + strconv.Itoa(status)
}

// refusalResponse describes a status, with the meaning of each of its codes.
func refusalResponse(status int, d dialect, kinds []fault.Kind) *huma.Response {
	says := http.StatusText(status) + "."
	for _, k := range kinds {
		says += "\n\n`" + string(k) + "`: " + k.Says()
	}
	if kinds == nil {
		says += " Parameters of the wrong form; `detail` names each place." // 422, which only Agenta's routes know
	}
	r := &huma.Response{Description: says, Headers: map[string]*huma.Header{"X-Request-Id": requestID},
		Content: contentOf(d, &huma.Schema{Ref: schemaRef + [...]string{ours: errorName, agenta: agentaErrorName, scim: scimErrorName}[d]})}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		r.Headers["Retry-After"] = &huma.Header{Description: "Seconds to wait.", Schema: &huma.Schema{Type: huma.TypeInteger}}
	}
	return r
}

// The names of the three shapes of a refusal.
const (
	errorName       = "Error"
	agentaErrorName = "AgentaError"
	scimErrorName   = "SCIMError"
)

// missingRights describes meta.reason.
func missingRights() string {
	says := "With 403: which kind of right is missing."
	for _, r := range fault.Reasons() {
		says += "\n\n`" + string(r) + "`: " + r.Says()
	}
	return says
}

// errorSchemas are the shapes of a refusal: the envelope, FastAPI's detail (a
// text, for 422 a list of places, about an invitation an object with a code), and
// RFC 7644's.
func errorSchemas() map[string]*huma.Schema {
	text := func(says string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: says} }
	return map[string]*huma.Schema{
		errorName: {
			Type: huma.TypeObject, Required: []string{"success", "message", "data", "meta"},
			Properties: map[string]*huma.Schema{
				"success": {Type: huma.TypeBoolean, Examples: []any{false}},
				"message": text("For people; it may change."),
				"data":    {Type: huma.TypeArray, Nullable: true, Items: &huma.Schema{Type: huma.TypeObject}, Description: "Null."},
				"meta": {
					Type: huma.TypeObject, Required: []string{"code", "request_id"}, AdditionalProperties: true,
					Properties: map[string]*huma.Schema{
						"code":       text("The kind of refusal, for programs. The description of the response lists those there are."),
						"request_id": text("Names the request in our logs."),
						"reason":     text(missingRights()),
						"fields": {
							Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString},
							Description: "What is wrong with which field, by its place: body.user_ids[1], path.project_id, query.limit, header.If-Match.",
						},
					},
				},
			},
		},
		agentaErrorName: {
			Type: huma.TypeObject, Required: []string{"detail"},
			Properties: map[string]*huma.Schema{"detail": {Description: "A text; with 422 a list of objects of loc, msg and type; about an invitation an object of error and message."}},
		},
		scimErrorName: {
			Type: huma.TypeObject, Required: []string{"schemas", "status", "detail"},
			Properties: map[string]*huma.Schema{
				"schemas":  {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}},
				"status":   text("The HTTP status."),
				"scimType": text("RFC 7644's word for what is wrong, where it has one."),
				"detail":   text("For people; it may change."),
			},
		},
	}
}
