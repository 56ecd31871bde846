package main

import (
	"os/exec"
	"strings"
	"testing"
)

// The tag slim leaves out the client of object stores, and no build has the servers of the tests.
func TestSlimBuild(t *testing.T) {
	for _, tags := range []string{"", "slim"} {
		out, err := exec.Command("go", "list", "-deps", "-tags", tags, ".").Output()
		if err != nil {
			t.Fatal(err)
		}
		deps := string(out)
		if got, want := strings.Contains(deps, "github.com/aws/"), tags == ""; got != want {
			t.Errorf("tags %q: an object store's client is in the program: %v", tags, got)
		}
		for _, test := range []string{"gofakes3", "s3test", "net/http/httptest", "pgregory.net/rapid"} {
			if strings.Contains(deps, test) {
				t.Errorf("tags %q: %s is in the program", tags, test)
			}
		}
	}
}
