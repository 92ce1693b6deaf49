// Hello is the smallest Go function. The starts of the others are measured relative to
// its start, so that a figure means the same on every machine.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() {
	lambda.Start(func() (string, error) { return "hello", nil })
}
