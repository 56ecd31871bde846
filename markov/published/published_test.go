package published

import (
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"mainstay/internal/num"
)

var update = flag.Bool("update", false, "rewrite the table of docs/accuracy.md")

const page = "../../docs/accuracy.md"

// table is what docs/accuracy.md shows, one line per model: the fewest digits, and how many are printed there.
func table(all []num.Agreement) string {
	var b strings.Builder
	b.WriteString("| model | source | figures | fewest digits | printed there |\n|---|---|---|---|---|\n")
	for len(all) > 0 {
		n, worst := 0, all[0]
		for n < len(all) && all[n].Model == all[0].Model {
			if a := all[n]; a.LRE() < worst.LRE() {
				worst = a
			}
			n++
		}
		printed := "exact"
		if worst.Digits > 0 {
			printed = fmt.Sprint(worst.Digits)
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %.1f | %s |\n", worst.Model, worst.Source, n, math.Floor(10*worst.LRE())/10, printed)
		all = all[n:]
	}
	return b.String()
}

// Every figure agrees to its floor, and docs/accuracy.md shows what this program reaches.
func TestAgreements(t *testing.T) {
	all, err := Agreements()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Errorf("only %d figures; the test would prove little", len(all))
	}
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
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(?s)(<!-- figures: markov -->\n).*?(<!-- end -->)`)
	want := section.ReplaceAllString(string(text), "${1}"+table(all)+"${2}")
	if want == string(text) && section.Match(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: go test ./markov/published -update. want\n%s", page, table(all))
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
