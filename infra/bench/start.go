package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The figures of docs/decisions.md, first row.
const (
	startRatio = 5  // × the bare hello function
	zipMB      = 6  // deflated, as it is uploaded
	rssMB      = 25 // at its peak
)

var (
	functionsFlag = flag.String("functions", "functions/*/bootstrap", "the main packages of the functions, as a pattern from the module's root")
	startsFlag    = flag.Int("starts", 21, "starts of each function, at least 15")
)

// start measures each function's binary: the time from its start until it asks
// for its first request, its zipped size, and its peak memory after a hundred
// requests.
//
// Starts of the function and of hello take turns, so that other load of the machine
// affects both alike, and the medians are compared.
func start(ctx context.Context, r *report) error {
	if *startsFlag < 15 {
		return errors.New("a median of fewer than 15 starts says little")
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	packages, err := filepath.Glob(filepath.Join(root, *functionsFlag))
	if err != nil {
		return err
	}
	if len(packages) == 0 {
		return fmt.Errorf("no function matches %s", *functionsFlag)
	}
	dir, err := os.MkdirTemp("", "wardroom-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	table := emptyTable()
	defer table.Close()

	hello := function{name: "hello", pkg: filepath.Join(root, "infra/bench/hello"), table: table.URL}
	if err := hello.build(ctx, root, dir); err != nil {
		return err
	}
	for _, pkg := range packages {
		f := function{name: filepath.Base(filepath.Dir(pkg)), pkg: pkg, table: table.URL}
		if err := f.build(ctx, root, dir); err != nil {
			return err
		}
		if err := measureStart(ctx, r, hello, f); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

func measureStart(ctx context.Context, r *report, hello, f function) error {
	var bare, own []time.Duration
	for i := range *startsFlag + 1 {
		b, err := hello.ready(ctx)
		if err != nil {
			return fmt.Errorf("hello: %w", err)
		}
		o, err := f.ready(ctx)
		if err != nil {
			return err
		}
		if i > 0 { // the first start reads the file from disk
			bare, own = append(bare, b), append(own, o)
		}
	}
	size, err := f.zipped()
	if err != nil {
		return err
	}
	rss, err := f.peakMemory(ctx)
	if err != nil {
		return err
	}
	b, o := median(bare), median(own)
	r.add(f.name+": start to ready", "%.1f ms (hello %.1f ms)", ms(o), ms(b))
	r.hold(f.name+": start to ready, by hello's", "%.2f ×", ms(o)/ms(b), startRatio)
	r.hold(f.name+": zip", "%.2f MB", float64(size)/1e6, zipMB)
	r.hold(f.name+": peak memory after 100 requests", "%.1f MB", float64(rss)/1e6, rssMB)
	return nil
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// moduleRoot is the nearest folder upwards that has a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, found := os.Stat(filepath.Join(dir, "go.mod")); found == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("not inside the module")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
