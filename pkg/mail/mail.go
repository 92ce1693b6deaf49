// Package mail sends letters through Amazon SES, where a deployment has a sender's
// address. It makes SES's call itself: the SDK's client for it would add more to each
// function than this whole repository, and the SDK's signer is linked anyway for
// DynamoDB. A test compares each request with the one that the SDK's client makes.
package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Config has the sender of letters and the target of their links, by the variables of a
// function's environment. Without both no letter is sent: a link's target must not be
// taken from a request.
type Config struct {
	From     string `env:"WARDROOM_MAIL_FROM"` // an address that SES may send from
	AppURL   string `env:"WARDROOM_APP_URL"`   // of the front end, "https://app.example.com"
	Endpoint string `env:"SES_ENDPOINT"`       // "" in AWS
}

// Check refuses a malformed address or URL, and a sender without a front end.
func (c Config) Check() error {
	u, err := url.Parse(c.AppURL)
	switch {
	case c.AppURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != ""):
		return errors.New("WARDROOM_APP_URL must look like https://app.example.com")
	case c.From != "" && !strings.Contains(c.From, "@"):
		return errors.New("WARDROOM_MAIL_FROM must be an address, such as rooms@example.com")
	case c.From != "" && c.AppURL == "":
		return errors.New("WARDROOM_MAIL_FROM needs WARDROOM_APP_URL: a letter's link leads there")
	}
	return nil
}

// Credentials sign a letter for SES.
type Credentials struct{ Region, AccessKey, SecretKey, SessionToken string }

// Sender sends letters. A nil one sends none.
type Sender struct {
	config Config
	creds  Credentials
	client *http.Client
}

// timeout bounds the sending of a letter: the request that causes it must still be
// answered.
const timeout = 3 * time.Second

// New returns the sender that c describes. It calls nobody.
func New(c Config, creds Credentials) *Sender {
	c.AppURL = strings.TrimSuffix(c.AppURL, "/")
	if c.Endpoint == "" {
		c.Endpoint = "https://email." + creds.Region + ".amazonaws.com"
	}
	return &Sender{c, creds, &http.Client{Timeout: timeout}}
}

// Link is the URL of a page of the front end, or its path alone where no front end is
// configured.
func (s *Sender) Link(path string) string {
	if s == nil {
		return path
	}
	return s.config.AppURL + path
}

// ErrOff says that this deployment sends no letters.
var ErrOff = errors.New("mail: not configured")

// Sends reports whether this deployment sends letters.
func (s *Sender) Sends() bool { return s != nil && s.config.From != "" && s.config.AppURL != "" }

// Send sends a letter of plain text, or returns ErrOff. No error of it names the
// recipient.
func (s *Sender) Send(ctx context.Context, to, subject, text string) error {
	if !s.Sends() {
		return ErrOff
	}
	body, err := json.Marshal(letter{
		Content: content{Simple: simple{Body: parts{Text: part{text, charset}}, Subject: part{subject, charset}}},
		To:      recipients{[]string{to}}, From: s.config.From,
	})
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.Endpoint+"/v2/email/outbound-emails", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256(body)
	creds := aws.Credentials{AccessKeyID: s.creds.AccessKey, SecretAccessKey: s.creds.SecretKey, SessionToken: s.creds.SessionToken}
	if err := v4.NewSigner().SignHTTP(ctx, creds, r, hex.EncodeToString(sum[:]), "ses", s.creds.Region, time.Now()); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	res, err := s.client.Do(r)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // so that the connection can be used again
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("mail: SES answered %d %s", res.StatusCode, res.Header.Get("X-Amzn-Errortype"))
	}
	return nil
}

const charset = "UTF-8"

// letter is the body of SES's SendEmail.
type letter struct {
	Content content    `json:"Content"`
	To      recipients `json:"Destination"`
	From    string     `json:"FromEmailAddress"`
}

type recipients struct {
	ToAddresses []string `json:"ToAddresses"`
}

type content struct {
	Simple simple `json:"Simple"`
}

type simple struct {
	Body    parts `json:"Body"`
	Subject part  `json:"Subject"`
}

type parts struct {
	Text part `json:"Text"`
}

type part struct {
	Data    string `json:"Data"`
	Charset string `json:"Charset"`
}
