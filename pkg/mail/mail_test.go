package mail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"wardroom/pkg/mail"
)

// seen is a request as SES gets it.
type seen struct {
	Method, Path, Type, Token, Scope string
	Body                             any
}

// post stands where SES does, and answers a status.
func post(t *testing.T, status int) (url string, got *[]seen) {
	t.Helper()
	got = new([]seen)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s := seen{Method: r.Method, Path: r.URL.Path, Type: r.Header.Get("Content-Type"), Token: r.Header.Get("X-Amz-Security-Token")}
		// Credential=<key>/<date>/<region>/<service>/aws4_request, without the date
		if m := regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/\d+/([^,]+), .*Signature=[0-9a-f]{64}$`).FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
			s.Scope = m[1] + " " + m[2]
		}
		if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&s.Body); err != nil {
			t.Error(err)
		}
		*got = append(*got, s)
		w.Header().Set("X-Amzn-Errortype", "MessageRejected")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"MessageId":"1","message":"Email address is not verified: new@example.com"}`)
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

var creds = mail.Credentials{Region: "eu-west-1", AccessKey: "AKID", SecretKey: "secret", SessionToken: "session"}

// A letter is the request that the SDK's own client makes of it.
func TestTheSDKSendsTheSame(t *testing.T) {
	url, got := post(t, http.StatusOK)
	s := mail.New(mail.Config{From: "rooms@example.com", AppURL: "https://app.example.com", Endpoint: url}, creds)
	if err := s.Send(t.Context(), "new@example.com", "Come in", "A <link> & more\n"); err != nil {
		t.Fatal(err)
	}
	client := sesv2.New(sesv2.Options{Region: creds.Region, BaseEndpoint: &url, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: creds.AccessKey, SecretAccessKey: creds.SecretKey, SessionToken: creds.SessionToken}, nil
	})})
	text := func(s string) *types.Content { return &types.Content{Data: &s, Charset: aws.String("UTF-8")} }
	_, err := client.SendEmail(t.Context(), &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("rooms@example.com"), Destination: &types.Destination{ToAddresses: []string{"new@example.com"}},
		Content: &types.EmailContent{Simple: &types.Message{Subject: text("Come in"), Body: &types.Body{Text: text("A <link> & more\n")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(*got) != 2 || !reflect.DeepEqual((*got)[0], (*got)[1]) || (*got)[0].Scope != "AKID eu-west-1/ses/aws4_request" {
		t.Errorf("ours and the SDK's:\n%+v", *got)
	}
}

// A refusal is an error that names what SES called it, and nobody.
func TestARefusalNamesNobody(t *testing.T) {
	url, _ := post(t, http.StatusBadRequest)
	s := mail.New(mail.Config{From: "rooms@example.com", AppURL: "https://app.example.com", Endpoint: url}, creds)
	err := s.Send(t.Context(), "new@example.com", "Come in", "text")
	if err == nil || !strings.Contains(err.Error(), "MessageRejected") || strings.Contains(err.Error(), "new@") {
		t.Error(err)
	}
}

// Nothing is sent where it isn't said from whom, or where links lead.
func TestOff(t *testing.T) {
	url, got := post(t, http.StatusOK)
	for _, c := range []mail.Config{{}, {From: "rooms@example.com"}, {AppURL: "https://app.example.com"}} {
		c.Endpoint = url
		if err := mail.New(c, creds).Send(t.Context(), "new@example.com", "Come in", "text"); !errors.Is(err, mail.ErrOff) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := (*mail.Sender)(nil).Send(t.Context(), "new@example.com", "Come in", "text"); !errors.Is(err, mail.ErrOff) || len(*got) > 0 {
		t.Error(err, *got)
	}
}

// A dead SES doesn't hold a request for longer than the request's own time.
func TestItEndsWithTheRequest(t *testing.T) {
	s := mail.New(mail.Config{From: "rooms@example.com", AppURL: "https://app.example.com", Endpoint: "http://127.0.0.1:1"}, creds)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := s.Send(ctx, "new@example.com", "Come in", "text"); err == nil || strings.Contains(err.Error(), "new@") {
		t.Error(err)
	}
}
