package markov

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"mainstay/internal/num"
	"mainstay/internal/refdata"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Sequence abaaaabababaabbba: counts and log-likelihood as R markovchain 0.9 reports them; standard
// errors are multinomial, by hand: √(4/9·5/9/9), √(5/7·2/7/7).
func TestFitSequence(t *testing.T) {
	c := NewCounts([]string{"a", "b"})
	var sequence []int
	for _, s := range "abaaaabababaabbba" {
		sequence = append(sequence, int(s-'a'))
	}
	if err := c.AddSequence(sequence); err != nil {
		t.Fatal(err)
	}
	chain, err := Fit(c)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "P", raw(chain.P), []float64{4. / 9, 5. / 9, 5. / 7, 2. / 7}, 1e-15)
	near(t, "SE", raw(chain.SE), []float64{.1656, .1656, .1707, .1707}, 5e-5)
	near(t, "log-likelihood", []float64{chain.Certificate.LogLik}, []float64{-10.37054}, 5e-6)
	if cert := chain.Certificate; cert.Observations != 16 || cert.Iterations != 0 || cert.GradientNorm != 0 || !cert.Certified() {
		t.Errorf("certificate %+v", cert)
	}
}

// holson.csv against R markovchain 0.9.1 (../shared/reference/README.md).
func TestFitHolson(t *testing.T) {
	f, err := os.Open(refdata.Shared(t, "reference/holson.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var sequences [][]int
	for _, row := range rows[1:] {
		var s []int
		for _, field := range row[1:] {
			v, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			s = append(s, v-1)
		}
		sequences = append(sequences, s)
	}
	c, err := CountSequences([]string{"1", "2", "3"}, sequences)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := Fit(c)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "P", raw(chain.P), []float64{.94417266187, .05453237410, .00129496403, .18913612566, .66753926702,
		.14332460733, .00394218134, .11432325887, .88173455979}, 6e-12)
	if !chain.Certificate.Certified() || len(chain.Certificate.Warnings) > 0 {
		t.Errorf("certificate %+v", chain.Certificate)
	}
}

func TestFitRefusesEmptyStates(t *testing.T) {
	c := &Counts{States: []string{"new", "lapsed"}, N: []int64{40, 10, 0, 0}}
	chain, err := Fit(c)
	if err != nil {
		t.Fatal(err)
	}
	cert := chain.Certificate
	if cert.Certified() || len(cert.Warnings) != 1 || cert.Warnings[0].Code != num.WarnEmptyState || !strings.Contains(cert.Warnings[0].Message, `"lapsed"`) {
		t.Errorf("certificate %+v", cert)
	}
	near(t, "empty row", mat.Row(nil, 1, chain.P), []float64{0, 1}, 0)
	low, high := chain.Interval(0.95)
	if low.At(1, 1) != 0 || high.At(1, 0) != 1 {
		t.Error("an empty row must not look certain")
	}

	chain, err = Fit(c, 1, 1)
	if err != nil || !chain.Certificate.Certified() || len(chain.Certificate.Warnings) > 0 || len(chain.Absorbing) != 1 {
		t.Fatalf("absorbing by request: %v, %+v", err, chain)
	}
	low, high = chain.Interval(0.95)
	near(t, "interval of an absorbing row", append(mat.Row(nil, 1, low), mat.Row(nil, 1, high)...), []float64{0, 1, 0, 1}, 0)
}

func TestFitWarns(t *testing.T) {
	c := &Counts{States: []string{"a", "b", "lost"}, N: []int64{20, 8, 1, 10, 20, 0, 3, 0, 50}}
	chain, err := Fit(c, 2)
	if err != nil {
		t.Fatal(err)
	}
	w := chain.Certificate.Warnings
	if len(w) != 2 || w[0].Code != num.WarnTooFew || !strings.Contains(w[0].Message, "(29)") ||
		w[1].Code != num.WarnBoundary || !strings.Contains(w[1].Message, "3 moves") {
		t.Errorf("warnings %+v", w)
	}
	if !chain.Certificate.Certified() || chain.Certificate.Observations != 59 || chain.P.At(2, 2) != 1 || chain.SE.At(2, 2) != 0 {
		t.Errorf("chain %+v", chain)
	}
}

func TestFitRefusesNonsense(t *testing.T) {
	for what, f := range map[string]func() error{
		"no states":      func() error { _, err := Fit(NewCounts(nil)); return err },
		"missing counts": func() error { _, err := Fit(&Counts{States: names(2), N: make([]int64, 3)}); return err },
		"negative":       func() error { _, err := Fit(&Counts{States: names(1), N: []int64{-1}}); return err },
		"no such state":  func() error { _, err := Fit(&Counts{States: names(1), N: []int64{1}}, 1); return err },
	} {
		if f() == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func TestFitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 6).Draw(t, "k")
		c := drawCounts(t, k)
		chain, err := Fit(c)
		if err != nil {
			t.Fatal(err)
		}
		low, high := chain.Interval(0.95)
		for i := range k {
			var sum float64
			for j := range k {
				p, se := chain.P.At(i, j), chain.SE.At(i, j)
				sum += p
				if !(p >= 0 && p <= 1 && se >= 0 && se <= 0.5) || low.At(i, j) > p || high.At(i, j) < p {
					t.Fatalf("p %v, se %v, interval %v to %v", p, se, low.At(i, j), high.At(i, j))
				}
			}
			if math.Abs(sum-1) > 1e-14 {
				t.Fatalf("row %d sums to %v", i, sum)
			}
		}
		// No other chain is more likely: the maximum beats any other in log-likelihood.
		other := drawStochastic(t, k)
		var logLik float64
		for i := range k {
			for j := range k {
				if n := c.At(i, j); n > 0 {
					logLik += float64(n) * math.Log(other.At(i, j))
				}
			}
		}
		if logLik > chain.Certificate.LogLik+1e-9*math.Abs(logLik) {
			t.Fatalf("another chain has log-likelihood %v above the maximum %v", logLik, chain.Certificate.LogLik)
		}
	})
}

// The chain that made the sequences is recovered within its standard errors: over 12 entries and 40
// samples the mean of ((p̂−p)/SE)² is 1 up to √(2/(40·8)) (eight entries are free), here ± 4 of these.
func TestFitRecoversTheTruth(t *testing.T) {
	truth := mat.NewDense(4, 4, []float64{.7, .2, .1, 0, .3, .4, .2, .1, .1, .1, .5, .3, .02, .08, .1, .8})
	r := rand.New(rand.NewPCG(7, 11))
	var sum, n float64
	for range 40 {
		c := NewCounts(names(4))
		for range 300 {
			s := []int{r.IntN(4)}
			for range 24 {
				s = append(s, step(r, truth, s[len(s)-1]))
			}
			if err := c.AddSequence(s); err != nil {
				t.Fatal(err)
			}
		}
		chain, err := Fit(c)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			for j := range 4 {
				if se := chain.SE.At(i, j); se > 0 {
					z := (chain.P.At(i, j) - truth.At(i, j)) / se
					sum += z * z
					n++
				}
			}
		}
	}
	if mean := sum / n; math.Abs(mean-1) > 0.32 {
		t.Errorf("mean squared standardised error %.3f, want 1 ± 0.32", mean)
	}
}
