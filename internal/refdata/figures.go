package refdata

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"mainstay/internal/num"
)

// Figures checks that every figure agrees to its floor, and that the chapter of docs/accuracy.md shows
// the table of what this program reaches; update writes it there.
func Figures(t *testing.T, all []num.Agreement, chapter, table string, update bool) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range all {
		if !a.Holds() {
			t.Errorf("%s, %s: computed %.15g, published %.15g: %.1f digits, want %.1f", a.Model, a.Quantity, a.Computed, a.Published, a.LRE(), a.Least())
		}
		if key := a.Model + "|" + a.Quantity; seen[key] || a.Source == "" {
			t.Errorf("%s is named twice, or has no source", key)
		} else {
			seen[key] = true
		}
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("SKIPPED: docs/accuracy.md shows the digits of amd64; other processors round elsewhere")
	}
	page := filepath.Join(root(t), "docs", "accuracy.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(?s)(<!-- figures: ` + chapter + ` -->\n).*?(<!-- end -->)`)
	want := section.ReplaceAllString(string(text), "${1}"+table+"${2}")
	if want == string(text) && section.Match(text) {
		return
	}
	if !update {
		t.Fatalf("%s is out of date: go test ./%s/published -update. want\n%s", page, chapter, table)
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
