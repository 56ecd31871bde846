package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"mainstay/ingest/generate"
)

// The table in docs/config.md has the defaults of the program.
func TestGenerateDefaultsAreDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(b), "## Generated exports")
	table, _, _ = strings.Cut(table, "\n## ")
	o := generateOptions{Parameters: generate.Default()}
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.addFlags(f)
	compared := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		if len(cells) < 3 {
			continue
		}
		names, defaults := strings.Split(strings.TrimPrefix(cells[0], "| "), ", "), strings.Split(cells[1], ", ")
		for i, name := range names {
			flag := f.Lookup(strings.Trim(name, "`-"))
			if flag == nil || len(defaults) != len(names) {
				continue
			}
			if _, list := flag.Value.(pflag.SliceValue); list {
				continue // said in words
			}
			compared++
			if got := strings.ReplaceAll(defaults[i], ",", ""); got != flag.DefValue {
				t.Errorf("--%s has the default %q in docs/config.md, the program %q", flag.Name, got, flag.DefValue)
			}
		}
	}
	if compared < 25 {
		t.Errorf("%d defaults compared; the test proves too little", compared)
	}
}
