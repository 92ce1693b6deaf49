package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Logger writes JSON, which CloudWatch can search by field, or text, which a
// person can read in a terminal.
func Logger(w io.Writer, json bool) *slog.Logger {
	if json {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// write is the end of a request: its log line, then its metrics. A line that
// can't be written is lost; the request is already answered.
func (h *observer) write(ctx context.Context, f facts, stack []byte) {
	level := slog.LevelInfo
	if f.status >= 500 {
		level = slog.LevelError
	} else if told(f) { // answered, but something beside it failed; or turned away for a reason
		level = slog.LevelWarn
	}
	attrs := make([]slog.Attr, 0, 11)
	attrs = append(attrs,
		slog.String("request_id", f.id),
		slog.String("operation", f.operation),
		slog.Int64("organization", f.organization),
		slog.Int("status", f.status),
		slog.Float64("duration_ms", milliseconds(f.elapsed)),
		slog.Float64("read_units", f.read),
		slog.Float64("write_units", f.write),
		slog.Int("calls", f.calls),
	)
	if f.principal != "" {
		attrs = append(attrs, slog.String("principal", f.principal))
	}
	if f.status >= 500 && f.err != nil || told(f) {
		attrs = append(attrs, slog.String("err", f.err.Error()))
	}
	if stack != nil {
		attrs = append(attrs, slog.String("stack", string(stack)))
	}
	// The request may have ended because its context did; the line still counts.
	h.o.Log.LogAttrs(context.WithoutCancel(ctx), level, "request", attrs...)
	f.tellLeftOut(ctx, h.o.Log)

	if h.o.Metrics == nil {
		return
	}
	line := appendMetrics(make([]byte, 0, 768), f, h.o.Stage, time.Now())
	h.mu.Lock()
	defer h.mu.Unlock()
	_, _ = h.o.Metrics.Write(line)
}

// told reports whether the log has the error of a request with a status below 500: of
// one that was answered, and of a 401 with a cause, which nobody else sees. Other
// refusals explain themselves.
func told(f facts) bool {
	return f.err != nil && (f.status < 400 || f.status == http.StatusUnauthorized && errors.Unwrap(f.err) != nil)
}

// tellLeftOut writes a line for each thing that was omitted.
func (f facts) tellLeftOut(ctx context.Context, log *slog.Logger) {
	for _, why := range f.leftOut {
		log.LogAttrs(context.WithoutCancel(ctx), slog.LevelError, "left out",
			slog.String("request_id", f.id), slog.String("operation", f.operation), slog.String("err", why.Error()))
	}
}

// unrouted is the operation of a request that reached none: an unknown path, a
// wrong method, a preflight. A dimension can't be empty.
const unrouted = "none"

// appendMetrics appends one line in CloudWatch's embedded metric format.
//
// The dimension sets are [stage, operation] and [stage]: the first tells the
// operations apart, the second carries the alarms of a stage. Neither is the
// operation alone, since that would add up the stages of one account.
//
// It is written by hand because encoding/json would allocate the fixed part
// of the line, which is most of it, anew for every request.
func appendMetrics(b []byte, f facts, stage string, now time.Time) []byte {
	if stage == "" {
		stage = "local"
	}
	operation := f.operation
	if operation == "" {
		operation = unrouted
	}
	failed := 0
	if f.status >= 500 {
		failed = 1
	}
	b = append(b, `{"_aws":{"Timestamp":`...)
	b = strconv.AppendInt(b, now.UnixMilli(), 10)
	b = append(b, `,"CloudWatchMetrics":[{"Namespace":"Wardroom","Dimensions":[["stage","operation"],["stage"]],"Metrics":[`+
		`{"Name":"requests","Unit":"Count"},{"Name":"errors","Unit":"Count"},{"Name":"latency","Unit":"Milliseconds"},`+
		`{"Name":"read_units","Unit":"Count"},{"Name":"write_units","Unit":"Count"}]}]},"stage":`...)
	b = appendString(b, stage)
	b = append(b, `,"operation":`...)
	b = appendString(b, operation)
	b = append(b, `,"request_id":`...)
	b = appendString(b, f.id)
	b = append(b, `,"requests":1,"errors":`...)
	b = strconv.AppendInt(b, int64(failed), 10)
	b = append(b, `,"latency":`...)
	b = appendNumber(b, milliseconds(f.elapsed))
	b = append(b, `,"read_units":`...)
	b = appendNumber(b, f.read)
	b = append(b, `,"write_units":`...)
	b = appendNumber(b, f.write)
	return append(b, "}\n"...)
}

func appendNumber(b []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) { // JSON has no word for them
		x = 0
	}
	return strconv.AppendFloat(b, x, 'f', -1, 64)
}

// appendString quotes s. Ids are nearly always plain ASCII, which needs no
// escaping; the rest is left to encoding/json.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always marshals
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// milliseconds keeps microseconds, which is as fine as anybody reads.
func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
