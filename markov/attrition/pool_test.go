package attrition

import (
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// segmentsOf draws segments whose parameters differ by so much on the scale of turns.
func segmentsOf(rng *rand.Rand, m Model, centre [most]float64, tau [most]float64, sizes []int) (data []*Data, truth [][most]float64) {
	_, columns := turns(m)
	for _, n := range sizes {
		p := centre
		for j, col := range columns {
			z := tau[j] * rng.NormFloat64()
			for i, c := range col {
				p[i] *= math.Exp(c * z)
			}
		}
		d, _, _, _ := simulated(rng, m, 1, n, p, nil)
		data, truth = append(data, d), append(truth, p)
	}
	return data, truth
}

// The restricted likelihood's slope is that of its value.
func TestRestricted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, segments := 3, rapid.IntRange(2, 6).Draw(t, "segments")
		var all []parabola
		draw := func() float64 { return rapid.Float64Range(-2, 2).Draw(t, "v") }
		for range segments {
			root := mat.NewDense(n, n, nil)
			q := parabola{h: make([]float64, n)}
			for i := range n {
				q.h[i] = draw()
				for j := range n {
					root.Set(i, j, draw())
				}
				root.Set(i, i, 1+math.Abs(root.At(i, i)))
			}
			identity := mat.NewSymDense(n, nil)
			for i := range n {
				identity.SetSym(i, i, 1)
			}
			q.H = sandwich(root, identity)
			all = append(all, q)
		}
		tau := []float64{math.Abs(draw()), math.Abs(draw()), math.Abs(draw())}
		value, gradient, _ := restrictedAt(all, tau)
		if math.IsNaN(value) || mat.Cond(precision(all, tau), 2) > 1e6 {
			return
		}
		for i := range tau {
			up, down := append([]float64{}, tau...), append([]float64{}, tau...)
			up[i], down[i] = up[i]+1e-5, down[i]-1e-5
			high, _, _ := restrictedAt(all, up)
			low, _, _ := restrictedAt(all, down)
			if d := (high - low) / 2e-5; math.Abs(d-gradient[i]) > 1e-4*(1+math.Abs(d)) {
				t.Fatalf("slope %d: %v, difference %v", i, gradient[i], d)
			}
		}
	})
}

// Pooling is nearer the truth than either extreme, small segments are finite, and intervals hold what they say.
func TestPooling(t *testing.T) {
	books := 6
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_POOLED")); err == nil {
		books = n
	} else if testing.Short() {
		t.Skip("SKIPPED: fits of simulated books")
	}
	sizes := []int{5, 12, 30, 60, 60, 100, 100, 150, 200, 300, 400, 800}
	for _, c := range []struct {
		m           Model
		centre, tau [most]float64
	}{
		{BGNBD, [most]float64{.8, 6, .9, 2.5}, [most]float64{.15, .5, .2, .6}},
		{ParetoNBD, [most]float64{.8, 6, .7, 12}, [most]float64{.15, .5, .2, .6}},
	} {
		if c.m == ParetoNBD && books < 20 {
			continue // few books say little, and its refusals take long
		}
		type score struct{ pooled, own, book, together, owned, asked, held, refused, sums, alone float64 }
		each := make([]score, books)
		num.Blocks(books, 1, 2, func(b, _, _ int) {
			data, truth := segmentsOf(rand.New(rand.NewPCG(uint64(b), 31)), c.m, c.centre, c.tau, sizes)
			p, err := Pool(c.m, data, Options{})
			if err != nil || !p.Certificate.Certified() {
				t.Errorf("%s, book %d: %v %+v", c.m, b, err, p)
				return
			}
			if p.Test.P > 1e-3 || p.Tested < 6 {
				t.Errorf("%s, book %d: segments differ, %+v of %d", c.m, b, p.Test, p.Tested)
			}
			s := &each[b]
			s.sums, s.alone = sumHolds(t, p, data, c.m, truth)
			for i, f := range p.Segments {
				want := given(c.m, truth[i][:]...)
				off := func(f *Fit) float64 { // of purchases that somebody new makes in 52
					d := math.Log(f.Expected(Customer{}, 52, .95).Value / want.Expected(Customer{}, 52, .95).Value)
					return d * d
				}
				e := f.Expected(Customer{}, 52, .95)
				if !(e.Low > 0 && e.High < math.Inf(1)) {
					t.Errorf("%s, book %d: segment of %d: %+v", c.m, b, sizes[i], e)
				}
				s.asked++
				s.held += num.Indicator(e.Low <= want.Expected(Customer{}, 52, .95).Value && want.Expected(Customer{}, 52, .95).Value <= e.High)
				s.pooled += off(f)
				s.book += off(p.Book)
				if own := p.Own[i]; own.Certificate.Certified() {
					s.own += off(own)
					s.together += off(f)
					s.owned++
				} else {
					s.refused++
				}
			}
		})
		var a score
		for _, s := range each {
			a.pooled, a.own, a.book, a.together, a.owned, a.asked, a.held, a.refused = a.pooled+s.pooled, a.own+s.own, a.book+s.book, a.together+s.together, a.owned+s.owned, a.asked+s.asked, a.held+s.held, a.refused+s.refused
			a.sums, a.alone = a.sums+s.sums, a.alone+s.alone
		}
		root := func(sum, n float64) float64 { return math.Sqrt(sum / n) }
		t.Logf("%s: RMSE of log E X(52): pooled %.3f, the book's %.3f; of %v segments with a fit of their own pooled %.3f, own %.3f (%v refused); %.1f %% of intervals hold",
			c.m, root(a.pooled, a.asked), root(a.book, a.asked), a.owned, root(a.together, a.owned), root(a.own, a.owned), a.refused, 100*a.held/a.asked)
		t.Logf("%s: of sums over all segments %v of %d intervals hold, %v were segments' errors each for itself", c.m, a.sums, books, a.alone)
		if a.pooled >= a.book || a.together >= a.own || a.held/a.asked < .85 {
			t.Errorf("%s: pooling does not help: %+v", c.m, a)
		}
	}
}

// sumHolds says whether the interval of what all customers are expected to buy in 52 holds what they are by their segments' true parameters; and whether it would if errors of segments were their own.
func sumHolds(t *testing.T, p *Pooled, data []*Data, m Model, truth [][most]float64) (held, alone float64) {
	q := Questions{Horizon: 52, Level: .95}
	_, sums, err := p.Summed(data, q, nil)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	want, variance := 0.0, 0.0
	for i, d := range data {
		_, one, _ := given(m, truth[i][:]...).Summed(d, q, nil)
		want += one.Expected.Value
		if _, one, _ = p.Segments[i].Summed(d, q, nil); one.Expected.SE > 0 {
			variance += one.Expected.SE * one.Expected.SE
		}
	}
	e := num.OnLog(sums.Expected.Value, math.Sqrt(variance), q.Level)
	return num.Indicator(sums.Expected.Low <= want && want <= sums.Expected.High), num.Indicator(e.Low <= want && want <= e.High)
}

// Sums over segments that do not differ have the error of one fit, one segment's that of its own fit; money of none is nothing. Same bytes for any number of threads.
func TestPooledSums(t *testing.T) {
	data, _ := segmentsOf(rand.New(rand.NewPCG(7, 31)), BGNBD, [most]float64{.8, 6, .9, 2.5}, [most]float64{}, []int{400, 300, 300, 200})
	p, err := Pool(BGNBD, data, Options{Threads: 2})
	if err != nil || !p.Certificate.Certified() {
		t.Fatalf("%v %+v", err, p)
	}
	money, nothing := make([][]float64, len(data)), math.NaN()
	for s, d := range data {
		for i := range d.X {
			money[s] = append(money[s], nothing)
			if s == 2 {
				money[s][i] = float64(10 + i%3)
			}
		}
	}
	q := Questions{Horizon: 26, Rate: .002, Level: .9, Threads: 1}
	scores, sums, err := p.Summed(data, q, money)
	if err != nil || len(scores) != len(data) || len(scores[3]) != 200 {
		t.Fatal(err, len(scores))
	}
	_, own, err := p.Segments[2].Summed(data[2], q, money[2])
	if err != nil {
		t.Fatal(err)
	}
	for k, pair := range [][2]Estimate{{sums.Value, own.Value}, {sums.Worth, own.Worth}} {
		if got, want := pair[0], pair[1]; math.Abs(got.Value/want.Value-1) > 1e-12 || math.Abs(got.SE/want.SE-1) > 1e-9 || math.Abs(got.High/want.High-1) > 1e-9 {
			t.Errorf("sum %d of one segment: %+v, want %+v", k, got, want)
		}
	}
	q.Threads = 3
	if _, again, _ := p.Summed(data, q, money); *again != *sums {
		t.Errorf("%+v with three threads, %+v with one", again, sums)
	}
	_, book, err := p.Book.Summed(joined(data, nil), q, nil)
	if err != nil {
		t.Fatal(err)
	}
	alike := true
	for _, v := range p.Spread {
		alike = alike && v.SD == 0
	}
	for k, pair := range [][2]Estimate{{sums.Alive, book.Alive}, {sums.Expected, book.Expected}, {sums.Residual, book.Residual}} {
		t.Logf("%+v %+v", pair, p.Spread)
		if got, want := pair[0], pair[1]; alike && (math.Abs(got.Value/want.Value-1) > 1e-6 || math.Abs(got.SE/want.SE-1) > 1e-4) {
			t.Errorf("sum %d of segments alike: %+v, of one fit %+v", k, got, want)
		}
	}
	if !alike {
		t.Errorf("spreads %+v: draw other segments", p.Spread)
	}
	if _, _, err := p.Summed(data[:2], q, nil); err == nil {
		t.Error("two of four segments: no error")
	}
}

// Segments that do not differ are one; threads change no byte; mistakes are said.
func TestPoolEdges(t *testing.T) {
	data, _ := segmentsOf(rand.New(rand.NewPCG(3, 31)), BGNBD, [most]float64{.8, 6, .9, 2.5}, [most]float64{}, []int{300, 300, 300, 5})
	p, err := Pool(BGNBD, data, Options{Threads: 1})
	if err != nil || !p.Certificate.Certified() {
		t.Fatalf("%v %+v", err, p)
	}
	q, _ := Pool(BGNBD, data, Options{Threads: 4})
	if !reflect.DeepEqual(p.Segments, q.Segments) || !reflect.DeepEqual(p.Spread, q.Spread) {
		t.Error("threads change what is pooled")
	}
	if p.Test.P < .01 || p.Share[3] > .1 {
		t.Errorf("alike: %+v, shares %v", p.Test, p.Share)
	}
	for i, name := range p.Book.Names {
		near(t, name+" of five customers", math.Log(p.Segments[3].Params[i]/p.Book.Params[i]), 0, .35)
	}
	t.Logf("%+v %v %+v", p.Spread, p.Share, p.Test)
	for _, bad := range [][]*Data{{data[0]}, {data[0], {}}, {data[0], {X: []float64{1}, Last: []float64{3}, T: []float64{2}}}} {
		if _, err := Pool(BGNBD, bad, Options{}); err == nil {
			t.Errorf("%d segments: no error", len(bad))
		}
	}
	none := &Data{X: make([]float64, 50), Last: make([]float64, 50), T: data[0].T[:50]}
	if p, err := Pool(BGNBD, []*Data{none, none}, Options{}); err != nil || p.Certificate.Certified() {
		t.Errorf("nobody bought again: %v %+v", err, p)
	}
}

// Many segments of three customers that leave alike know of leaving what the book knows, not more.
func TestSmallSegmentsAreNoSurer(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: a hundred fits")
	}
	sizes := make([]int, 100)
	for s := range sizes {
		sizes[s] = 3
	}
	data, _ := segmentsOf(rand.New(rand.NewPCG(5, 31)), BGNBD, [most]float64{.8, 6, .9, 2.5}, [most]float64{}, sizes)
	p, err := Pool(BGNBD, data, Options{})
	if err != nil || !p.Certificate.Certified() {
		t.Fatalf("%v %+v", err, p)
	}
	t.Logf("%+v\nbook %v ± %v, pooled %v ± %v", p.Spread, p.Book.Params, p.Book.SE, p.Segments[0].Params, p.Segments[0].SE)
	for _, i := range []int{2, 3} { // a, b
		if p.Spread[i].SD == 0 {
			if got, book := p.Segments[0].SE[i]/p.Segments[0].Params[i], p.Book.SE[i]/p.Book.Params[i]; got < .93*book {
				t.Errorf("%s: log standard error %v, of all as one %v", p.Book.Names[i], got, book)
			}
		}
	}
}

// Of segments that are known equally well, variance σ² each, what the uncertainty of τ adds is that of Morris 1983, 2B²(y − ȳ)²/(S − 1) with B = σ²/(σ² + τ²) at the restricted maximum; with τ = 0 nothing.
func TestWidening(t *testing.T) {
	const variance = .04
	y := []float64{-.9, -.3, .1, .2, .5, 1.3}
	mean, square := 0.15, 0.0
	var all []parabola
	for _, v := range y {
		square += (v - mean) * (v - mean)
		all = append(all, parabola{[]float64{v / variance}, mat.NewSymDense(1, []float64{1 / variance})})
	}
	n := float64(len(y) - 1)
	b := variance / (square / n)
	_, tau, ok := restricted(all, [][]float64{{.3}})
	if !ok || math.Abs(tau[0]*tau[0]+variance-square/n) > 1e-8 {
		t.Fatal(tau, ok)
	}
	for s, add := range widening(all, tau) {
		if got, want := add.At(0, 0)*add.At(0, 0), 2*b*b*(y[s]-mean)*(y[s]-mean)/n; math.Abs(got/want-1) > 1e-4 {
			t.Errorf("segment %d: %v, want %v", s, got, want)
		}
	}
	if widening(all, []float64{0}) != nil {
		t.Error("a spread of 0 adds")
	}
}
