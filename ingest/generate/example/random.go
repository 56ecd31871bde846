package example

import (
	"math"
	"math/rand/v2"
)

// random is a stream of draws. Floats are made from the raw bits here, so that the files do not
// depend on how a library version turns bits into distributions.
type random struct{ src *rand.PCG }

func newRandom(stream uint64) *random { return &random{rand.NewPCG(seed, stream)} }

// uniform is in (0, 1).
func (r *random) uniform() float64 { return (float64(r.src.Uint64()>>11) + 0.5) / (1 << 53) }

func (r *random) intn(n int) int { return int(r.uniform() * float64(n)) }

func (r *random) between(lo, hi float64) float64 { return lo + r.uniform()*(hi-lo) }

func (r *random) chance(p float64) bool { return r.uniform() < p }

// normal is a standard normal (Box & Muller 1958).
func (r *random) normal() float64 {
	return math.Sqrt(-2*math.Log(r.uniform())) * math.Cos(2*math.Pi*r.uniform())
}

// lognormal has mean 1.
func (r *random) lognormal(sigma float64) float64 { return math.Exp(sigma*r.normal() - sigma*sigma/2) }

// exponential has mean 1.
func (r *random) exponential() float64 { return -math.Log(r.uniform()) }

// gamma has the given shape (at least 1) and mean 1 (Marsaglia & Tsang 2000).
func (r *random) gamma(shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.normal()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(r.uniform()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v / shape
		}
	}
}

// pick draws an index with the given weights.
func (r *random) pick(weights []float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	u := r.uniform() * total
	for i, w := range weights {
		if u -= w; u < 0 {
			return i
		}
	}
	return len(weights) - 1
}
