package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"wardroom/pkg/fault"
)

// statuses lists what an operation may answer beside success, in order: what
// its line says, what its form implies, and what any operation may.
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
	if o.TakesIdempotencyKey() {
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
		out[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + refusalName(status, o.dialect())}
	}
	return out
}

func (d *document) success(o Op) *huma.Response {
	says := o.Message
	if o.dialect() != ours || o.out.verbatim { // the message is sent nowhere
		says = http.StatusText(o.Status)
	}
	r := &huma.Response{Description: says, Headers: map[string]*huma.Header{"X-Request-Id": requestID}}
	if o.out.data.Implements(versionedType) {
		r.Headers["ETag"] = &huma.Header{Description: "The row's version, for If-Match.", Schema: &huma.Schema{Type: huma.TypeString}}
	}
	if o.Status == http.StatusNoContent {
		return r
	}
	var data *huma.Schema
	if o.out.verbatim {
		data = &huma.Schema{Type: huma.TypeObject}
	} else {
		data = d.of(o.out.data, "Answer")
	}
	if o.dialect() != ours || o.out.verbatim {
		r.Content = contentOf(o.dialect(), data)
		return r
	}
	envelope := &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"success", "message", "data"},
		Properties: map[string]*huma.Schema{
			"success": {Type: huma.TypeBoolean, Const: true},
			"message": o.messages(),
			"data":    data,
		},
	}
	if meta := d.meta(o); meta != nil {
		envelope.Properties["meta"] = meta
	}
	r.Content = contentOf(ours, envelope)
	return r
}

// messages describes what the envelope says.
func (o Op) messages() *huma.Schema {
	if len(o.Others) == 0 {
		return &huma.Schema{Type: huma.TypeString, Const: o.Message}
	}
	return OneOf(append([]string{o.Message}, o.Others...)...)
}

// meta describes what stands beside the data; nil where nothing ever does.
func (d *document) meta(o Op) *huma.Schema {
	meta := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{}}
	if o.out.meta != nil {
		noted := d.deref(d.of(o.out.meta, "Meta"))
		meta.Required, meta.AdditionalProperties = noted.Required, noted.AdditionalProperties
		for name, p := range noted.Properties {
			meta.Properties[name] = p
		}
	}
	if o.out.paged {
		meta.Properties["next_cursor"] = &huma.Schema{Type: huma.TypeString, Description: "Where the list goes on; absent at its end."}
	}
	if o.TakesIdempotencyKey() && o.out.secret() {
		meta.Properties["replayed"] = &huma.Schema{Type: huma.TypeBoolean, Const: true, Description: "A stored answer, without its secrets."}
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

// refusals describes every status we refuse with, in each dialect. What an
// operation doesn't refer to does no harm.
func refusals() map[string]*huma.Response {
	out := map[string]*huma.Response{}
	for _, status := range append(fault.Statuses(), http.StatusUnprocessableEntity) { // 422 is Agenta's own
		if kinds := fault.Kinds(status); kinds != nil {
			out[refusalName(status, ours)] = refusalResponse(status, ours, enveloped(kinds))
			out[refusalName(status, scim)] = refusalResponse(status, scim, scimErrorSchema(status))
		}
		out[refusalName(status, agenta)] = refusalResponse(status, agenta, detailed(status))
	}
	return out
}

func refusalResponse(status int, d dialect, schema *huma.Schema) *huma.Response {
	r := &huma.Response{Description: http.StatusText(status), Headers: map[string]*huma.Header{"X-Request-Id": requestID}, Content: contentOf(d, schema)}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		r.Headers["Retry-After"] = &huma.Header{Description: "Seconds to wait.", Schema: &huma.Schema{Type: huma.TypeInteger}}
	}
	return r
}

func enveloped(kinds []fault.Kind) *huma.Schema {
	var codes []any
	for _, k := range kinds {
		codes = append(codes, string(k))
	}
	meta := &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true, Required: []string{"code", "request_id"},
		Properties: map[string]*huma.Schema{
			"code":       {Type: huma.TypeString, Enum: codes},
			"request_id": {Type: huma.TypeString},
		},
	}
	if kinds[0] == fault.KindInvalid {
		meta.Properties["fields"] = &huma.Schema{
			Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString},
			Description: "What is wrong with which field, by its place: body.user_ids[1], path.project_id, query.limit, header.If-Match.",
		}
	}
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"success", "message", "data", "meta"},
		Properties: map[string]*huma.Schema{
			"success": {Type: huma.TypeBoolean, Const: false},
			"message": {Type: huma.TypeString},
			"data":    {Type: "null"},
			"meta":    meta,
		},
	}
}

// scimErrorSchema is RFC 7644's shape.
func scimErrorSchema(status int) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"schemas", "status", "detail"},
		Properties: map[string]*huma.Schema{
			"schemas":  {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString, Const: SCIMError}},
			"status":   {Type: huma.TypeString, Const: strconv.Itoa(status)},
			"scimType": {Type: huma.TypeString},
			"detail":   {Type: huma.TypeString},
		},
	}
}

// detailed is FastAPI's shape: a text, for 422 a list of places, and where it is
// about an invitation an object with a code.
func detailed(status int) *huma.Schema {
	text := huma.Schema{Type: huma.TypeString}
	detail := &text
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusGone:
		detail = &huma.Schema{AnyOf: []*huma.Schema{&text, {
			Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"error", "message"},
			Properties: map[string]*huma.Schema{"error": &text, "message": &text},
		}}}
	case http.StatusUnprocessableEntity:
		detail = &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{
			Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"loc", "msg", "type"},
			Properties: map[string]*huma.Schema{
				"loc":  {Type: huma.TypeArray, Items: &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeInteger}}}},
				"msg":  {Type: huma.TypeString},
				"type": {Type: huma.TypeString},
			},
		}}
	}
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"detail"},
		Properties: map[string]*huma.Schema{"detail": detail},
	}
}
