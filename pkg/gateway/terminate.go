package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/aws/aws-lambda-go/events"

	"wardroom/pkg/concurrent"
)

type invoke func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// untilTerminated makes a SIGTERM wait for the requests under way, and then end the
// process.
//
// Lambda itself ends a function only between requests, and without a signal
// unless an extension is registered. lambda.WithEnableSIGTERM would register
// one, at the price of a call at every start, and there is nothing to save:
// every line is written before its request is answered. So this is for the
// emulators, whose containers are stopped at any moment.
func untilTerminated(answer invoke) func(context.Context, events.APIGatewayProxyRequest) (*delivery, error) {
	var busy sync.RWMutex // read-locked from a request's coming until its answer is delivered
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	concurrent.Start(func() error {
		<-signals
		busy.Lock()
		os.Exit(0)
		return nil
	})
	return func(ctx context.Context, e events.APIGatewayProxyRequest) (*delivery, error) {
		busy.RLock()
		d := &delivery{done: busy.RUnlock}
		a, err := answer(ctx, e)
		if err == nil {
			var b []byte
			b, err = json.Marshal(a)
			d.body = bytes.NewReader(b)
		}
		if err != nil {
			d.done()
			return nil, err
		}
		return d, nil
	}
}

// delivery is an answer that knows when it has been sent: aws-lambda-go reads
// an io.Reader, and closes it after the Runtime API has taken it. Without
// exported fields it is "{}" in JSON, by which aws-lambda-go tells a reader
// from a value.
type delivery struct {
	body *bytes.Reader
	done func()
}

func (d *delivery) Read(p []byte) (int, error) { return d.body.Read(p) }

func (d *delivery) ContentType() string { return "application/json" }

func (d *delivery) Close() error {
	d.done()
	return nil
}
