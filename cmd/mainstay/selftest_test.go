package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"mainstay/internal/num"
)

// A figure that is not reached is shown, and ends with the status of a quality gate.
func TestSelftestFails(t *testing.T) {
	real := published
	defer func() { published = real }()
	published = append(published[:len(published):len(published)], func() ([]num.Agreement, error) {
		return []num.Agreement{{Model: "two and two", Quantity: "sum", Source: "arithmetic", Computed: 5, Published: 4}}, nil
	})
	for _, args := range [][]string{{"selftest"}, {"selftest", "--json"}, {"selftest", "--all"}} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), args, strings.NewReader(""), &stdout, &stderr)
		if code != exitQuality || !strings.Contains(stderr.String(), "1 of ") || !strings.Contains(stdout.String(), "two and two") {
			t.Errorf("%q: exit code %d\n%s%s", args, code, stdout.String(), stderr.String())
		}
	}
}
