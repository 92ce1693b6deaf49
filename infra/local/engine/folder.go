package engine

import (
	"fmt"
	"os"
	"path/filepath"
)

// What lies in a data folder beside the data.
const (
	EndpointFile   = "endpoint"       // where the server over it listens, while it runs
	CheckpointFile = "checkpoint.pem" // the key of the audit log's checkpoints, unless another one is configured
)

// Folder is the data folder of make run: what WARDROOM_DATA says, else .local/data
// in the repository.
func Folder() (string, error) {
	if data := os.Getenv("WARDROOM_DATA"); data != "" {
		return data, nil
	}
	root, err := Root()
	return filepath.Join(root, ".local", "data"), err
}

// Forget deletes every data file in a data folder, whichever engine made it.
func Forget(data string) error {
	files, err := filepath.Glob(filepath.Join(data, "*.db*"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	return nil
}

// Root is the folder of go.mod above the working directory: tests run in the
// folder of their package, commands anywhere in the repository.
func Root() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := wd; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above %s: run this inside the repository", wd)
		}
	}
}
