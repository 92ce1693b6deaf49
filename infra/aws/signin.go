package main

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// signIn is the issuer and the client ids whose tokens the functions accept. Both may be
// references that only CloudFormation resolves.
type signIn struct {
	issuer  string
	clients []string
	trusted bool // the issuer verifies every address, and sends no email_verified
}

// check refuses an issuer that the functions would refuse as they start.
func (s signIn) check() error {
	if s.issuer == "" && s.trusted {
		return errors.New(keyTrust + ": who is trusted is missing, the " + keyIssuer)
	}
	if s.issuer == "" && len(s.clients) == 0 {
		return nil
	}
	u, err := url.Parse(s.issuer)
	if s.issuer == "" {
		return errors.New(keyClients + ": whose they are is missing, the " + keyIssuer)
	}
	if err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New(keyIssuer + ": must look like https://login.example.com")
	}
	if len(s.clients) == 0 {
		return errors.New(keyIssuer + ": it needs " + keyClients)
	}
	return nil
}

// newSignIn returns the issuer that the settings name, or declares a user pool. Only an
// administrator makes accounts in the pool: with an account that anybody can make
// themselves, people would prove an address and nothing more, and it is invitations and
// the user routes that admit addresses.
func newSignIn(scope constructs.Construct, s settings) signIn {
	if s.issuer != "" {
		return signIn{s.issuer, s.clients, s.trusted}
	}
	pool := awscognito.NewUserPool(scope, jsii.String("People"), &awscognito.UserPoolProps{
		UserPoolName:        jsii.String("wardroom-" + s.name),
		SelfSignUpEnabled:   jsii.Bool(false),
		SignInAliases:       &awscognito.SignInAliases{Email: jsii.Bool(true)},
		SignInCaseSensitive: jsii.Bool(false), // as addresses are compared here
		AutoVerify:          &awscognito.AutoVerifiedAttrs{Email: jsii.Bool(true)},
		// A new address counts only once it is verified: until then the old one does.
		KeepOriginal: &awscognito.KeepOriginalAttrs{Email: jsii.Bool(true)},
		StandardAttributes: &awscognito.StandardAttributes{
			Email: &awscognito.StandardAttribute{Required: jsii.Bool(true), Mutable: jsii.Bool(true)},
		},
		PasswordPolicy:     &awscognito.PasswordPolicy{MinLength: jsii.Number(12), TempPasswordValidity: awscdk.Duration_Days(jsii.Number(3))},
		Mfa:                awscognito.Mfa_OPTIONAL,
		MfaSecondFactor:    &awscognito.MfaSecondFactor{Otp: jsii.Bool(true), Sms: jsii.Bool(false)},
		AccountRecovery:    awscognito.AccountRecovery_EMAIL_ONLY,
		DeletionProtection: jsii.Bool(s.keep),
		RemovalPolicy:      removal(s),
	})
	client := pool.AddClient(jsii.String("Web"), &awscognito.UserPoolClientOptions{
		UserPoolClientName:         jsii.String("wardroom-" + s.name),
		GenerateSecret:             jsii.Bool(false), // a browser can't keep one
		AuthFlows:                  &awscognito.AuthFlow{UserSrp: jsii.Bool(true)},
		DisableOAuth:               jsii.Bool(true), // OAuth needs a domain and callback URLs, which only the application knows
		PreventUserExistenceErrors: jsii.Bool(true),
		EnableTokenRevocation:      jsii.Bool(true),
		IdTokenValidity:            awscdk.Duration_Minutes(jsii.Number(60)),
		AccessTokenValidity:        awscdk.Duration_Minutes(jsii.Number(60)),
		RefreshTokenValidity:       awscdk.Duration_Days(jsii.Number(30)),
	})
	issuer := awscdk.Fn_Sub(jsii.String("https://cognito-idp.${AWS::Region}.amazonaws.com/${pool}"), &map[string]*string{"pool": pool.UserPoolId()})
	for id, value := range map[string]*string{"Issuer": issuer, "ClientId": client.UserPoolClientId(), "UserPoolId": pool.UserPoolId()} {
		awscdk.NewCfnOutput(scope, jsii.String(id), &awscdk.CfnOutputProps{Description: jsii.String(told[id]), Value: value})
	}
	return signIn{*issuer, []string{*client.UserPoolClientId()}, false}
}

// told describes the outputs.
var told = map[string]string{
	"Issuer":     "Who signs people in",
	"ClientId":   "The client whose tokens are taken",
	"UserPoolId": "Where an administrator adds people",
}

// variables are the functions' environment for sign-in.
func (s signIn) variables() map[string]*string {
	return map[string]*string{
		"WARDROOM_ISSUER":          jsii.String(s.issuer),
		"WARDROOM_CLIENT_IDS":      jsii.String(strings.Join(s.clients, ",")),
		"WARDROOM_SCOPES":          jsii.String(""), // the default ones
		"WARDROOM_TRUST_ADDRESSES": jsii.String(strconv.FormatBool(s.trusted)),
	}
}
