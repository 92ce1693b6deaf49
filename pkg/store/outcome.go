package store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"wardroom/pkg/fault"
	"wardroom/pkg/table"
)

// outcome turns an error of the table into a fault. A call that the service could
// not carry out (throttled, down, out of time, contended) is unavailable; one that
// it refused is a mistake of ours and remains an internal error. ErrStale is
// returned as it is.
func outcome(err error) error {
	switch {
	case err == nil, errors.Is(err, table.ErrStale):
		return err
	case errors.Is(err, table.ErrTooLarge):
		return &fault.Fault{Kind: fault.KindLimit, Message: "The change touches too many things at once", Cause: err}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Unavailable(err)
	}
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		var sent *smithy.OperationError
		if errors.As(err, &sent) { // no answer at all: a broken connection, a time-out
			return fault.Unavailable(err)
		}
		return err
	}
	if _, throttled := retry.DefaultThrottleErrorCodes[refused.ErrorCode()]; throttled ||
		refused.ErrorFault() == smithy.FaultServer || passing[refused.ErrorCode()] {
		return fault.Unavailable(err)
	}
	return err
}

// passing are refusals with a status below 500 that may be gone on the next try.
var passing = map[string]bool{
	"TransactionInProgressException":       true,
	"TransactionConflictException":         true,
	"RequestTimeout":                       true,
	"InternalServerError":                  true,
	"ServiceUnavailable":                   true,
	"LimitExceededException":               true,
	"ExpiredTokenException":                true,
	"RequestTimeoutException":              true,
	"UnrecognizedClientException":          false, // wrong credentials don't pass
	"IdempotentParameterMismatchException": false,
}
