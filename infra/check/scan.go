package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"wardroom/pkg/table"
)

// Scan returns every row of a table, readable or not.
func Scan(ctx context.Context, client *dynamodb.Client, name string) (table.Rows, error) {
	rows := table.Rows{}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &name, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		for _, item := range page.Items {
			rows[KeyOf(item)] = item
		}
	}
	return rows, nil
}

// KeyOf returns the primary key of an item.
func KeyOf(item map[string]types.AttributeValue) table.Primary {
	text := func(name string) string {
		if v, ok := item[name].(*types.AttributeValueMemberS); ok {
			return v.Value
		}
		return ""
	}
	return table.Primary{PK: text(table.PK), SK: text(table.SK)}
}

// Looks at a table that is in use: a scan is no snapshot, and what is written
// meanwhile seems to disagree with what was read before. What stands in every
// look is so.
const (
	looks = 3
	pause = 2 * time.Second
)

// Table lists what isn't as it must be in a table, and how many rows that has.
// It writes nothing. It holds all rows in memory.
func Table(ctx context.Context, client *dynamodb.Client, name string) (broken []string, rows int, err error) {
	for look := range looks {
		if look > 0 {
			select {
			case <-ctx.Done():
				return nil, 0, fmt.Errorf("check: %w", ctx.Err())
			case <-time.After(pause):
			}
		}
		all, err := Scan(ctx, client, name)
		if err != nil {
			return nil, 0, err
		}
		now := Broken(all)
		if look > 0 {
			now = slices.DeleteFunc(now, func(s string) bool { return !slices.Contains(broken, s) })
		}
		if broken, rows = now, len(all); len(broken) == 0 {
			break
		}
	}
	return broken, rows, nil
}
