package store_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"

	"wardroom/infra/local/demo"
	"wardroom/infra/local/dynamotest"
	"wardroom/infra/local/fixture"
	"wardroom/pkg/store"
	"wardroom/pkg/store/storetest"
	"wardroom/pkg/table"
)

// The store keeps its contract on the real DynamoDB.
func TestContract(t *testing.T) { contract(t) }

// It does where every answer comes in pieces, none of which is the whole of it.
func TestContractInPieces(t *testing.T) { contract(t, fixture.Short(2)) }

func contract(t *testing.T, options ...func(*dynamodb.Options)) {
	t.Helper()
	c := store.Config{Table: "t" + strings.ToLower(rand.Text()), Endpoint: dynamotest.Endpoint(t), Region: "us-east-1"}
	client := store.Client(c)
	if _, err := demo.CreateTable(t.Context(), client, c.Table, demo.Streamless); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: aws.String(c.Table)}); err != nil {
			t.Log(err)
		}
	})
	db := table.Open(dynamo.NewFromIface(store.NewCaller(c, options...)), c.Table)
	storetest.Run(t, storetest.Kept{Store: store.Over(db), Other: store.Connect(c), Table: db})
}
