package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every direct dependency has its line in docs/dependencies.md, and none has one without being there.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, line := range strings.Split(string(page), "\n") {
		first, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		if !ok || strings.Contains(first, "pinned") {
			continue
		}
		for _, m := range regexp.MustCompile(`[a-z0-9.-]+\.[a-z]+/[\w./-]+`).FindAllString(first, -1) {
			explained[m] = true
		}
	}
	direct := 0
	for _, line := range strings.Split(string(mod), "\n") {
		fields := strings.Fields(line)
		if len(fields) != 2 || !strings.HasPrefix(line, "\t") {
			continue
		}
		direct++
		if !explained[fields[0]] {
			t.Errorf("%s is not explained in docs/dependencies.md", fields[0])
		}
		delete(explained, fields[0])
	}
	for module := range explained {
		t.Errorf("docs/dependencies.md explains %s, which go.mod does not require directly", module)
	}
	if direct < 10 {
		t.Fatalf("go.mod has %d direct dependencies; the test would prove nothing", direct)
	}
}
