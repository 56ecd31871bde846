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
	section := regexp.MustCompile(`(?s)(<!-- figures: regress -->\n).*?(<!-- end -->)`)
	want := section.ReplaceAllString(string(text), "${1}"+table(all)+"${2}")
	if want == string(text) && section.Match(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: go test ./regress/published -update. want\n%s", page, table(all))
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
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
