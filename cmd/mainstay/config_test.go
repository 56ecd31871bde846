package main

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// docs/config.md describes exactly the keys that the configuration has.
func TestConfigKeysAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, line := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		first, _, _ := strings.Cut(line[2:], "|")
		for _, m := range regexp.MustCompile("`([a-z_.]+)`").FindAllStringSubmatch(first, -1) {
			key := m[1]
			documented[key[strings.LastIndex(key, ".")+1:]] = true
		}
	}
	containers := map[string]bool{"accounts": true, "contracts": true, "activities": true, "people": true, "series": true, "columns": true, "rates": true, "key_accounts": true, "tiers": true, "bands": true, "clusters": true}
	keys := map[string]bool{}
	for _, k := range configKeys(reflect.TypeFor[config]()) {
		keys[k] = true
		if !documented[k] && !containers[k] {
			t.Errorf("key %q is not in docs/config.md", k)
		}
	}
	for k := range documented {
		if !keys[k] {
			t.Errorf("docs/config.md describes %q, which is no key", k)
		}
	}
}

// docs/config.md names every flag, and no other.
func TestFlagsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("`(?:mainstay [a-z]+ (?:IN )?)?--([a-z-]+)").FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = true
	}
	real := map[string]bool{}
	for _, cmd := range commands(newRoot(&app{})) {
		for _, name := range flagNames(cmd) {
			real[name] = true
			if !documented[name] {
				t.Errorf("--%s of mainstay %s is not in docs/config.md", name, cmd.Name())
			}
		}
	}
	for name := range documented {
		if !real[name] {
			t.Errorf("docs/config.md describes --%s, which is no flag", name)
		}
	}
}

func TestConfigFlagsOverrideFile(t *testing.T) {
	path := t.TempDir() + "/c.yaml"
	file := "transactions: [a.parquet]\nzone: Asia/Shanghai\nperiod: week\nexclude_status: [Void]\ncolumns: {customer: cust}\n"
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	o := newInputOptions()
	fs := pflag.NewFlagSet("run", pflag.ContinueOnError)
	o.addFlags(fs)
	o.config.addModelFlags(fs)
	if err := fs.Parse([]string{"--config", path, "--zone", "UTC", "--exclude-status", "Lost"}); err != nil {
		t.Fatal(err)
	}
	if err := o.resolve(fs, nil); err != nil {
		t.Fatal(err)
	}
	if got := o.config.Ingest.Zone; got != "UTC" {
		t.Errorf("zone = %q; the flag should win", got)
	}
	if got := o.config.Ingest.ExcludeStatus; !reflect.DeepEqual(got, []string{"Lost"}) {
		t.Errorf("exclude_status = %q; the flag should replace the list", got)
	}
	if got := o.config.Segment.Period; got != "week" {
		t.Errorf("period = %q; the file should override the default", got)
	}
	if got := o.config.Ingest.Columns.Customer; got != "cust" {
		t.Errorf("columns.customer = %q", got)
	}
}

func TestConfigUnknownKeySuggests(t *testing.T) {
	path := t.TempDir() + "/c.yaml"
	if err := os.WriteFile(path, []byte("transactions: [a]\nzoone: UTC\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := defaultConfig()
	err := c.load(path)
	if err == nil || !strings.Contains(err.Error(), `did you mean "zone"`) || !strings.Contains(err.Error(), "2 |") {
		t.Errorf("error = %v; want the line and a suggestion", err)
	}
	if exitCode(err, 0) != exitUsage {
		t.Errorf("exit code = %d, want %d", exitCode(err, 0), exitUsage)
	}
}
