package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOnlyAReasonExplainsAFinding(t *testing.T) {
	lambda := finding{tool: "checkov", rule: "CKV_AWS_116", kind: "AWS::Lambda::Function"}
	queue := exception{"checkov", "CKV_AWS_116", "AWS::Lambda::Function", "no queue for synchronous calls"}
	for name, tt := range map[string]struct {
		found                 []finding
		allowed               []exception
		unexplained, unneeded int
	}{
		"explained":                       {[]finding{lambda, lambda}, []exception{queue}, 0, 0},
		"unexplained":                     {[]finding{lambda}, nil, 1, 0},
		"another rule":                    {[]finding{lambda}, []exception{{"checkov", "CKV_AWS_117", queue.Type, "x"}}, 1, 1},
		"another type of resource":        {[]finding{lambda}, []exception{{"checkov", queue.Rule, "AWS::DynamoDB::Table", "x"}}, 1, 1},
		"another tool":                    {[]finding{lambda}, []exception{{"cfn-lint", queue.Rule, queue.Type, "x"}}, 1, 1},
		"an exception that nothing needs": {nil, []exception{queue}, 0, 1},
	} {
		unexplained, unneeded := compare(tt.found, tt.allowed)
		if len(unexplained) != tt.unexplained || len(unneeded) != tt.unneeded {
			t.Errorf("%s: unexplained %v, unneeded %v", name, unexplained, unneeded)
		}
	}
}

func TestAnExceptionNeedsAReasonOnce(t *testing.T) {
	for name, text := range map[string]string{
		"no reason":     `[{"tool":"checkov","rule":"R","type":"T","reason":""}]`,
		"twice":         `[{"tool":"checkov","rule":"R","type":"T","reason":"a"},{"tool":"checkov","rule":"R","type":"T","reason":"b"}]`,
		"unknown field": `[{"tool":"checkov","rule":"R","type":"T","reason":"a","resource":"*"}]`,
		"not JSON":      `[`,
	} {
		path := filepath.Join(t.TempDir(), "exceptions.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read(path); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := read("../exceptions.json"); err != nil {
		t.Error(err)
	}
}
