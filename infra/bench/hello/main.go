// Hello is the least a Go function can be. Its start is what the others are
// measured by, so that a figure means the same on every machine.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() {
	lambda.Start(func() (string, error) { return "hello", nil })
}
