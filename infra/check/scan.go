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

// A table may be in use, and a scan is no snapshot: rows written meanwhile seem to
// disagree with those read before. So the table is scanned several times, and only a
// violation that every scan finds counts.
const (
	looks = 3
	pause = 2 * time.Second
)

// Table returns the violations of a table, as Broken does, and its number of rows. It
// writes nothing, and has all rows in memory.
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
