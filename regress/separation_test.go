package regress

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mainstay/internal/num"
)

// separable decides in exact integer arithmetic whether there is a v with sᵢxᵢ'v ≥ 0 for all rows
// and > 0 for some. The cone of such v is pointed when x has full rank, hence spanned by its
// extreme rays, and an extreme ray is orthogonal to k−1 rows: all of those are tried.
func separable(x [][]int64, y []float64) (found, complete bool) {
	k := len(x[0])
	sum := make([]int64, k) // an interior direction: the sum of all rays
	choose(len(x), k-1, func(rows []int) {
		ray := cross(x, rows, k)
		for _, sign := range []int64{1, -1} {
			least, most := int64(math.MaxInt64), int64(math.MinInt64)
			for i := range x {
				m := sign * (2*int64(y[i]) - 1) * dot(x[i], ray)
				least, most = min(least, m), max(most, m)
			}
			if least >= 0 && most > 0 {
				found = true
				for j := range sum {
					sum[j] += sign * ray[j]
				}
			}
		}
	})
	complete = found
	for i := range x {
		if (2*int64(y[i])-1)*dot(x[i], sum) <= 0 {
			complete = false
		}
	}
	return found, complete
}

func dot(a, b []int64) (s int64) {
	for j := range a {
		s += a[j] * b[j]
	}
	return s
}

func choose(n, k int, f func([]int)) {
	rows := make([]int, k)
	var next func(at, from int)
	next = func(at, from int) {
		if at == k {
			f(rows)
			return
		}
		for i := from; i < n; i++ {
			rows[at] = i
			next(at+1, i+1)
		}
	}
	next(0, 0)
}

// cross is the generalised cross product of k−1 rows: cofactors of the missing row.
func cross(x [][]int64, rows []int, k int) []int64 {
	out := make([]int64, k)
	for j := range k {
		minor := make([][]int64, k-1)
		for r, i := range rows {
			minor[r] = append(append([]int64(nil), x[i][:j]...), x[i][j+1:]...)
		}
		out[j] = determinant(minor)
		if j%2 == 1 {
			out[j] = -out[j]
		}
	}
	return out
}

func determinant(m [][]int64) int64 {
	if len(m) == 0 {
		return 1
	}
	d, sign := int64(0), int64(1)
	for j := range m {
		minor := make([][]int64, len(m)-1)
		for r := 1; r < len(m); r++ {
			minor[r-1] = append(append([]int64(nil), m[r][:j]...), m[r][j+1:]...)
		}
		d += sign * m[0][j] * determinant(minor)
		sign = -sign
	}
	return d
}

func TestSeparationAgainstExactOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	var separated, complete, overlapping int
	for range 2000 {
		n, k, span := 6+rng.IntN(10), 2+rng.IntN(3), int64(1+rng.IntN(6))
		x, y := make([][]int64, n), make([]float64, n)
		d := &Design{Names: []string{"(intercept)", "a", "b", "c"}[:k]}
		truth := make([]float64, k)
		for j := range truth {
			truth[j] = rng.NormFloat64()
		}
		noise := rng.Float64() * 5
		for i := range x {
			x[i] = []int64{1}
			eta := truth[0]
			for j := 1; j < k; j++ {
				x[i] = append(x[i], rng.Int64N(2*span+1)-span)
				eta += truth[j] * float64(x[i][j])
			}
			if eta+noise*rng.NormFloat64() > 0 {
				y[i] = 1
			}
			for _, v := range x[i] {
				d.X = append(d.X, float64(v))
			}
		}
		f, err := Logistic(d, y, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Dropped) > 0 || f.DF <= 0 || has(f, num.WarnTooFew) {
			continue // the oracle needs full rank and both classes
		}
		want, all := separable(x, y)
		if got := has(f, num.WarnSeparation); got != want {
			t.Fatalf("separation %v, want %v\nx %v\ny %v\n%+v", got, want, x, y, f.Certificate)
		}
		if want != (len(f.Separating) > 0) || want == f.Certificate.Certified() {
			t.Fatalf("separated %v, named %v, certificate %+v", want, f.Separating, f.Certificate)
		}
		if want && all != strings.HasPrefix(f.Certificate.Warnings[0].Message, "complete") {
			t.Fatalf("complete %v, message %q\nx %v\ny %v", all, f.Certificate.Warnings[0].Message, x, y)
		}
		switch {
		case all:
			complete++
		case want:
			separated++
		default:
			overlapping++
		}
	}
	t.Logf("%d complete, %d quasi-complete, %d overlapping", complete, separated, overlapping)
}

func has(f *Fit, code string) bool {
	for _, w := range f.Certificate.Warnings {
		if w.Code == code {
			return true
		}
	}
	return false
}

func TestSeparationIsNamed(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	n := 5000
	noise, other, rare, gone, half, rest := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	y := make([]float64, n)
	for i := range y {
		noise[i], other[i] = 1e6+1e4*rng.NormFloat64(), rng.ExpFloat64()
		half[i], rest[i] = rng.NormFloat64(), rng.NormFloat64()
		if rng.Float64() < num.Expit(other[i]-1) {
			y[i] = 1
		}
		if i%997 == 0 { // six rows of a level that always buys
			rare[i], y[i] = 1, 1
		}
		gone[i] = y[i]*400 + 100*rng.Float64() // a column that knows the outcome
	}
	sum := make([]float64, n) // half + rest decides, neither alone
	for i := range sum {
		sum[i] = 0
		if half[i]+2*rest[i] > 0 {
			sum[i] = 1
		}
	}
	for _, c := range []struct {
		what    string
		d       *Design
		y       []float64
		names   []string
		message string
	}{
		{"a rare level", design(noise, other, rare), y, []string{"c"}, `quasi-complete separation: column "c" predicts the outcome without error for 6 rows`},
		{"a leaked outcome", design(noise, gone, other), y, []string{"b"}, `complete separation: column "b" predicts the outcome without error for every row`},
		{"two at once", design(rare, gone, noise), y, []string{"a", "b"}, `complete separation: columns "a", "b" predict`},
		{"a pair", design(noise, half, other, rest), sum, []string{"b", "d"}, `complete separation: columns "b", "d" predict`},
		{"without intercept", &Design{Names: []string{"x"}, X: []float64{1, 2, -1, -3}}, []float64{1, 1, 0, 0}, []string{"x"}, "complete"},
		{"touching", design([]float64{1, 2, 3, 3, 4, 5}), []float64{0, 0, 0, 1, 1, 1}, []string{"a"}, "quasi-complete"},
	} {
		f := mustLogistic(t, c.d, c.y, Options{Threads: 2})
		if !slices.Equal(f.Separating, c.names) || !has(f, num.WarnSeparation) || f.Certificate.Certified() {
			t.Errorf("%s: separating %v, %+v", c.what, f.Separating, f.Certificate)
			continue
		}
		if w := f.Certificate.Warnings[0]; !strings.Contains(w.Message, c.message) {
			t.Errorf("%s: message %q, want %q", c.what, w.Message, c.message)
		}
	}
	if f := mustLogistic(t, &Design{Names: []string{"x"}, X: []float64{1, 2, 3, 4}}, []float64{0, 0, 1, 1}, Options{}); !f.Certificate.Certified() {
		t.Errorf("without an intercept the bound is 0, which does not separate these: %+v", f.Certificate)
	}
}

// Classes that overlap by one pair only: the estimate is large and finite.
func TestNearSeparationConverges(t *testing.T) {
	for _, overlap := range []float64{1, 0.1, 1e-3, 1e-5} {
		var x, y []float64
		for i := range 50 {
			x = append(x, float64(i+1), -float64(i+1))
			y = append(y, 1, 0)
		}
		x, y = append(x, -overlap, overlap), append(y, 1, 0)
		f := mustLogistic(t, design(x), y, Options{})
		if !f.Certificate.Certified() {
			t.Errorf("overlap %g: %+v", overlap, f.Certificate)
		}
		// Symmetric: no intercept, and the slope solves the score Σ x(y − p) = 0.
		score := 0.0
		for i := range x {
			score += x[i] * (y[i] - num.Expit(f.Coef[0]+f.Coef[1]*x[i]))
		}
		if math.Abs(f.Coef[0]) > 1e-9 || math.Abs(score) > 1e-9 {
			t.Errorf("overlap %g: coefficients %v, score %g", overlap, f.Coef, score)
		}
		t.Logf("overlap %g: slope %.3f in %d iterations", overlap, f.Coef[1], f.Certificate.Iterations)
	}
}

// Many indicator columns, one level of which is pure: the common case in practice.
func TestSeparationAmongManyLevels(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	const n, levels = 4000, 12
	d := &Design{Names: []string{"(intercept)", "recency"}}
	for l := 1; l < levels; l++ {
		d.Names = append(d.Names, "level "+string(rune('a'+l)))
	}
	y := make([]float64, n)
	for i := range y {
		row := make([]float64, len(d.Names))
		row[0], row[1] = 1, 365*rng.Float64()
		level := i % levels
		if level > 0 {
			row[1+level] = 1
		}
		if level != 7 && rng.Float64() < num.Expit(row[1]/100-2+0.1*float64(level)) {
			y[i] = 1
		}
		d.X = append(d.X, row...)
	}
	f := mustLogistic(t, d, y, Options{Threads: 2})
	if !slices.Equal(f.Separating, []string{"level h"}) {
		t.Errorf("separating %v, %+v", f.Separating, f.Certificate)
	}
}
