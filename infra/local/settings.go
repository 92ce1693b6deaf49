package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wardroom/infra/local/engine"
	"wardroom/infra/local/filelock"
	"wardroom/pkg/api"
	"wardroom/pkg/service"
	environment "wardroom/pkg/settings"
)

// settings are the environment of the local runner.
type settings struct {
	service.Config
	Addr string `env:"WARDROOM_ADDR" envDefault:"127.0.0.1:8080"`
	Data string // see engine.Folder
	Base string `env:"WARDROOM_BASE_PATH"` // the prefix that a proxy leaves before the API's paths: "/wardroom"
}

func read() (*settings, error) {
	s, err := environment.Read[settings]()
	if err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	if !api.ValidPrefix(s.Base) {
		return nil, errors.New("environment: WARDROOM_BASE_PATH must look like /wardroom")
	}
	if s.Data, err = engine.Folder(); err != nil {
		return nil, err
	}
	const checkpoints = "WARDROOM_CHECKPOINT_FILE"
	if os.Getenv(checkpoints) == "" && os.Getenv("WARDROOM_CHECKPOINT_KEY") == "" {
		if err := os.Setenv(checkpoints, filepath.Join(s.Data, engine.CheckpointFile)); err != nil {
			return nil, fmt.Errorf("environment: %w", err)
		}
	}
	return &s, nil
}

// database is a run's DynamoDB.
type database struct {
	stop func()
	done <-chan struct{} // closed when it ends; nil for one that this process didn't start
}

// database returns the DynamoDB that DYNAMODB_ENDPOINT names, or starts one over the
// data folder. It fails where another run uses that.
func (s *settings) database(ctx context.Context) (*database, error) {
	if s.Endpoint != "" {
		if !engine.Answers(ctx, s.Endpoint) {
			return nil, fmt.Errorf("no DynamoDB answers at DYNAMODB_ENDPOINT=%s", s.Endpoint)
		}
		return &database{stop: func() {}}, nil
	}
	if err := os.MkdirAll(s.Data, 0o750); err != nil {
		return nil, fmt.Errorf("WARDROOM_DATA: %w", err)
	}
	lock, err := filelock.Try(filepath.Join(s.Data, "lock"))
	if err != nil {
		return nil, errInUse
	}
	server, err := engine.Start(ctx, engine.Options{Data: s.Data, Log: func(line string) { fmt.Fprintln(os.Stderr, line) }})
	if err != nil {
		lock.Release()
		return nil, err
	}
	fmt.Fprintln(os.Stderr, "The engine is "+server.Name()+".")
	s.Endpoint = server.Endpoint()
	named := filepath.Join(s.Data, engine.EndpointFile) // for make admin STAGE=local
	if err := os.WriteFile(named, []byte(s.Endpoint+"\n"), 0o600); err != nil {
		_ = server.Stop()
		lock.Release()
		return nil, fmt.Errorf("WARDROOM_DATA: %w", err)
	}
	return &database{done: server.Done(), stop: func() {
		_ = os.Remove(named)
		_ = server.Stop() // it ends with this process anyway
		lock.Release()
	}}, nil
}

var errInUse = errors.New("the data are in use by another run: stop it first, or choose another folder with WARDROOM_DATA")
