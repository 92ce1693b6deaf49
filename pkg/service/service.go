// Package service assembles a door, in the same way for one group in a function and for
// all groups on one machine.
package service

import (
	"fmt"
	"net/http"
	"os"

	"wardroom/pkg/api"
	"wardroom/pkg/gateway"
	"wardroom/pkg/guard"
	"wardroom/pkg/mail"
	"wardroom/pkg/model"
	"wardroom/pkg/settings"
	"wardroom/pkg/signin"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

// Config is the environment of a function.
type Config struct {
	store.Config
	Origins []string `env:"WARDROOM_ORIGINS"` // of browsers that may call
	Stage   string   `env:"WARDROOM_STAGE" envDefault:"local"`
	SignIn  signin.Config
	Mail    mail.Config
}

// Read returns the configuration that the environment gives.
func Read() (Config, error) {
	c, err := settings.Read[Config]()
	if err != nil {
		return c, err
	}
	return c, c.Check()
}

// Check refuses a configuration that can't work, so that a process fails as it starts
// and not at the first request that needs it.
func (c Config) Check() error {
	if err := c.SignIn.Check(); err != nil {
		return fmt.Errorf("environment: %w", err)
	}
	if err := c.Mail.Check(); err != nil {
		return fmt.Errorf("environment: %w", err)
	}
	if err := api.CheckOrigins(c.Origins); err != nil {
		return fmt.Errorf("environment: WARDROOM_ORIGINS: %w", err)
	}
	return nil
}

// Sender returns the sender of letters, nil where no front end is configured for their
// links.
func (c Config) Sender() *mail.Sender {
	if c.Mail.AppURL == "" {
		return nil
	}
	return mail.New(c.Mail, mail.Credentials{Region: c.Region, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken})
}

// Handler serves groups over s.
func Handler(s *store.Store, c Config, groups ...api.Group) http.Handler {
	return mail.Carry(c.Sender(), api.CORS(c.Origins, api.Mount(guard.New(s, model.Now, signin.New(c.SignIn)), groups...)))
}

// Run is the main of a function: it serves one group behind API Gateway until the
// process is told to end.
func Run(group func(*store.Store) api.Group) {
	RunWith(func(s *store.Store, _ Config) api.Group { return group(s) })
}

// RunWith is Run for a group that needs the configuration.
func RunWith(group func(*store.Store, Config) api.Group) {
	c, err := Read()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s := store.Connect(c.Config)
	gateway.Start(Handler(s, c, group(s, c)),
		gateway.Refuse(func(w http.ResponseWriter, r *http.Request, err error) { // with CORS headers, so that a browser can read it
			api.CORS(c.Origins, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { api.Refuse(w, r, err) })).ServeHTTP(w, r)
		}),
		gateway.Observe(telemetry.Options{Log: telemetry.Logger(os.Stderr, true), Metrics: os.Stdout, Stage: c.Stage}))
}
