package main

import (
	"errors"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// posts are the groups whose functions send letters: those with invitations.
var posts = []string{"account", "workspace"}

// post says from whom letters are, and where their links lead. The identity
// is not the stack's: who owns the domain proves it to SES once.
type post struct{ from, app string }

// check refuses what SES or a browser would, before anything is deployed.
func (p post) check() error {
	address, err := mail.ParseAddress(p.from)
	if p.from != "" && (err != nil || address.Address != p.from) {
		return errors.New(keyMailFrom + " must be an address, such as rooms@example.com")
	}
	u, err := url.Parse(p.app)
	if p.app != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "") {
		return errors.New(keyAppURL + " must look like https://app.example.com")
	}
	if p.from != "" && p.app == "" {
		return errors.New(keyMailFrom + " needs " + keyAppURL + ": a letter's link leads there")
	}
	return nil
}

// sending is what a function may do to send letters: nothing where none are.
// SES asks for the right to the identity in use, which is the address or its
// domain.
func (p post) sending(scope constructs.Construct, slug string) []awsiam.PolicyStatement {
	if p.from == "" || !slices.Contains(posts, slug) {
		return nil
	}
	_, domain, _ := strings.Cut(p.from, "@")
	var out []awsiam.PolicyStatement
	for _, identity := range []string{p.from, domain} {
		arn := awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{Service: jsii.String("ses"), Resource: jsii.String("identity"), ResourceName: jsii.String(identity)})
		out = append(out, allow([]string{"ses:SendEmail"}, arn))
	}
	return out
}

// tell tells the function. Empty means that nothing is sent; it is declared
// because SAM passes on only what is.
func (p post) tell(fn awslambda.Function, slug string) {
	if !slices.Contains(posts, slug) {
		return
	}
	for name, value := range map[string]string{"WARDROOM_MAIL_FROM": p.from, "WARDROOM_APP_URL": p.app, "SES_ENDPOINT": ""} {
		fn.AddEnvironment(jsii.String(name), jsii.String(value), nil)
	}
}
