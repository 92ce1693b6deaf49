package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// signs is the group whose function signs checkpoints of the audit chain.
const signs = "governance"

// newCheckpointKey is the stage's key for checkpoints. Its private half never
// leaves KMS. It is kept where the data are: without its public half, which KMS
// tells as long as the key is there, old checkpoints prove less.
func newCheckpointKey(scope constructs.Construct, s settings) awskms.Key {
	return awskms.NewKey(scope, jsii.String("CheckpointKey"), &awskms.KeyProps{
		Description:   jsii.String("Signs checkpoints of the audit chain, stage " + s.name),
		KeySpec:       awskms.KeySpec_ECC_NIST_P256,
		KeyUsage:      awskms.KeyUsage_SIGN_VERIFY,
		PendingWindow: awscdk.Duration_Days(jsii.Number(30)),
		RemovalPolicy: removal(s),
	})
}

// signing is the function's permissions on the key.
func signing(key awskms.Key) []awsiam.PolicyStatement {
	return []awsiam.PolicyStatement{allow([]string{"kms:GetPublicKey", "kms:Sign"}, key.KeyArn())}
}

// tellKey sets the key's ARN in the function's environment.
func tellKey(fn awslambda.Function, key awskms.Key) {
	fn.AddEnvironment(jsii.String("WARDROOM_CHECKPOINT_KEY"), key.KeyArn(), nil)
}
