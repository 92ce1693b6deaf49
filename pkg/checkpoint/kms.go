package checkpoint

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"wardroom/pkg/settings"
)

// kmsKey is a key that never leaves KMS.
type kmsKey struct {
	client *kms.Client
	id     string
}

// account is the place of KMS and the caller's credentials, by Lambda's environment. The
// SDK's default chain isn't used, for the reasons of package store.
type account struct {
	Region       string `env:"AWS_REGION" envDefault:"us-east-1"`
	AccessKey    string `env:"AWS_ACCESS_KEY_ID"`
	SecretKey    string `env:"AWS_SECRET_ACCESS_KEY"`
	SessionToken string `env:"AWS_SESSION_TOKEN"`
	Endpoint     string `env:"AWS_ENDPOINT_URL_KMS"` // "" in AWS
}

func newKMS(id string) (Signer, error) {
	a, err := settings.Read[account]()
	if err != nil {
		return nil, err
	}
	o := kms.Options{
		Region: a.Region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: a.AccessKey, SecretAccessKey: a.SecretKey, SessionToken: a.SessionToken, Source: "environment"}, nil
		}),
		HTTPClient: awshttp.NewBuildableClient().WithTimeout(2 * time.Second),
	}
	if a.Endpoint != "" {
		o.BaseEndpoint = &a.Endpoint
	}
	return kmsKey{kms.New(o), id}, nil
}

func (k kmsKey) Sign(ctx context.Context, text []byte) ([]byte, string, error) {
	out, err := k.client.Sign(ctx, &kms.SignInput{
		KeyId: &k.id, Message: text, MessageType: types.MessageTypeRaw, SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256,
	})
	if err != nil {
		return nil, "", fmt.Errorf("kms sign: %w", err)
	}
	return out.Signature, k.id, nil
}

func (k kmsKey) Public(ctx context.Context) (*ecdsa.PublicKey, string, error) {
	out, err := k.client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &k.id})
	if err != nil {
		return nil, "", fmt.Errorf("kms public key: %w", err)
	}
	key, err := x509.ParsePKIXPublicKey(out.PublicKey)
	public, ok := key.(*ecdsa.PublicKey)
	if err != nil || !ok {
		return nil, "", errors.New("the key for checkpoints is not an EC key")
	}
	return public, k.id, nil
}
