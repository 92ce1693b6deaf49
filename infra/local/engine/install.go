package engine

import (
	"archive/zip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"wardroom/infra/local/filelock"
)

//go:embed pom.xml
var pom []byte

// Install puts the jars into dir unless they are there. They are fetched into a folder
// beside it, checked, and renamed into place last: dir is therefore always complete, and
// after a broken download or a killed process another call starts again. Processes that
// install at the same time wait for each other.
func Install(ctx context.Context, dir string, log func(string)) error {
	if installed(dir) {
		return nil
	}
	l, err := filelock.Wait(ctx, dir+".lock", func() { log("Waiting for another process that is fetching DynamoDB Local.") })
	if err != nil {
		return fmt.Errorf("installing DynamoDB Local: %w", err)
	}
	defer l.Release()
	if installed(dir) { // by the process that held the lock
		return nil
	}
	mvn, err := findMaven(ctx, log)
	if err != nil {
		return err
	}
	parts := dir + ".part"
	if err := os.RemoveAll(parts); err != nil {
		return fmt.Errorf("installing DynamoDB Local: %w", err)
	}
	defer os.RemoveAll(parts)
	log("Fetching DynamoDB Local " + Version + " by Maven (54 MB, once). It is AWS's own, to be used under AWS's terms, and no open-source software; dynoxide is, and make engine compiles it.")
	if err := fetch(ctx, mvn, parts); err != nil {
		return fmt.Errorf("the download of DynamoDB Local by Maven broke, nothing was installed; check the network and try again: %w", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("installing DynamoDB Local: %w", err)
	}
	if err := os.Rename(parts, dir); err != nil {
		return fmt.Errorf("installing DynamoDB Local: %w", err)
	}
	return nil
}

// installed reports whether the jars of these very releases are there: others don't
// count.
func installed(dir string) bool {
	for _, jar := range []string{"DynamoDBLocal-" + Version, "ecj-" + compilerVersion} {
		if _, err := os.Stat(filepath.Join(dir, jar+".jar")); err != nil {
			return false
		}
	}
	return true
}

func fetch(ctx context.Context, mvn, parts string) error {
	work, err := os.MkdirTemp("", "dynamodb-local-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, "pom.xml")
	if err := os.WriteFile(file, pom, 0o600); err != nil {
		return err
	}
	parts, err = filepath.Abs(parts)
	if err != nil {
		return err
	}
	// --strict-checksums: a jar whose checksum is wrong is an error, not a warning.
	cmd := exec.CommandContext(ctx, mvn, "--batch-mode", "--quiet", "--strict-checksums", "--file", file,
		"dependency:copy-dependencies", "-DoutputDirectory="+parts)
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, lastLines(out))
	}
	return check(parts)
}

// check opens every jar, since Maven may succeed with a truncated file in its cache.
func check(dir string) error {
	jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	if err != nil {
		return err
	}
	for _, jar := range jars {
		z, err := zip.OpenReader(jar)
		if err != nil {
			return fmt.Errorf("%s is broken (%w); delete it from Maven's cache, ~/.m2/repository", filepath.Base(jar), err)
		}
		_ = z.Close()
	}
	if !installed(dir) {
		return errors.New("Maven ended well but did not bring DynamoDBLocal-" + Version + ".jar and ecj-" + compilerVersion + ".jar")
	}
	return nil
}

func lastLines(out []byte) []byte {
	const most = 4 << 10
	return out[max(0, len(out)-most):]
}
