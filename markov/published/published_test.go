package published

import (
	"flag"
	"fmt"
	"math"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/internal/refdata"
)

var update = flag.Bool("update", false, "rewrite the table of docs/accuracy.md")

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
	refdata.Figures(t, all, "markov", table(all), *update)
}
