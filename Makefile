# Everything a person does here is one of these words; make help lists them.
# Each target sets up what it needs and says so.

STAGE ?= dev
OP    ?= remove-user-from-project
ARGS  ?=
ARCH  ?= arm64
# More context of the stack, as in: make deploy CONTEXT='origins=https://app.example.com'
CONTEXT ?=

BIN   := .local/bin
LINT  := $(BIN)/golangci-lint
CDK   := .local/cdk/node_modules/.bin/cdk
STACK := -c stage=$(STAGE) -c arch=$(ARCH) $(CONTEXT:%=-c %)
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
# Extra arguments of go test, as in: make test TEST='-run Remove -v ./functions/...'
TEST  ?= ./...

# The function groups, known by their bootstrap.
GROUPS := $(patsubst functions/%/bootstrap/main.go,%,$(wildcard functions/*/bootstrap/main.go))
BUILT  := $(GROUPS:%=.local/build/%/bootstrap)

.DEFAULT_GOAL := help
.PHONY: help run reset engine test test-long clients-check test-sam synth deploy invoke sam-api admin docs bench measure retrieval extraction lint build clean $(BIN)/engine

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 15

run: ## the whole system on this machine, with demo data, on 127.0.0.1:8080
	@echo 'Building .local/bin/wardroom from infra/local: minutes the first time, seconds afterwards.' >&2
	@go build -o $(BIN)/wardroom ./infra/local && exec $(BIN)/wardroom

reset: ## put the demo data back as they were
	@go build -o $(BIN)/wardroom ./infra/local && exec $(BIN)/wardroom reset

engine: $(BIN)/engine ## dynoxide, the open-source DynamoDB engine, compiled into .local/bin
	$(BIN)/engine cargo

# Memory is cheaper than the time of collecting garbage. Three packages at a time keep
# two processors busy, since some wait more than they work.
test: export GOGC ?= 400
test: $(BIN)/engine ## every test that needs no Docker, against a real DynamoDB engine
	$(BIN)/engine exec -servers 2 -- go test -timeout 20m -p 3 -parallel 4 $(TEST)

# What the engines are held to together: rows, indexes, transactions and streams as
# the store asks for them, faults on the wire, and every operation once.
CONTRACT := ./pkg/table ./pkg/store/... ./functions/stream ./infra/events ./infra/local ./infra/local/engine ./infra/local/pump

test-long: export GOGC ?= 400
test-long: export WARDROOM_TESTS := long
test-long: $(BIN)/engine $(BIN)/versitygw ## the same tests at their full size, and the contract suites on DynamoDB Local
	$(BIN)/engine exec -servers 2 -- go test -timeout 40m -p 3 -parallel 4 $(TEST)
ifeq ($(TEST),./...)
	WARDROOM_ENGINE=dynamodb-local $(BIN)/engine exec -servers 2 -- go test -timeout 20m -parallel 4 $(CONTRACT)
endif

clients-check: $(BIN)/engine ## generate Go, Python and TypeScript clients of the API, and make calls with each
	WARDROOM_TESTS=long $(BIN)/engine exec -- go test ./infra/local/clients -count 1 -run TestGeneratedClients -v

test-sam: ## one operation per function in SAM, in containers
	go run ./infra/aws/sam test

synth: ## the CloudFormation template of STAGE=dev|staging|prod, in cdk.out/
	go run ./infra/aws $(STACK)

deploy: $(CDK) ## the stack of STAGE into the AWS account of your credentials
	$(CDK) deploy --app 'go run ./infra/aws' --output cdk.out $(STACK)

invoke: ## one sample event in SAM: make invoke OP=remove-user-from-project
	go run ./infra/aws/sam invoke $(OP)

sam-api: ## the whole API in SAM, on 127.0.0.1:3000
	go run ./infra/aws/sam api

admin: ## maintenance of a stage: make admin STAGE=dev ARGS='create-organization …'
	@go build -o $(BIN)/admin ./infra/admin && exec $(BIN)/admin -stage $(STAGE) $(ARGS)

docs: $(BIN)/engine ## write docs/ anew from the operations, and the goldens that are measured
	go run ./infra/docs
	$(BIN)/engine exec -- go run ./infra/events/record
	$(BIN)/engine exec -- go test ./infra/ledger -run 'TestCosts|TestActions' -update

bench: $(BIN)/engine ## measure what the design promises and print it as a table
	$(BIN)/engine exec -- go run ./infra/bench

measure: $(BIN)/engine ## the same, kept in docs/measures.md: minutes on a quiet machine, outside CI
	$(BIN)/engine exec -- go run ./infra/bench -write docs/measures.md

# What others have judged, or extracted, is kept outside the repository: see docs/knowledge.md.
retrieval: ## how well search finds what people judged relevant: make retrieval SETS='folder …'
	go run ./infra/retrieval $(SETS)

extraction: ## how much of the text of documents is taken, against another extractor's: make extraction SETS=folder
	go run ./infra/extraction $(SETS)

lint: $(LINT) ## golangci-lint on the code, cfn-lint and checkov on the templates
	$(LINT) run ./...
	go run ./infra/aws/lint

build: $(BUILT) ## every function's binary, as Lambda gets it

clean: ## forget what was built and downloaded; data are kept
	rm -rf $(addprefix .local/,bin build bundle cdk docker dynamodb generated issuer lint sam venv) cdk.out

# The binaries are built anew each time: only go knows whether one is stale. Make
# looks for no pattern's rule of what is phony, so this rule names its targets.
.PHONY: $(BUILT)
$(BUILT): .local/build/%/bootstrap:
	GOOS=linux GOARCH=$(ARCH) CGO_ENABLED=0 go build -tags lambda.norpc -trimpath -ldflags='-s -w' -o $@ ./functions/$*/bootstrap

$(BIN)/engine:
	@go build -o $@ ./infra/local/engine/cmd

$(BIN)/versitygw: # which speaks S3: minutes once
	GOBIN=$(CURDIR)/$(BIN) go install github.com/versity/versitygw/cmd/versitygw@v1.8.0

$(CDK):
	npm install --silent --no-fund --prefix .local/cdk aws-cdk@2.1148.1

$(LINT):
	GOBIN=$(CURDIR)/$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
