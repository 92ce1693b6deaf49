package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"wardroom/pkg/fault"
)

// maxAnswer is the most bytes of an answer; Lambda cuts at 6 MB, headers included.
const maxAnswer = 5 << 20

// write appends v as JSON without a newline. HTML isn't escaped: the documented
// bodies are compared to the byte.
func write(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// render renders a handler's result. It runs before anything is committed, so an
// answer that can't be sent, being too large (413), changes nothing.
func (rt *route) render(ctx context.Context, result any, scope string) (Answer, error) {
	o := rt.op.out
	if rt.op.Status == http.StatusNoContent {
		return Answer{Status: http.StatusNoContent}, nil
	}
	if o.verbatim {
		return Answer{Status: rt.op.Status, Body: result.(Verbatim)}, nil
	}
	data, meta, message := result, any(nil), rt.message
	if o.told {
		var err error
		if data, message, err = rt.told(result.(told)); err != nil {
			return Answer{}, err
		}
	}
	if o.noted {
		data, meta = result.(noted).noted()
	}
	next := ""
	if o.paged {
		var position string
		data, position = data.(paged).page()
		if position != "" {
			cursors, err := rt.guard.Cursors(ctx)
			if err != nil {
				return Answer{}, err
			}
			next = cursors.Make(scope, position)
		}
	}
	data = o.lists.fill(data)
	if o.notes != nil {
		meta = o.notes.fill(meta)
	}
	a := Answer{Status: rt.op.Status}
	if v, ok := data.(Versioned); ok {
		a.ETag = `"` + strconv.FormatInt(v.RowVersion(), 10) + `"`
	}
	var err error
	if a.Body, err = rt.body(message, data, meta, next, false); err != nil {
		return Answer{}, err
	}
	if len(a.Body) > maxAnswer {
		return Answer{}, fault.New(fault.KindTooLarge, "The answer is too large. Ask for less at once.")
	}
	if secret, some := withoutSecrets(&data, &meta); some || secret {
		a.Kept, err = rt.body(message, data, meta, next, true)
	}
	return a, err
}

// told returns the data and the message, as JSON, of an answer with a message of its
// own. It fails on a message that the operation's line doesn't list.
func (rt *route) told(t told) (data any, message []byte, err error) {
	data, text := t.told()
	if text != rt.op.Message && !slices.Contains(rt.op.Others, text) {
		return nil, nil, fmt.Errorf("%s says %q, which its line doesn't list", rt.id, text)
	}
	var b bytes.Buffer
	err = write(&b, text)
	return data, b.Bytes(), err
}

// withoutSecrets redacts data and meta, and reports which of them had any.
func withoutSecrets(data, meta *any) (inData, inMeta bool) {
	if r, ok := (*data).(Redacted); ok {
		*data, inData = r.Redacted(), true
	}
	if r, ok := (*meta).(Redacted); ok {
		*meta, inMeta = r.Redacted(), true
	}
	return inData, inMeta
}

// body renders the envelope, in the documented order of its keys, or the data alone
// where the answer is bare.
func (rt *route) body(message []byte, data, meta any, next string, replayed bool) ([]byte, error) {
	var b bytes.Buffer
	if rt.bare {
		err := write(&b, data)
		return b.Bytes(), err
	}
	b.WriteString(`{"success":true,"message":`)
	b.Write(message)
	b.WriteString(`,"data":`)
	if err := write(&b, data); err != nil {
		return nil, err
	}
	if err := writeMeta(&b, meta, next, replayed); err != nil {
		return nil, err
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// writeMeta appends meta: the handler's, with next_cursor and replayed; none where all
// are empty.
func writeMeta(b *bytes.Buffer, meta any, next string, replayed bool) error {
	const key = `,"meta":`
	start := b.Len()
	b.WriteString(key)
	if err := write(b, meta); err != nil {
		return err
	}
	if b.Bytes()[b.Len()-1] == '}' {
		b.Truncate(b.Len() - 1)
	} else { // null
		b.Truncate(start + len(key))
		b.WriteByte('{')
	}
	comma := func() {
		if b.Bytes()[b.Len()-1] != '{' {
			b.WriteByte(',')
		}
	}
	if next != "" {
		comma()
		b.WriteString(`"next_cursor":"` + next + `"`)
	}
	if replayed {
		comma()
		b.WriteString(`"replayed":true`)
	}
	if b.Len() == start+len(key)+1 {
		b.Truncate(start)
		return nil
	}
	b.WriteByte('}')
	return nil
}

// refused is the envelope of a refusal.
type refused struct {
	Success bool           `json:"success"`
	Message string         `json:"message"`
	Data    *struct{}      `json:"data"` // always null
	Meta    map[string]any `json:"meta"`
}

// refusal renders a fault in the envelope.
func refusal(f *fault.Fault, requestID string) []byte {
	meta := make(map[string]any, len(f.Meta)+3)
	for k, v := range f.Meta {
		meta[k] = v
	}
	meta["code"], meta["request_id"] = f.Kind, requestID
	if len(f.Fields) > 0 {
		meta["fields"] = f.Fields
	}
	var b bytes.Buffer
	if err := write(&b, refused{Message: f.Told(), Meta: meta}); err != nil {
		f = fault.Of(err) // Meta can't be encoded: the refusal goes without it
		return refusal(&fault.Fault{Kind: f.Kind, Message: f.Message}, requestID)
	}
	return b.Bytes()
}
