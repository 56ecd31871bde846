package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesAreNotWrittenOver(t *testing.T) {
	dir := t.TempDir()
	name := func(s string) string { return filepath.Join(dir, s) }
	if err := os.Mkdir(name("in"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"a.csv", "b.csv", "in/part.csv", "in/notes.json"} {
		if err := os.WriteFile(name(file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(name("a.csv"), name("link.csv")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		read  string
		write []string
		want  string // "" = no error
	}{
		{"a.csv", []string{"", ""}, ""},
		{"a.csv", []string{"b.csv", "new.csv"}, ""},
		{"a.csv", []string{"a.csv"}, "written over"},
		{"a.csv", []string{"in/../a.csv"}, "written over"},
		{"a.csv", []string{"link.csv"}, "written over"},
		{"?.csv", []string{"b.csv"}, "written over"},
		{"in", []string{"in/part.csv"}, "written over"},
		{"in", []string{"in/new.csv"}, ""},
		{"in", []string{"in/notes.json"}, ""},
		{"in", []string{"a.csv"}, ""},
		{"a.csv", []string{"new.csv", "in/../new.csv"}, "written twice"},
		{"a.csv", []string{"new.txt"}, "unknown format"},
		{"a.csv", []string{"none/new.csv"}, "no folder"},
	} {
		var write []string
		for _, file := range c.write {
			if file != "" {
				file = dir + "/" + file
			}
			write = append(write, file)
		}
		err := checkFiles([]string{name(c.read)}, write...)
		if got := err == nil; got != (c.want == "") || !got && !strings.Contains(err.Error(), c.want) {
			t.Errorf("reading %s and writing %q: %v; want %q", c.read, c.write, err, c.want)
		}
	}
}
