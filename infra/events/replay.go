package events

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"wardroom/functions"
	"wardroom/infra/local/demo"
	"wardroom/pkg/gateway"
	"wardroom/pkg/model"
	"wardroom/pkg/service"
	"wardroom/pkg/store"
	"wardroom/pkg/table"
)

// Replay sends the sample's event to its function, as Lambda would, on fresh demo data
// in the DynamoDB at endpoint, and returns the answer, and whether it left a row in the
// audit log.
func Replay(ctx context.Context, endpoint string, s Sample) (want Want, audited bool, err error) {
	st, drop, err := Fresh(ctx, endpoint)
	if err != nil {
		return Want{}, false, err
	}
	defer drop()
	demo.Keyed()
	handler, err := function(st, s.Group)
	if err != nil {
		return Want{}, false, err
	}
	event, err := s.Proxy()
	if err != nil {
		return Want{}, false, err
	}
	before, err := audits(ctx, st)
	if err != nil {
		return Want{}, false, err
	}
	began := time.Now()
	answer, err := gateway.Invoke(handler)(ctx, event)
	if err != nil {
		return Want{}, false, err
	}
	if want, err = Answer(answer.StatusCode, []byte(answer.Body), began); err != nil {
		return Want{}, false, err
	}
	after, err := audits(ctx, st)
	return want, after > before, err
}

// audits counts the rows of the audit logs of the demo organisations.
func audits(ctx context.Context, st *store.Store) (n int, err error) {
	for organization := int64(1); organization <= 2; organization++ {
		rows, err := st.Audits(ctx, organization, table.Span{}, 100)
		if err != nil {
			return 0, err
		}
		n += len(rows.Keys)
	}
	return n, nil
}

// function returns the handler of a group's own function, which serves that group alone.
func function(st *store.Store, slug string) (http.Handler, error) {
	for _, g := range functions.All(st) {
		if g.Slug == slug {
			return service.Handler(st, service.Config{}, g), nil
		}
	}
	return nil, fmt.Errorf("there is no group %s", slug)
}

// Table makes a table with the demo data, under a random name. drop deletes it.
func Table(ctx context.Context, endpoint string) (name string, drop func(), err error) {
	c := store.Config{Table: "wardroom-" + strings.ToLower(rand.Text()[:10]), Endpoint: endpoint, Region: "eu-west-1"}
	client := store.Client(c)
	if _, err := demo.CreateTable(ctx, client, c.Table, demo.Streamless); err != nil {
		return "", nil, err
	}
	drop = func() {
		_, _ = client.DeleteTable(context.WithoutCancel(ctx), &dynamodb.DeleteTableInput{TableName: aws.String(c.Table)})
	}
	if err := demo.Load(ctx, store.Connect(c), model.Now()); err != nil {
		drop()
		return "", nil, err
	}
	return c.Table, drop, nil
}

// Fresh returns a store over a new table with the demo data, and the function that drops
// the table.
func Fresh(ctx context.Context, endpoint string) (*store.Store, func(), error) {
	name, drop, err := Table(ctx, endpoint)
	if err != nil {
		return nil, nil, err
	}
	return store.Connect(store.Config{Table: name, Endpoint: endpoint, Region: "eu-west-1"}), drop, nil
}
