package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"wardroom/functions/stream"
	"wardroom/pkg/model"
	"wardroom/pkg/store"
	"wardroom/pkg/telemetry"
)

// queue is the part of SQS that a redrive uses.
type queue interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
}

// redrive does the work that the stream gave up. A dead letter has only the position of
// records in the stream, which drops them after a day; so the table's own state tells
// which work is left, and the letters are deleted only when none is.
type redrive struct {
	store   *store.Store
	letters queue // nil where there is none, as on one machine
	url     string
	out     io.Writer
}

const (
	// held is the visibility timeout of received letters, in seconds. After a sweep that
	// fails they appear in the queue again.
	held = 900
	// batch is the most letters that SQS returns at a time.
	batch = 10
	// sweeps is the most sweeps of a redrive. Each has all the time it needs.
	sweeps = 100
)

// carryOut receives the letters in the queue, sweeps until no work is left, and only
// then deletes these letters: one that arrives meanwhile remains.
func (r redrive) carryOut(ctx context.Context) error {
	letters, err := r.take(ctx)
	if err != nil {
		return err
	}
	sweep := stream.New(r.store, model.Now, telemetry.Options{Log: slog.New(slog.DiscardHandler)}).Sweep
	sweep.Grace = 0 // work that the stream is doing at this moment may be done twice
	var done, failed int
	for i := 0; ; i++ {
		report, cause := sweep.Run(ctx)
		done, failed, err = done+report.Done(), report.Failed, cause
		if report.Done() == 0 || i == sweeps {
			break
		}
	}
	fmt.Fprintf(r.out, "Done: %d; failed: %d.\n", done, failed)
	if err != nil {
		return fmt.Errorf("the %d dead letters stay: %w", len(letters), err)
	}
	for _, l := range letters {
		if _, err := r.letters.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &r.url, ReceiptHandle: l.ReceiptHandle}); err != nil {
			return fmt.Errorf("dead letters: %w", err)
		}
	}
	if r.letters != nil {
		fmt.Fprintf(r.out, "%d dead letters deleted.\n", len(letters))
	}
	return nil
}

// take receives the letters until there are no more.
func (r redrive) take(ctx context.Context) (letters []types.Message, err error) {
	if r.letters == nil {
		return nil, nil
	}
	for {
		got, err := r.letters.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &r.url, MaxNumberOfMessages: batch, VisibilityTimeout: held, WaitTimeSeconds: 1,
		})
		if err != nil {
			return nil, fmt.Errorf("dead letters: %w", err)
		}
		if len(got.Messages) == 0 {
			return letters, nil
		}
		letters = append(letters, got.Messages...)
	}
}

// again is the command redrive. The stage local has no queue.
func again(flags *flag.FlagSet, args []string) (action, error) {
	return func(ctx context.Context, at place, out io.Writer) error {
		r := redrive{store: at.store, out: out}
		if at.aws {
			own, err := account(ctx)
			if err != nil {
				return err
			}
			if r.letters, r.url, err = deadLetters(ctx, own, at.stage); err != nil {
				return err
			}
		}
		return r.carryOut(ctx)
	}, only(flags, args)
}

// deadLetters finds the dead-letter queue of a stage and its URL.
func deadLetters(ctx context.Context, own aws.Config, stage string) (queue, string, error) {
	client := sqs.NewFromConfig(own)
	got, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("wardroom-" + stage + "-dead-letters")})
	var absent *types.QueueDoesNotExist
	if errors.As(err, &absent) {
		return nil, "", fmt.Errorf("stage %s has no dead-letter queue: is it deployed?", stage)
	}
	if err != nil {
		return nil, "", fmt.Errorf("dead letters: %w", err)
	}
	return client, *got.QueueUrl, nil
}
