package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadmeCommands runs every "$ " command of README.md's console blocks that is mainstay's, in the
// repository's root, and compares what follows it with what the program prints. "..." on a line of its
// own stands for any lines. Output folders are redirected to a temporary one.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	ran := 0
	for _, c := range consoleCommands(string(text)) {
		args, ok := strings.CutPrefix(c.line, "go run ./cmd/mainstay ")
		if !ok {
			if args, ok = strings.CutPrefix(c.line, "mainstay "); !ok {
				continue
			}
		}
		ran++
		t.Run(args, func(t *testing.T) {
			fields := splitShell(args)
			out := t.TempDir()
			if fields[0] == "run" {
				fields = append(fields, "--out", filepath.Join(out, "mainstay-out"))
			}
			var stdout, stderr bytes.Buffer
			if code := run(context.Background(), fields, strings.NewReader(""), &stdout, &stderr); code != exitOK {
				t.Fatalf("exit code %d: %s", code, stderr.String())
			}
			got := strings.ReplaceAll(stdout.String(), out+string(filepath.Separator), "")
			if c.output != "" && !matches(got, c.output) {
				t.Errorf("README.md shows\n%s\nthe program prints\n%s", c.output, got)
			}
		})
	}
	if ran < 3 {
		t.Fatalf("README.md has %d commands; the test would prove nothing", ran)
	}
}

type consoleCommand struct{ line, output string }

// consoleCommands finds the commands and their shown output in ```console blocks.
func consoleCommands(text string) []consoleCommand {
	var found []consoleCommand
	in := false
	for _, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			in = line == "```console"
		case in && strings.HasPrefix(line, "$ "):
			found = append(found, consoleCommand{line: line[2:]})
		case in && len(found) > 0:
			found[len(found)-1].output += line + "\n"
		}
	}
	return found
}

// splitShell splits at blanks outside single quotes.
func splitShell(s string) []string {
	var fields []string
	for i, part := range strings.Split(s, "'") {
		if i%2 == 1 {
			fields = append(fields, part)
			continue
		}
		fields = append(fields, strings.Fields(part)...)
	}
	return fields
}

// matches compares line by line; a line "..." in want stands for any number of lines.
func matches(got, want string) bool {
	var pieces []string
	for _, p := range strings.Split("\n"+want, "\n...\n") {
		pieces = append(pieces, strings.Trim(p, "\n"))
	}
	if !strings.HasPrefix(got, pieces[0]) {
		return false
	}
	for _, p := range pieces {
		i := strings.Index(got, p)
		if i < 0 {
			return false
		}
		got = got[i+len(p):]
	}
	return strings.HasSuffix(want, "...\n") || strings.TrimSpace(got) == ""
}
