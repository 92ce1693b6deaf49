package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"wardroom/functions"
	"wardroom/infra/local/demo"
	"wardroom/pkg/api"
	"wardroom/pkg/concurrent"
	"wardroom/pkg/service"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

// requestTime is a request's timeout, as in a function: Lambda's ten seconds less the
// time that its handler reserves for the answer.
const requestTime = 9700 * time.Millisecond

// serve runs until ctx is done; requests under way then end first.
func (s *settings) serve(ctx context.Context) error {
	listener, err := s.listen(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // for the returns before Serve, which closes it itself
	db, err := s.database(ctx)
	if err != nil {
		return err
	}
	defer db.stop()
	st := store.Connect(s.Config.Config)
	if err := s.prepare(ctx, st); err != nil {
		return err
	}
	server := newServer(api.StripPrefix(s.Base, Handler(st, s.Config, telemetry.Options{Log: telemetry.Logger(os.Stderr, false), Stage: s.Stage})))
	s.greet(listener.Addr())
	follow, halt := context.WithCancel(ctx)
	followed := s.follow(follow, st)
	defer func() {
		halt()
		for range followed {
		}
	}() // before the database, which it needs, ends
	ended := concurrent.Start(func() error { return server.Serve(listener) })
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-db.done:
		return errors.New("the DynamoDB engine has ended")
	case <-ctx.Done():
	}
	fmt.Fprintln(os.Stderr, "Stopping: requests under way end first.")
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTime+time.Second)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	return nil
}

// newServer serves h. A request's body has to arrive within requestTime, and a client
// that doesn't read its answer is disconnected.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       requestTime,
		WriteTimeout:      requestTime + 20*time.Second,
		IdleTimeout:       2 * time.Minute,
	}
}

// Handler serves all groups in one process.
func Handler(s *store.Store, c service.Config, o telemetry.Options) http.Handler {
	all := service.Handler(s, c, functions.All(s, c.SignIn)...)
	return telemetry.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		all.ServeHTTP(w, r.WithContext(ctx))
	}), o)
}

func (s *settings) listen(ctx context.Context) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use. Stop what listens there, or choose another address: WARDROOM_ADDR=127.0.0.1:8081 make run", s.Addr)
	}
	if _, _, wrong := net.SplitHostPort(s.Addr); wrong != nil {
		return nil, errors.New("WARDROOM_ADDR must be a host and a port, such as 127.0.0.1:8081")
	}
	if err != nil {
		return nil, fmt.Errorf("WARDROOM_ADDR: %w", err)
	}
	return l, nil
}

// prepare makes the table and loads the demo data, each unless it is there.
func (s *settings) prepare(ctx context.Context, st *store.Store) error {
	if _, err := demo.CreateTable(ctx, store.Client(s.Config.Config), s.Table); err != nil {
		return err
	}
	loaded, err := demo.Loaded(ctx, st)
	if err != nil || loaded {
		return err
	}
	fmt.Fprintln(os.Stderr, "Loading the demo data.")
	return demo.Load(ctx, st)
}

func (s *settings) greet(addr net.Addr) {
	fmt.Printf(`Wardroom serves on http://%s (stop it with Ctrl-C). Try:

  curl -X DELETE -H 'Authorization: ApiKey %s' http://%s/api/project/151/user/16

`, addr, demo.ProjectAdmin, addr)
}
