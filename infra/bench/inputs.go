package main

import (
	"crypto/rand"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// anew returns a deep copy of an input. Any caller has to make its input, so this is
// part of the bare call's cost.
func anew(in any) any {
	switch in := in.(type) {
	case *dynamodb.GetItemInput:
		c := *in
		c.Key = attributes(in.Key)
		return &c
	case *dynamodb.BatchGetItemInput:
		c := *in
		c.RequestItems = make(map[string]types.KeysAndAttributes, len(in.RequestItems))
		for table, of := range in.RequestItems {
			keys := make([]map[string]types.AttributeValue, len(of.Keys))
			for i, k := range of.Keys {
				keys[i] = attributes(k)
			}
			of.Keys = keys
			c.RequestItems[table] = of
		}
		return &c
	case *dynamodb.QueryInput:
		c := *in
		c.KeyConditionExpression = text(in.KeyConditionExpression)
		c.ExpressionAttributeNames = names(in.ExpressionAttributeNames)
		c.ExpressionAttributeValues = attributes(in.ExpressionAttributeValues)
		return &c
	case *dynamodb.TransactWriteItemsInput:
		c, token := *in, rand.Text() // by the old one it would be known, and not done again
		c.ClientRequestToken = &token
		c.TransactItems = make([]types.TransactWriteItem, len(in.TransactItems))
		for i, item := range in.TransactItems {
			c.TransactItems[i] = write(item)
		}
		return &c
	}
	return in
}

func write(item types.TransactWriteItem) (out types.TransactWriteItem) {
	switch {
	case item.Put != nil:
		c := *item.Put
		c.Item, c.ConditionExpression = attributes(c.Item), text(c.ConditionExpression)
		c.ExpressionAttributeNames, c.ExpressionAttributeValues = names(c.ExpressionAttributeNames), attributes(c.ExpressionAttributeValues)
		out.Put = &c
	case item.Update != nil:
		c := *item.Update
		c.Key, c.ConditionExpression, c.UpdateExpression = attributes(c.Key), text(c.ConditionExpression), text(c.UpdateExpression)
		c.ExpressionAttributeNames, c.ExpressionAttributeValues = names(c.ExpressionAttributeNames), attributes(c.ExpressionAttributeValues)
		out.Update = &c
	case item.Delete != nil:
		c := *item.Delete
		c.Key, c.ConditionExpression = attributes(c.Key), text(c.ConditionExpression)
		c.ExpressionAttributeNames, c.ExpressionAttributeValues = names(c.ExpressionAttributeNames), attributes(c.ExpressionAttributeValues)
		out.Delete = &c
	case item.ConditionCheck != nil:
		c := *item.ConditionCheck
		c.Key, c.ConditionExpression = attributes(c.Key), text(c.ConditionExpression)
		c.ExpressionAttributeNames, c.ExpressionAttributeValues = names(c.ExpressionAttributeNames), attributes(c.ExpressionAttributeValues)
		out.ConditionCheck = &c
	}
	return out
}

func attributes(m map[string]types.AttributeValue) map[string]types.AttributeValue {
	if m == nil {
		return nil
	}
	out := make(map[string]types.AttributeValue, len(m))
	for name, v := range m {
		out[name] = value(v)
	}
	return out
}

func value(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: strings.Clone(v.Value)}
	case *types.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: strings.Clone(v.Value)}
	case *types.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: attributes(v.Value)}
	case *types.AttributeValueMemberL:
		out := make([]types.AttributeValue, len(v.Value))
		for i := range out {
			out[i] = value(v.Value[i])
		}
		return &types.AttributeValueMemberL{Value: out}
	}
	return v
}

func names(m map[string]string) map[string]string {
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func text(s *string) *string {
	if s == nil {
		return nil
	}
	c := strings.Clone(*s)
	return &c
}
