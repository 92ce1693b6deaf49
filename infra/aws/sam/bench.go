package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"

	"wardroom/infra/local/clients"
	"wardroom/infra/local/engine"
)

// bench is the environment of SAM's commands.
type bench struct {
	root      string
	sam       string            // the program
	template  string            // CDK's
	functions map[string]string // logical ids, by group
	endpoint  string            // of the DynamoDB engine, as this process reaches it
	gateway   string            // this machine's address, as a container reaches it
	drops     []func()          // each drops a table
}

// with sets a bench up, runs f and takes down what it set up.
func with(ctx context.Context, f func(*bench) error) error {
	root, err := engine.Root()
	if err != nil {
		return err
	}
	b := &bench{root: root}
	if b.template, err = template(ctx, root); err != nil {
		return err
	}
	if b.functions, err = logicalIDs(b.template); err != nil {
		return err
	}
	stop, err := dockerEngine(ctx, filepath.Join(root, ".local", "docker"))
	if err != nil {
		return err
	}
	defer stop()
	if err := image(ctx, hostArch()); err != nil {
		return err
	}
	b.gateway = gateway()
	python, err := clients.Environment(ctx, filepath.Join(root, ".local", "venv"), clients.Package{Name: "aws-sam-cli", Version: "1.170.0"}, say)
	if err != nil {
		return err
	}
	b.sam = filepath.Join(filepath.Dir(python), "sam")
	if b.endpoint = os.Getenv("DYNAMODB_ENDPOINT"); b.endpoint == "" {
		server, err := engine.Start(ctx, engine.Options{Host: "0.0.0.0", Log: say})
		if err != nil {
			return err
		}
		defer func() { _ = server.Stop() }()
		b.endpoint = server.Endpoint()
	}
	if reached, err := fromContainer(b.endpoint, b.gateway); err != nil {
		return err
	} else if net.ParseIP(b.gateway) != nil && !engine.Answers(ctx, reached) {
		return fmt.Errorf("no container can reach the DynamoDB of %s, which does not answer at %s: leave DYNAMODB_ENDPOINT out, and one that can be reached is started", b.endpoint, reached)
	}
	defer func() {
		for _, drop := range b.drops {
			drop()
		}
	}()
	return f(b)
}

// environment writes the variables that the functions run with to the file that
// samconfig.toml names. SAM takes them for every function that declares them.
func (b *bench) environment(table string) error {
	endpoint, err := fromContainer(b.endpoint, b.gateway)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"Parameters": map[string]string{
		"DYNAMODB_ENDPOINT": endpoint, "WARDROOM_TABLE": table, "WARDROOM_STAGE": "dev",
		"WARDROOM_ISSUER": "", "WARDROOM_CLIENT_IDS": "", "WARDROOM_SCOPES": "", // no pool is to be reached from here
	}})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.root, ".local", "sam", "env.json"), raw, 0o600)
}

// fromContainer returns an endpoint as a container reaches it: a loopback address would
// mean the container itself, so the bridge's replaces it.
func fromContainer(endpoint, gateway string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "", errors.New("DYNAMODB_ENDPOINT must look like http://127.0.0.1:8000")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		u.Host = net.JoinHostPort(gateway, u.Port())
	}
	return u.String(), nil
}

// gateway returns this machine's address on Docker's default bridge. Where Docker runs
// in a virtual machine, as on a Mac, that is a name that Docker resolves.
func gateway() string {
	if bridge, err := net.InterfaceByName("docker0"); err == nil {
		if addresses, err := bridge.Addrs(); err == nil {
			for _, a := range addresses {
				if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil {
					return ip.IP.String()
				}
			}
		}
	}
	return "host.docker.internal"
}

// variables are the SAM process's environment: no telemetry, and credentials, which the
// database wants and doesn't check, so that SAM looks for none. SAM would ask STS whose
// they are, which takes ten seconds where AWS can't be reached, so its endpoint is a
// closed port.
func variables() []string {
	return append(os.Environ(), "SAM_CLI_TELEMETRY=0", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local",
		"AWS_SESSION_TOKEN=", "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
		"AWS_ENDPOINT_URL_STS=http://127.0.0.1:1", "AWS_MAX_ATTEMPTS=1")
}

// function is the logical id of a group's function.
func (b *bench) function(group string) (string, error) {
	id, ok := b.functions[group]
	if !ok {
		return "", fmt.Errorf("the stack has no function for %s", group)
	}
	return id, nil
}
