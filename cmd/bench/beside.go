//go:build unix

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// beside are the commands of a suite of one peer in Python: this program by its job's word, and the peer by its script, in an environment with a package (name==version). The folders that
// they work in are made.
func (o *options) beside(job, peer, script string, source []byte, pkg string) (who []string, commands map[string][]string, err error) {
	for _, dir := range []string{"bin", "data", "peers"} {
		if err := os.MkdirAll(filepath.Join(o.work, dir), 0o755); err != nil {
			return nil, nil, err
		}
	}
	script = filepath.Join(o.work, "bin", script)
	if err := os.WriteFile(script, source, 0o644); err != nil {
		return nil, nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	who, commands = []string{mainstay}, map[string][]string{mainstay: {self, job}}
	if slices.Equal(o.peers, nobody) {
		return who, commands, nil
	}
	python, err := pythonWith(filepath.Join(o.work, "peers", strings.Replace(pkg, "==", "-", 1)), pkg)
	if err != nil {
		return nil, nil, err
	}
	commands[peer] = []string{python, script}
	return append(who, peer), commands, nil
}
