package engine

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// Version is the release of DynamoDB Local that pom.xml names; a test compares.
const Version = "2.6.1"

// compilerVersion is that of the Java compiler beside it, see compile.
const compilerVersion = "3.33.0"

const (
	// heap suffices for a full test run. collector is the cheapest for one of that size.
	heap      = "-Xmx512m"
	collector = "-XX:+UseSerialGC"
)

// dynamoDBLocal is AWS's own engine. It is free to use under AWS's terms, and no
// open-source software.
var dynamoDBLocal = kind{name: DynamoDBLocal, title: "DynamoDB Local", data: "shared-local-instance.db", find: findDynamoDBLocal}

// findDynamoDBLocal returns nil without the jars or a java that is new enough. The error
// of an installation says which.
func findDynamoDBLocal(ctx context.Context, o Options) program {
	if !installed(jars(o)) {
		return nil
	}
	java, problem := lookJava(ctx)
	if problem != "" || compile(ctx, java, jars(o)) != nil {
		return nil
	}
	return runDynamoDBLocal(java)
}

func byMaven(ctx context.Context, o Options) (program, error) {
	java, err := findJava(ctx, o.Log)
	if err != nil {
		return nil, err
	}
	if err := Install(ctx, jars(o), o.Log); err != nil {
		return nil, err
	}
	if err := compile(ctx, java, jars(o)); err != nil {
		return nil, err
	}
	return runDynamoDBLocal(java), nil
}

// jars is the folder of the jars.
func jars(o Options) string { return filepath.Join(o.Dir, "dynamodb") }

func runDynamoDBLocal(java string) program {
	return func(o Options, port int) *exec.Cmd {
		dir := jars(o)
		args := []string{
			heap, collector, "-Djava.library.path=" + dir, "-Dlisten=" + o.Host,
			"-cp", filepath.Join(dir, "*") + string(os.PathListSeparator) + dir, "Listening",
			"-port", strconv.Itoa(port), "-disableTelemetry", "-sharedDb",
		}
		if o.Data == "" {
			args = append(args, "-inMemory")
		} else {
			args = append(args, "-dbPath", o.Data)
		}
		cmd := exec.Command(java, args...)
		cmd.Dir = dir // the server drops its own files into the working directory
		return cmd
	}
}
