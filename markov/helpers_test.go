package markov

import (
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// reporter is what testing.T and rapid.T share.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// near fails unless got and want agree to tol in every entry.
func near(t reporter, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol) {
			t.Errorf("%s[%d] = %.12g, want %.12g ± %g", what, i, got[i], want[i], tol)
		}
	}
}

func raw(m *mat.Dense) []float64 { return mat.DenseCopyOf(m).RawMatrix().Data }

func names(k int) []string {
	out := make([]string, k)
	for i := range out {
		out[i] = string(rune('a' + i))
	}
	return out
}

// drawStochastic is any k×k stochastic matrix whose entries are multiples of 1/1000 of a row total.
func drawStochastic(t *rapid.T, k int) *mat.Dense {
	p := mat.NewDense(k, k, nil)
	for i := range k {
		weights := rapid.SliceOfN(rapid.IntRange(0, 1000), k, k).Draw(t, "row")
		weights[rapid.IntRange(0, k-1).Draw(t, "sure")]++
		sum := 0
		for _, w := range weights {
			sum += w
		}
		for j, w := range weights {
			p.Set(i, j, float64(w)/float64(sum))
		}
	}
	return p
}

// drawCounts has at least one move out of every state.
func drawCounts(t *rapid.T, k int) *Counts {
	c := NewCounts(names(k))
	for i := range k {
		for j := range k {
			c.N[i*k+j] = rapid.Int64Range(0, 500).Draw(t, "n")
		}
		c.N[i*k+rapid.IntRange(0, k-1).Draw(t, "sure")]++
	}
	return c
}

// multinomial draws n moves from every state of p.
func multinomial(r *rand.Rand, p mat.Matrix, n int) *Counts {
	k, _ := p.Dims()
	c := NewCounts(names(k))
	for i := range k {
		for range n {
			c.Add(i, step(r, p, i))
		}
	}
	return c
}

func step(r *rand.Rand, p mat.Matrix, i int) int {
	k, _ := p.Dims()
	u := r.Float64()
	for j := range k {
		if u -= p.At(i, j); u < 0 {
			return j
		}
	}
	return k - 1
}

// solveExact solves a·x = b in rational arithmetic by Gauss-Jordan elimination.
func solveExact(a [][]*big.Rat, b []*big.Rat) []*big.Rat {
	k := len(b)
	for c := range k {
		pivot := c
		for a[pivot][c].Sign() == 0 {
			pivot++
		}
		a[c], a[pivot], b[c], b[pivot] = a[pivot], a[c], b[pivot], b[c]
		for r := range k {
			if r == c {
				continue
			}
			f := new(big.Rat).Quo(a[r][c], a[c][c])
			for j := range k {
				a[r][j] = new(big.Rat).Sub(a[r][j], new(big.Rat).Mul(f, a[c][j]))
			}
			b[r] = new(big.Rat).Sub(b[r], new(big.Rat).Mul(f, b[c]))
		}
	}
	for i := range k {
		b[i].Quo(b[i], a[i][i])
	}
	return b
}

// samples is how many simulated samples a test of coverage draws: few, or MAINSTAY_BOOKS of them: docs/statistics.md tells of 1,500.
func samples(t *testing.T, few int) int {
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_BOOKS")); err == nil {
		return n
	}
	if testing.Short() {
		t.Skip("SKIPPED: simulation")
	}
	return few
}
