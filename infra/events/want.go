package events

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wardroom/docs"
	"wardroom/infra/local/demo"
)

// Want is an expected answer. Placeholders replace the values that differ from run to
// run; see Answer.
type Want struct {
	Status int `json:"status"`
	Body   any `json:"body"`
}

// Answer makes a Want of an answer to a request that was sent after began: a time since
// then becomes "<now>", a new id "<id>", a request's id "<request id>", a signature
// "<signature>". Values of the demo data are unchanged. An empty body is null.
func Answer(status int, body []byte, began time.Time) (Want, error) {
	if bytes.Equal(bytes.TrimSpace(body), bytes.TrimSpace(docs.OpenAPI)) {
		return Want{status, "<docs/openapi.json>"}, nil // too long to store twice
	}
	if len(body) == 0 {
		return Want{Status: status}, nil
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return Want{}, fmt.Errorf("the body is no JSON: %w", err)
	}
	return Want{status, settled("", v, began.Truncate(time.Microsecond))}, nil
}

func settled(field string, v any, began time.Time) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = settled(name, value, began)
		}
	case []any:
		for i, value := range v {
			v[i] = settled(field, value, began)
		}
	case string:
		switch field {
		case "request_id":
			return "<request id>"
		case "key", "url", "txt_record":
			return "<secret>" // an API key, the link of an invitation, or a domain's TXT record
		case "prefix":
			if !strings.HasPrefix(v, "demo") {
				return "<prefix>"
			}
		case "last_used_on":
			return "<now>" // the demo keys are used as they are loaded
		}
		if field == "signature" { // ECDSA signatures are random
			return "<signature>"
		}
		if n, err := strconv.Atoi(v); err == nil && n > demo.LastID && isID(field) {
			return "<id>" // a workspace's id is a text
		}
		if t, err := time.Parse(time.RFC3339Nano, v); err == nil && !t.Before(began) {
			return "<now>"
		}
	case float64:
		switch {
		case v > demo.LastID && isID(field):
			return "<id>"
		case v > 0 && field == "oldest_unsealed_s": // since the demo data's own time
			return "<seconds>"
		}
	}
	return v
}

func isID(field string) bool { return field == "id" || strings.HasSuffix(field, "_id") }

// Render returns the text of a file of events/: indented JSON, with a newline at its end.
func Render(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return out.Bytes(), err
}
