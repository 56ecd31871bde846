//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// asOf is the last day of generated exports, and of every measurement.
const asOf = "2026-10-31"

// file is where the transactions of d are; they are made where they are not there yet.
func (b *bench) file(d dataset) (string, error) {
	if d.Writer == writerCompany || d.Writer == writerGenerate {
		dir, err := b.generated(d)
		return filepath.Join(dir, "orders.parquet"), err
	}
	to := b.path("data", d.String()+".parquet")
	if exists(to) {
		return to, nil
	}
	source := dataset{d.Size, "int", writerGenerate, "snappy", "time", "clean"}
	dir, err := b.generated(source)
	if err != nil {
		return "", err
	}
	tool, version, _ := strings.Cut(defaultPeers[0], "-")
	python, err := b.environment(tool, version)
	if err != nil {
		return "", fmt.Errorf("%s is made by a peer: %w", d, err)
	}
	part := to + ".part"
	spec, err := json.Marshal(map[string]any{"source": filepath.Join(dir, "orders.parquet"), "to": part, "ids": d.IDs, "writer": d.Writer,
		"compression": d.Compression, "order": d.Order, "dirty": d.Dirt == "dirty", "threads": 2, "temp": b.path("tmp")})
	if err != nil {
		return "", err
	}
	fmt.Fprintf(os.Stderr, "  making %s\n", to)
	if _, _, err := measure(exec.Command(python, b.path("bin", "peers.py"), "convert", string(spec))); err != nil {
		return "", err
	}
	return to, os.Rename(part, to)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// generated is the folder of an export by mainstay generate. 10 M rows are of about a million customers with an
// order, 100 M of five millions. Without company it is the textbook's process, whose rows are all good.
func (b *bench) generated(d dataset) (string, error) {
	dir := b.path("data", d.String())
	if exists(filepath.Join(dir, "orders.parquet")) {
		return dir, nil
	}
	n, err := rows(d.Size)
	if err != nil {
		return "", err
	}
	args := []string{"generate", "--out", dir, "--rows", strconv.Itoa(n), "--ids", d.IDs, "--compression", d.Compression, "--order", d.Order}
	customers, silent := n/10, n*3/70 // of the textbook's, three in ten never order
	if n >= 100_000_000 {
		customers, silent = n/20, n*15/1000
	}
	if d.Writer == writerGenerate {
		customers += silent
		args = append(args, "--preset", "pareto-nbd", "--lines", "1.1")
		if d.Dirt == "dirty" {
			args = append(args, "--dirt", "0.02")
		}
	}
	args = append(args, "--customers", strconv.Itoa(customers))
	fmt.Fprintf(os.Stderr, "  making %s\n", dir)
	_, _, err = measure(exec.Command(b.path("bin", "mainstay"), args...))
	return dir, err
}

// pyarrow writes some of the files.
const pyarrow = "pyarrow==26.0.1"

// environment is the interpreter of a peer's environment, which is made where it is not there yet: a virtual
// environment below work, with the peer and pyarrow. It is asked which version it really has.
func (b *bench) environment(tool, version string) (string, error) {
	name := tool + "-" + version
	if python, known := b.python[name]; known {
		return python, nil
	}
	dir := b.path("peers", name)
	python := filepath.Join(dir, "bin", "python")
	if !exists(python) {
		for _, args := range [][]string{
			{"python3", "-m", "venv", dir},
			{python, "-m", "pip", "install", "--quiet", tool + "==" + version, pyarrow},
		} {
			fmt.Fprintf(os.Stderr, "  %s\n", strings.Join(args, " "))
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				os.RemoveAll(dir)
				return "", fmt.Errorf("%s: %w\n%s(--peers none measures Mainstay alone)", strings.Join(args, " "), err, tail(string(out)))
			}
		}
	}
	_, said, err := measure(exec.Command(python, b.path("bin", "peers.py"), "version", fmt.Sprintf(`{"tool": %q}`, tool)))
	if err != nil {
		return "", err
	}
	if said.Version != version {
		return "", fmt.Errorf("%s has %s %s", python, tool, said.Version)
	}
	b.python[name] = python
	return python, nil
}
