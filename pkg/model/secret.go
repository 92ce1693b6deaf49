package model

// Secret is a random key that all instances share and nobody is shown.
type Secret struct {
	Name string `dynamo:"secret"`
	Key  []byte `dynamo:"key"`
}

// CursorSecret is what cursors are sealed with.
const CursorSecret = "cursor"
