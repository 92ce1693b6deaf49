package main

import (
	"testing"

	"wardroom/infra/local/dynamotest"
)

// A handler's own work stays small, whatever the SDK does.
func TestOwnAllocations(t *testing.T) {
	for _, operation := range measured {
		h, err := rehearse(t.Context(), dynamotest.Endpoint(t), operation)
		if err != nil {
			t.Fatal(err)
		}
		n, err := h.allocations(t.Context())
		t.Logf("%s: %v allocations", operation, n)
		if err != nil || n > ownAllocations {
			t.Errorf("%s: %v allocations beyond the bare calls', want %d at most; %v", operation, n, ownAllocations, err)
		}
	}
}

func BenchmarkHandler(b *testing.B) {
	for _, operation := range measured {
		h, err := rehearse(b.Context(), dynamotest.Endpoint(b), operation)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(operation+"/handler", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := h.ask(b.Context()).refused(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(operation+"/bare", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := h.call(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
