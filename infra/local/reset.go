package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/infra/local/engine"
	"wardroom/infra/local/filelock"
	"wardroom/pkg/store"
)

// reset puts the demo data back: everything else is lost.
func (s *settings) reset(ctx context.Context) error {
	if s.Endpoint == "" {
		if err := s.forget(); err != nil {
			return err
		}
	}
	db, err := s.database(ctx)
	if err != nil {
		return err
	}
	defer db.stop()
	client := store.Client(s.Config.Config)
	_, err = client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(s.Table)})
	var absent *types.ResourceNotFoundException
	if err != nil && !errors.As(err, &absent) {
		return fmt.Errorf("delete table %s: %w", s.Table, err)
	}
	if err := s.prepare(ctx, store.Connect(s.Config.Config)); err != nil {
		return err
	}
	fmt.Println("The demo data are as they were.")
	return nil
}

// forget deletes the data files, unless a run uses them.
func (s *settings) forget() error {
	lock, err := filelock.Try(filepath.Join(s.Data, "lock"))
	if err != nil {
		return errInUse
	}
	defer lock.Release()
	if err := engine.Forget(s.Data); err != nil {
		return fmt.Errorf("WARDROOM_DATA: %w", err)
	}
	return nil
}
