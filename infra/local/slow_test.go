package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/fixture"
	"wardroom/infra/local/scale"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/service"
	"wardroom/pkg/telemetry"
)

// 400 callers announce a mebibyte each and send a byte a second. The server
// holds no room for what hasn't come, answers everybody else meanwhile, and ends
// each of them with the time that a request has.
func TestSlowBodiesAtScale(t *testing.T) {
	n := scale.Of(400)
	s := fixture.New(t)
	server := newServer(Handler(s.Store, service.Config{}, telemetry.Options{Log: telemetry.Logger(io.Discard, false)}))
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := concurrent.Start(func() error { return server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		for range served {
		}
	})
	addr := listener.Addr().String()
	health := func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/api/auth/config", nil)
		res, err := http.DefaultClient.Do(r)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("others aren't answered: %v %v", res, err)
		}
		_ = res.Body.Close()
	}
	health()
	idle := held()

	began := time.Now()
	slow := make([]net.Conn, n)
	for i := range slow {
		if slow[i], err = new(net.Dialer).DialContext(t.Context(), "tcp", addr); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = slow[i].Close() }()
		_, err = fmt.Fprintf(slow[i], "PUT /api/project/151 HTTP/1.1\r\nHost: local\r\nAuthorization: ApiKey %s\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n{", demo.ProjectAdmin)
		if err != nil {
			t.Fatal(err)
		}
	}
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	most := uint64(0)
	for time.Since(began) < requestTime-2*time.Second {
		<-ticks.C
		for _, c := range slow {
			if _, err := c.Write([]byte(" ")); err != nil {
				t.Fatalf("cut before its time, after %v: %v", time.Since(began), err)
			}
		}
		most = max(most, held())
		health()
	}
	if room := uint64(64<<20) * uint64(n) / 400; most > idle+room {
		t.Errorf("%d slow bodies hold %d KiB beyond idle, want at most %d", n, (most-idle)>>10, room>>10)
	}
	for i, c := range slow {
		_ = c.SetReadDeadline(began.Add(requestTime + 20*time.Second))
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%d: no answer after %v: %v", i, time.Since(began), err)
		}
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !res.Close {
			t.Errorf("%d: %d, Retry-After %q, closes: %t", i, res.StatusCode, res.Header.Get("Retry-After"), res.Close)
		}
	}
	health()
}

// held is the memory in use.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
