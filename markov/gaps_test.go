package markov

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// gappy draws customers of a chain, of whom each period is seen with a probability.
func gappy(r *rand.Rand, p *mat.Dense, customers, periods int, seen float64) (*Counts, []Leap) {
	k, _ := p.Dims()
	states := []string{"a", "b", "c", "d"}[:k]
	c := NewCounts(states)
	var leaps []Leap
	for who := range customers {
		state, last, at := r.IntN(k), -1, 0
		for t := range periods {
			if r.Float64() < seen {
				switch {
				case last < 0:
				case t == last+1:
					c.Add(at, state)
				default:
					leaps = append(leaps, Leap{int32(who), int16(at), int16(state), int32(t - last)})
				}
				last, at = t, state
			}
			u := r.Float64()
			next := 0
			for u > p.At(state, next) && next < k-1 {
				u -= p.At(state, next)
				next++
			}
			state = next
		}
	}
	return c, leaps
}

// The slope of the gaps' likelihood is that of differences, and no step along the simplex is uphill from the fit.
func TestGapsSlope(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 4).Draw(t, "states")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		p := mat.NewDense(k, k, nil)
		for i := range k {
			total := 0.0
			for j := range k {
				p.Set(i, j, .05+r.Float64())
				total += p.At(i, j)
			}
			for j := range k {
				p.Set(i, j, p.At(i, j)/total)
			}
		}
		c, leaps := gappy(r, p, 30, 12, .6)
		if len(leaps) == 0 {
			return
		}
		o, err := Assumptions{Leaps: leaps}.overOf(c)
		if err != nil {
			t.Fatal(err)
		}
		_, slope := o.gaps(p)
		for cell := range k * k {
			at := mat.DenseCopyOf(p)
			at.Set(cell/k, cell%k, p.At(cell/k, cell%k)+1e-6)
			up, _ := o.gaps(at)
			at.Set(cell/k, cell%k, p.At(cell/k, cell%k)-1e-6)
			down, _ := o.gaps(at)
			if got := (up - down) / 2e-6; math.Abs(got-slope.At(cell/k, cell%k)) > 1e-5*(1+math.Abs(got)) {
				t.Fatalf("entry %d: slope %v, by differences %v", cell, slope.At(cell/k, cell%k), got)
			}
		}
	})
}

// Of gaps of two steps alone the matrix of two steps is that of the shares, whose root is known for two states.
func TestGapsOfTwoSteps(t *testing.T) {
	c := NewCounts([]string{"a", "b"})
	var leaps []Leap
	for cell, n := range []int{66, 34, 51, 49} { // shares .66 .34 / .51 .49 = (.8 .2 / .3 .7)² with one more digit
		for range n {
			leaps = append(leaps, Leap{int32(len(leaps)), int16(cell / 2), int16(cell % 2), 2})
		}
	}
	c.N = []int64{8, 2, 3, 7} // the same chain, so that its maximum is that of either
	chain, err := Assumptions{Leaps: leaps}.Fit(c)
	if err != nil || !chain.Certificate.Certified() {
		t.Fatal(err, chain.Certificate)
	}
	root := math.Sqrt(.15) // of the eigenvalue .66 + .49 − 1
	away := .34 / .85 * (1 - root)
	two := mat.NewDense(2, 2, nil)
	two.Mul(chain.P, chain.P)
	if math.Abs(chain.P.At(0, 1)-away) > .03 || math.Abs(two.At(0, 1)-.34) > .03 || chain.Leapt != 200 || chain.Certificate.Observations != 220 {
		t.Errorf("P %v, of two steps %v, %d gaps", mat.Formatted(chain.P), mat.Formatted(two), chain.Leapt)
	}
}

// Without gaps it is the chain of counts, errors and intervals too.
func TestNoGapsIsFit(t *testing.T) {
	c := &Counts{States: []string{"a", "b", "c"}, N: []int64{50, 30, 0, 20, 60, 20, 5, 5, 90}}
	plain, err := Fit(c)
	if err != nil {
		t.Fatal(err)
	}
	far := []Leap{{0, 0, 1, MostLeap + 1}} // too far to be used
	over, err := Assumptions{Leaps: far}.Fit(c)
	if err != nil || over.Leapt != 0 {
		t.Fatal(err, over.Leapt)
	}
	low, high := plain.Interval(.95)
	low2, high2 := over.Interval(.95)
	for i := range 3 {
		for j := range 3 {
			for _, pair := range [][2]float64{{plain.P.At(i, j), over.P.At(i, j)}, {plain.SE.At(i, j), over.SE.At(i, j)}, {low.At(i, j), low2.At(i, j)}, {high.At(i, j), high2.At(i, j)}} {
				if math.Abs(pair[0]-pair[1]) > 1e-7 {
					t.Errorf("%d to %d: %v and %v", i, j, pair[0], pair[1])
				}
			}
		}
	}
	if math.Abs(plain.Certificate.LogLik-over.Certificate.LogLik) > 1e-9 {
		t.Error(plain.Certificate.LogLik, over.Certificate.LogLik)
	}
}

// What cannot be is an error; what the data leave open is refused.
func TestGapsRefused(t *testing.T) {
	c := &Counts{States: []string{"a", "b", "end"}, N: []int64{8, 2, 0, 2, 8, 0, 0, 0, 0}}
	leap := []Leap{{0, 0, 2, 2}}
	never := []bool{false, false, true, false, false, true, true, true, false}
	if _, err := (Assumptions{Leaps: leap, Never: never}).Fit(c); err == nil {
		t.Error("a gap into a state that nothing leads to")
	}
	if _, err := (Assumptions{Leaps: leap, Prior: 1}).Fit(c); err == nil {
		t.Error("gaps with a prior")
	}
	if _, err := (Assumptions{Leaps: []Leap{{0, 0, 1, 1}}}).Fit(c); err == nil {
		t.Error("a gap of one step")
	}
	chain, err := Assumptions{Leaps: leap, Absorbing: []int{2}}.Fit(c)
	if err != nil || !chain.Certificate.Certified() {
		t.Error(err, chain)
	}
	if chain, err = (Assumptions{Leaps: leap}).Fit(c); err != nil || chain.Certificate.Certified() {
		t.Error("a state that nobody was seen to leave", err)
	}
}

// In samples of a chain of which six periods in ten are seen, intervals cover the truth, and errors are the spread of the
// estimates.
func TestGapsCoverage(t *testing.T) {
	samples := 150
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_BOOKS")); err == nil {
		samples = n
	} else if testing.Short() {
		t.Skip("a simulation: left out by -short")
	}
	truth := mat.NewDense(3, 3, []float64{.8, .15, .05, .3, .5, .2, .1, .1, .8})
	r := rand.New(rand.NewPCG(7, 7))
	covered, all := 0, 0
	estimates, errs := make([][]float64, 9), make([][]float64, 9)
	plainErrors := 0.0
	for range samples {
		c, leaps := gappy(r, truth, 100, 15, .6)
		chain, err := Assumptions{Leaps: leaps}.Fit(c)
		if err != nil || !chain.Certificate.Certified() {
			t.Fatal(err, chain.Certificate)
		}
		low, high := chain.Interval(.95)
		plain, _ := Fit(c)
		for cell := range 9 {
			v := truth.At(cell/3, cell%3)
			all++
			if low.At(cell/3, cell%3) <= v && v <= high.At(cell/3, cell%3) {
				covered++
			}
			estimates[cell] = append(estimates[cell], chain.P.At(cell/3, cell%3))
			errs[cell] = append(errs[cell], chain.SE.At(cell/3, cell%3))
			plainErrors += plain.SE.At(cell/3, cell%3) / chain.SE.At(cell/3, cell%3) / float64(9*samples)
		}
	}
	ratio := 0.0
	for cell := range 9 {
		mean, squares := num.Mean(estimates[cell]), 0.0
		for _, v := range estimates[cell] {
			squares += (v - mean) * (v - mean)
		}
		spread := math.Sqrt(squares / float64(samples-1))
		ratio += num.Mean(errs[cell]) / spread / 9
		if v := truth.At(cell/3, cell%3); math.Abs(mean-v) > 5*spread/math.Sqrt(float64(samples))+.004 {
			t.Errorf("cell %d: mean %v of %v", cell, mean, v)
		}
	}
	coverage := float64(covered) / float64(all)
	t.Logf("coverage %.4f of %d samples, errors ÷ spread %.3f, errors without gaps ÷ with %.3f", coverage, samples, ratio, plainErrors)
	if math.Abs(coverage-.95) > .02 || math.Abs(ratio-1) > .08 {
		t.Errorf("coverage %.4f, errors ÷ spread %.3f", coverage, ratio)
	}
}

// Figures of R's optim on the same likelihood, whose maximum is at these probabilities.
func TestGapsAgainstR(t *testing.T) {
	c := &Counts{States: []string{"a", "b", "c"}, N: []int64{40, 8, 2, 10, 25, 5, 3, 6, 30}}
	var leaps []Leap
	for g, cells := range map[int32][]int{2: {12, 6, 2, 5, 8, 4, 2, 3, 9}, 4: {5, 4, 2, 3, 3, 3, 1, 2, 4}} {
		for cell, n := range cells {
			for range n {
				leaps = append(leaps, Leap{0, int16(cell / 3), int16(cell % 3), g})
			}
		}
	}
	slices.SortFunc(leaps, func(a, b Leap) int { return int(a.Steps - b.Steps) })
	chain, err := Assumptions{Leaps: leaps}.Fit(c)
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{.7683780, .1864358, .0451862, .2197382, .6355395, .1447223, .0653731, .1436468, .7909801}
	errs := []float64{.0439670, .0428349, .0241197, .0499627, .0586516, .0418536, .0304375, .0431615, .0469609}
	for cell := range 9 {
		if p, se := chain.P.At(cell/3, cell%3), chain.SE.At(cell/3, cell%3); math.Abs(p-want[cell]) > 1e-6 || math.Abs(se-errs[cell]) > 1e-6 {
			t.Errorf("entry %d: %.7f (%.7f), R has %.7f (%.7f)", cell, p, se, want[cell], errs[cell])
		}
	}
	if math.Abs(chain.Certificate.LogLik+169.9974712) > 1e-6 {
		t.Errorf("log-likelihood %.7f", chain.Certificate.LogLik)
	}
}
