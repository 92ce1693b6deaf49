package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/logging"
	"github.com/guregu/dynamo/v2"

	"wardroom/infra/local/engine"
	"wardroom/pkg/service"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// local is the stage of make run; the other stages are deployed.
const local = "local"

var stages = []string{local, "dev", "staging", "prod"}

// place is the table that a command works on.
type place struct {
	store  *store.Store
	client *dynamodb.Client // the store's
	stage  string
	table  string
	aws    bool // deployed, with a dead-letter queue
}

// open returns the place of a stage, whose table has answered. WARDROOM_TABLE names
// another table, DYNAMODB_ENDPOINT another DynamoDB.
func open(ctx context.Context, stage string) (place, error) {
	if !slices.Contains(stages, stage) {
		return place{}, fmt.Errorf("there is no stage %q: it is one of %s", stage, strings.Join(stages, ", "))
	}
	c, err := service.Read()
	if err != nil {
		return place{}, err
	}
	if stage == local && c.Endpoint == "" {
		if c.Endpoint, err = running(); err != nil {
			return place{}, err
		}
	}
	at := place{stage: stage, table: c.Table, aws: c.Endpoint == ""}
	if !at.aws {
		return at.open(ctx, store.Client(c.Config))
	}
	if os.Getenv("WARDROOM_TABLE") == "" {
		at.table = "wardroom-" + stage
	}
	own, err := account(ctx)
	if err != nil {
		return place{}, err
	}
	return at.open(ctx, dynamodb.NewFromConfig(own))
}

// account returns the configuration of the operator's AWS account. It drops the SDK's
// warnings, which only repeat the error.
func account(ctx context.Context) (aws.Config, error) {
	own, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
	if err != nil {
		return own, fmt.Errorf("AWS credentials: %w", err)
	}
	if _, err := own.Credentials.Retrieve(ctx); err != nil {
		return own, errors.New("there are no AWS credentials; for the table of make run: STAGE=local")
	}
	if own.Region == "" {
		return own, errors.New("no AWS region is named: set AWS_REGION")
	}
	return own, nil
}

// open returns p with client and its store, or an error where the table doesn't answer.
func (p place) open(ctx context.Context, client *dynamodb.Client) (place, error) {
	p.client, p.store = client, store.Over(table.Open(dynamo.NewFromIface(client), p.table))
	return p, p.answers(ctx)
}

// answers returns an error unless the table answers a read, of a row that may be missing.
func (p place) answers(ctx context.Context) error {
	_, err := p.store.Inspect(ctx, table.Organizations.Key(1))
	var absent *types.ResourceNotFoundException
	switch {
	case errors.As(err, &absent) && p.aws:
		return fmt.Errorf("stage %s has no table %s: is it deployed?", p.stage, p.table)
	case errors.As(err, &absent):
		return fmt.Errorf("there is no table %s", p.table)
	case err != nil:
		return fmt.Errorf("table %s: %w", p.table, err)
	}
	return nil
}

// running returns the endpoint of make run's DynamoDB, from a file in its data folder.
func running() (string, error) {
	data, err := engine.Folder()
	if err != nil {
		return "", err
	}
	endpoint, err := os.ReadFile(filepath.Join(data, engine.EndpointFile))
	if errors.Is(err, os.ErrNotExist) {
		return "", errors.New("nothing runs on this machine: start it with make run, or name its DynamoDB with DYNAMODB_ENDPOINT")
	}
	if err != nil {
		return "", fmt.Errorf("WARDROOM_DATA: %w", err)
	}
	return strings.TrimSpace(string(endpoint)), nil
}

// organization returns an error for an organisation that the table doesn't have.
func (p place) organization(ctx context.Context, id int64) error {
	rows, err := p.store.Read(ctx, table.Organizations.Key(id))
	if err != nil {
		return err
	}
	if _, ok := table.Organizations.In(rows, id); !ok {
		return fmt.Errorf("there is no organization %d in table %s", id, p.table)
	}
	return nil
}
