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

// least is the fewest digits that the figures of one kind agree to.
type least struct{ coefficients, errors, residual, rSquared float64 }

// table is what docs/accuracy.md shows, one line per set.
func table(all []num.Agreement) string {
	var names []string
	sets := map[string]*least{}
	for _, a := range all {
		l := sets[a.Model]
		if l == nil {
			l = &least{99, 99, 99, 99}
			sets[a.Model], names = l, append(names, a.Model)
		}
		kind := &l.coefficients
		switch {
		case strings.HasPrefix(a.Quantity, "SE "):
			kind = &l.errors
		case a.Quantity == "residual SD" || a.Quantity == "log-likelihood":
			kind = &l.residual
		case a.Quantity == "R²":
			kind = &l.rSquared
		}
		*kind = min(*kind, a.LRE())
	}
	var b strings.Builder
	b.WriteString("| set | coefficients (area) | standard errors | residual SD (log-likelihood) | R² |\n|---|---|---|---|---|\n")
	for _, name := range names {
		l := sets[name]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, digits(l.coefficients), digits(l.errors), digits(l.residual), digits(l.rSquared))
	}
	return b.String()
}

func digits(v float64) string {
	if v > 15 {
		return "–"
	}
	return fmt.Sprintf("%.1f", math.Floor(v*10)/10)
}

// Every figure agrees to its floor, and docs/accuracy.md shows what this program reaches.
func TestAgreements(t *testing.T) {
	all, err := Agreements()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Errorf("only %d figures; the test would prove little", len(all))
	}
	refdata.Figures(t, all, "regress", table(all), *update)
}

func TestDigitsOfATextAreCounted(t *testing.T) {
	l := &list{floor: 12}
	for text, want := range map[string]int{"15.0618722713733": 15, "-0.358191792925910E-01": 15, "0.000000000000000": 15, "1.00000000000000": 15, "-12.8896334653335": 15, "0.09515767": 7} {
		l.add("", 0, text)
		if a := l.all[len(l.all)-1]; a.Digits != want {
			t.Errorf("%s: %d digits, want %d", text, a.Digits, want)
		}
	}
	if l.add("", 0, "x"); l.err == nil {
		t.Error("a figure that is no number was accepted")
	}
}
