package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the outputs that README.md shows")

// TestReadmeCommands runs every mainstay command of README.md's console blocks, in their order and in
// a copy of what they need, and compares what the program prints with what the page shows (nothing shown
// = only the exit code counts).
func TestReadmeCommands(t *testing.T) {
	slow(t)
	const page = "../../README.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	commands := consoleCommands(string(text))
	if len(commands) < 8 {
		t.Fatalf("README.md has %d commands; the test would prove nothing", len(commands))
	}
	path, err := filepath.Abs(page)
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	if err := os.CopyFS(filepath.Join(work, "testdata"), os.DirFS("../../testdata")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	rewritten := string(text)
	for _, c := range commands {
		args, ok := strings.CutPrefix(c.line, "go run ./cmd/mainstay ")
		if !ok {
			if args, ok = strings.CutPrefix(c.line, "mainstay "); !ok {
				continue
			}
		}
		t.Run(args, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(context.Background(), shellFields(args), strings.NewReader(""), &stdout, &stderr); code != exitOK {
				t.Fatalf("exit code %d: %s", code, stderr.String())
			}
			got := stdout.String()
			if c.output == "" || c.output == got {
				return
			}
			if !*update {
				t.Errorf("README.md shows\n%s\nthe program prints\n%s\n(go test ./cmd/mainstay -run Readme -update rewrites it)", c.output, got)
			}
			rewritten = strings.Replace(rewritten, "$ "+c.line+"\n"+c.output, "$ "+c.line+"\n"+got, 1)
		})
	}
	if *update && rewritten != string(text) {
		if err := os.WriteFile(path, []byte(rewritten), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type consoleCommand struct{ line, output string }

// consoleCommands finds the commands of ```console blocks and the output shown under each.
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

// shellFields splits at blanks outside single quotes.
func shellFields(s string) []string {
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
