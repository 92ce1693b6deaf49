package service_test

import (
	"strings"
	"testing"

	"wardroom/pkg/service"
)

// A configuration that can never work is told as the process starts, by the name
// of the variable that is wrong.
func TestWhatCanNeverWork(t *testing.T) {
	const issuer, clients, trust, origins, from, app = "WARDROOM_ISSUER", "WARDROOM_CLIENT_IDS", "WARDROOM_TRUST_ADDRESSES", "WARDROOM_ORIGINS", "WARDROOM_MAIL_FROM", "WARDROOM_APP_URL"
	type values map[string]string
	for _, tt := range []struct {
		name  string
		env   values
		names string // what the refusal names; "" where it is none
	}{
		{"nothing", nil, ""},
		{"declared and empty, as by a template", values{issuer: "", clients: "", trust: "false", origins: "", from: "", app: ""}, ""},
		{"an issuer with its clients", values{issuer: "https://login.example.com/tenant", clients: "web, cli"}, ""},
		{"one that is trusted", values{issuer: "https://login.example.com", clients: "web", trust: "True"}, ""},
		{"one on this machine", values{issuer: "http://localhost:9000", clients: "web"}, ""},
		{"one on this machine, by its number", values{issuer: "http://[::1]:9000", clients: "web"}, ""},
		{"one without clients", values{issuer: "https://login.example.com"}, clients},
		{"clients that are blank", values{issuer: "https://login.example.com", clients: " , "}, clients},
		{"clients of nobody", values{clients: "web"}, issuer},
		{"trust in nobody", values{trust: "true"}, trust},
		{"trust that is no word of it", values{trust: "perhaps"}, "environment"},
		{"an issuer elsewhere without TLS", values{issuer: "http://login.example.com", clients: "web"}, issuer},
		{"one without a scheme", values{issuer: "login.example.com", clients: "web"}, issuer},
		{"one without a host", values{issuer: "https://", clients: "web"}, issuer},
		{"one with a query", values{issuer: "https://login.example.com?tenant=1", clients: "web"}, issuer},
		{"one with a fragment", values{issuer: "https://login.example.com#1", clients: "web"}, issuer},
		{"one of another scheme", values{issuer: "ftp://localhost", clients: "web"}, issuer},
		{"origins", values{origins: "https://app.example.com, http://localhost:3000"}, ""},
		{"any origin", values{origins: "*"}, ""},
		{"an origin with a slash at its end", values{origins: "https://app.example.com/"}, origins},
		{"one with a path", values{origins: "https://app.example.com, https://b.example.com/x"}, origins},
		{"one without a scheme", values{origins: "app.example.com"}, origins},
		{"one without a host", values{origins: "https://"}, origins},
		{"one with a quote", values{origins: "https://a'b"}, origins},
		{"letters", values{from: "rooms@example.com", app: "https://app.example.com"}, ""},
		{"links without letters", values{app: "http://localhost:3000"}, ""},
		{"letters whose links lead nowhere", values{from: "rooms@example.com"}, app},
		{"letters of nobody", values{from: "rooms", app: "https://app.example.com"}, from},
		{"links to no address", values{app: "app.example.com"}, app},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{issuer, clients, trust, origins, from, app} {
				t.Setenv(name, tt.env[name])
			}
			_, err := service.Read()
			if ok := err == nil; ok != (tt.names == "") || !ok && !strings.Contains(err.Error(), tt.names) {
				t.Errorf("%v, want it to name %q", err, tt.names)
			}
		})
	}
}
