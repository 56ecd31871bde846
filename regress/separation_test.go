package regress

import (
	"math"
	"math/rand/v2"
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
