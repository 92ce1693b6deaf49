package engine

import (
	"fmt"
	"os"
	"path/filepath"
)

// The files in a data folder beside the data.
const (
	EndpointFile   = "endpoint"       // the endpoint of its server, while that runs
	CheckpointFile = "checkpoint.pem" // the key of the audit log's checkpoints, unless another is configured
)

// Folder returns the data folder of make run: that of WARDROOM_DATA, else .local/data in
// the repository.
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

// Root returns the folder of go.mod at or above the working directory: tests run in the
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
