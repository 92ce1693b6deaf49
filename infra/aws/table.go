package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newTable declares the single table. It is named, because CloudFormation
// refuses to replace a resource that has a name of its own: a change of the
// keys fails instead of beginning anew with an empty table.
//
// CloudFormation adds or removes one index in a deployment; a change of two
// takes two.
func newTable(scope constructs.Construct, t schema, s settings) awsdynamodb.Table {
	table := awsdynamodb.NewTable(scope, jsii.String("Table"), &awsdynamodb.TableProps{
		TableName:    jsii.String("wardroom-" + s.name),
		PartitionKey: text(t.pk),
		SortKey:      text(t.sk),
		BillingMode:  awsdynamodb.BillingMode_PAY_PER_REQUEST,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
		DeletionProtection:  jsii.Bool(s.keep),
		RemovalPolicy:       removal(s),
		Stream:              awsdynamodb.StreamViewType_NEW_AND_OLD_IMAGES,
		TimeToLiveAttribute: jsii.String(t.ttl),
		Encryption:          awsdynamodb.TableEncryption_AWS_MANAGED, // CloudTrail logs its use, and it needs no grant
	})
	for _, i := range t.indexes {
		table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
			IndexName:      jsii.String(i.name),
			PartitionKey:   text(i.pk),
			SortKey:        text(i.sk),
			ProjectionType: awsdynamodb.ProjectionType_KEYS_ONLY,
		})
	}
	return table
}

func text(name string) *awsdynamodb.Attribute {
	return &awsdynamodb.Attribute{Name: jsii.String(name), Type: awsdynamodb.AttributeType_STRING}
}
