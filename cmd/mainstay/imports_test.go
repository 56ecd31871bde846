package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows are the only imports allowed between domains (docs/architecture.md); a domain may always
// import its own sub-packages and internal/num, and its tests internal/refdata and internal/seeded. They point one way, so they are closed under
// composition: cmd may import what reports may, and so on.
var arrows = map[string][]string{
	"cmd":      {"reports", "segment", "ingest", "markov", "regress"},
	"reports":  {"segment", "ingest", "markov", "regress"},
	"segment":  {"ingest", "markov", "regress"},
	"markov":   {"regress"},
	"ingest":   {},
	"regress":  {},
	"internal": {},
}

func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "mainstay/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	type listed struct {
		ImportPath                         string
		Imports, TestImports, XTestImports []string
	}
	packages := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; packages++ {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from := domain(p.ImportPath)
		allowed, known := arrows[from]
		if !known {
			t.Errorf("%s: folder %q is not in the agreed layout", p.ImportPath, from)
		}
		tests := append(p.TestImports, p.XTestImports...)
		if slices.Contains(tests, "pgregory.net/rapid") && !slices.Contains(tests, "mainstay/internal/seeded") && p.ImportPath != "mainstay/internal/seeded" {
			t.Errorf("tests of %s import rapid without _ \"mainstay/internal/seeded\": their draws would be others in every run", p.ImportPath)
		}
		for _, path := range append(p.Imports, tests...) {
			to := domain(path)
			if to == "" || to == from || path == "mainstay/internal/num" {
				continue
			}
			if (path == "mainstay/internal/refdata" || path == "mainstay/internal/seeded") && !slices.Contains(p.Imports, path) {
				continue
			}
			if !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: arrows go cmd → reports → segment → {ingest, markov, regress}, markov → regress, all → internal/num; tests also to internal/refdata and internal/seeded", p.ImportPath, path)
			}
		}
	}
	if packages < 10 {
		t.Fatalf("go list found %d packages; the test would prove nothing", packages)
	}
}

// domain is the top-level folder of one of our packages, "" for everybody else's.
func domain(path string) string {
	rest, ours := strings.CutPrefix(path, "mainstay/")
	if !ours {
		return ""
	}
	first, _, _ := strings.Cut(rest, "/")
	return first
}
