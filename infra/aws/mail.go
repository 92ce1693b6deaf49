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

// posts are the slugs of the groups whose functions send invitations.
var posts = []string{"account", "workspace"}

// post is the sender's address of letters, and the app's URL for their links. The stack
// doesn't make the SES identity: the domain's owner verifies it once.
type post struct{ from, app string }

// check refuses an address or URL that SES or a browser would refuse, before anything
// is deployed.
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

// sending is a function's permissions to send letters, none where it sends none. SES
// checks the right to the identity in use, which is the address or its domain.
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

// tell sets the function's environment. Empty values mean that nothing is sent; they are
// set because SAM overrides only variables that a template declares.
func (p post) tell(fn awslambda.Function, slug string) {
	if !slices.Contains(posts, slug) {
		return
	}
	for name, value := range map[string]string{"WARDROOM_MAIL_FROM": p.from, "WARDROOM_APP_URL": p.app, "SES_ENDPOINT": ""} {
		fn.AddEnvironment(jsii.String(name), jsii.String(value), nil)
	}
}
