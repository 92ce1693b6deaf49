package followup

import (
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
)

// itemOf converts an image of the stream to an item as reads return it.
func itemOf(image map[string]events.DynamoDBAttributeValue) (dynamo.Item, error) {
	item := make(dynamo.Item, len(image))
	for name, v := range image {
		value, err := valueOf(v)
		if err != nil {
			return nil, err
		}
		item[name] = value
	}
	return item, nil
}

func valueOf(v events.DynamoDBAttributeValue) (types.AttributeValue, error) {
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}, nil
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}, nil
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}, nil
	case events.DataTypeNull:
		return &types.AttributeValueMemberNULL{Value: true}, nil
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}, nil
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}, nil
	case events.DataTypeNumberSet:
		return &types.AttributeValueMemberNS{Value: v.NumberSet()}, nil
	case events.DataTypeBinarySet:
		return &types.AttributeValueMemberBS{Value: v.BinarySet()}, nil
	case events.DataTypeMap:
		inner, err := itemOf(v.Map())
		return &types.AttributeValueMemberM{Value: inner}, err
	case events.DataTypeList:
		out := make([]types.AttributeValue, len(v.List()))
		for i, e := range v.List() {
			inner, err := valueOf(e)
			if err != nil {
				return nil, err
			}
			out[i] = inner
		}
		return &types.AttributeValueMemberL{Value: out}, nil
	}
	return nil, fmt.Errorf("the stream has a value of an unknown type %d", v.DataType())
}
