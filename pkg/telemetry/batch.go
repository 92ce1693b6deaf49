package telemetry

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// Batch is the outcome of work that no caller waits for: a batch of a stream, or a
// sweep.
type Batch struct {
	Operation           string // "stream" or "sweep"
	Items, Done, Failed int
	Err                 error
}

// Write ends the record of ctx with one log line and its metrics. Items are counted,
// never shown, so the line has no personal data.
func (b Batch) Write(ctx context.Context, o Options) {
	r := From(ctx)
	r.SetOperation(b.Operation)
	f := r.finish(0)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request_id", f.id),
		slog.String("operation", b.Operation),
		slog.Int("items", b.Items),
		slog.Int("done", b.Done),
		slog.Int("failed", b.Failed),
		slog.Float64("duration_ms", milliseconds(f.elapsed)),
		slog.Float64("read_units", f.read),
		slog.Float64("write_units", f.write),
		slog.Int("calls", f.calls),
	}
	if b.Err != nil || b.Failed > 0 {
		level = slog.LevelError
	}
	if b.Err != nil {
		attrs = append(attrs, slog.String("err", b.Err.Error()))
	}
	o.Log.LogAttrs(context.WithoutCancel(ctx), level, "batch", attrs...)
	f.tellLeftOut(ctx, o.Log)
	if o.Metrics != nil {
		_, _ = o.Metrics.Write(b.metrics(f, o.Stage, time.Now()))
	}
}

// metrics is one line in CloudWatch's embedded metric format.
func (b Batch) metrics(f facts, stage string, now time.Time) []byte {
	type metric struct{ Name, Unit string }
	line, err := json.Marshal(map[string]any{
		"_aws": map[string]any{
			"Timestamp": now.UnixMilli(),
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace":  "Wardroom",
				"Dimensions": [][]string{{"stage", "operation"}},
				"Metrics": []metric{
					{"items", "Count"}, {"done", "Count"}, {"failed", "Count"}, {"left_out", "Count"}, {"latency", "Milliseconds"},
					{"read_units", "Count"}, {"write_units", "Count"},
				},
			}},
		},
		"stage": stage, "operation": b.Operation, "request_id": f.id,
		"items": b.Items, "done": b.Done, "failed": b.Failed, "left_out": len(f.leftOut), "latency": milliseconds(f.elapsed),
		"read_units": f.read, "write_units": f.write,
	})
	if err != nil {
		return nil // only numbers that JSON has no word for, which these aren't
	}
	return append(line, '\n')
}
