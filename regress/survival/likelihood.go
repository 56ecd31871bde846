package survival

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// point is the log partial likelihood at gamma, its gradient and its negative Hessian.
type point struct {
	gamma  []float64
	loglik float64
	score  []float64
	info   *mat.SymDense
}

// sweep is one evaluation: what the sets at risk sum to.
type sweep struct {
	w       *walk
	gamma   []float64
	phi     []float64 // weight of a moment's terms; nil = 1
	risk    []float64 // by place: w·exp(η)
	before  []float64 // by chunk of the walk: S₀ and S₁ before it, as pairs of sum and error where rows start late
	hazard  []float64 // by moment: its increment of the cumulative hazard
	own     []float64 // by moment: of that, what those who die at it are not exposed to (Efron); nil without ties
	squares []float64 // by moment: its increment of the variance of the cumulative hazard, Σ w̄/den²
	detail  *detail   // nil unless wanted
}

// evaluate computes the log partial likelihood at gamma. With r = w·exp(z'γ) and, over those at risk at a moment with d events of total weight W,
// S₀ = Σ r, S₁ = Σ r z, S₂ = Σ r zz',
//
//	ℓ = Σ_events w z'γ − Σ_moments W log S₀,   U = Σ_events w z − Σ W S₁/S₀,   I = Σ W (S₂/S₀ − S₁S₁'/S₀²)
//
// (Cox 1972; Breslow 1974). With d > 1 Efron's method takes, for l = 0 … d−1, S₀ − (l/d) D₀ and so on in the place of S₀, where D are the sums over those
// who die, and W/d for W (Efron 1977, JASA 72:557–565).
//
// S₂ is never formed: summed over moments it is Σ_rows r H zz' with H the hazard that the row was exposed to, one product matrix
// over rows; and Σ W S₁S₁'/S₀² is one over moments. Four passes: r by row; S₀ and S₁ by chunk of the walk, and so before each; the terms of
// each moment; the product over rows.
func (w *walk) evaluate(gamma []float64) point {
	s := &sweep{w: w, gamma: gamma}
	return s.run()
}

// weighted is the information alone, the terms of every moment multiplied by phi.
func (w *walk) weighted(gamma, phi []float64) *mat.SymDense {
	s := &sweep{w: w, gamma: gamma, phi: phi}
	return s.run().info
}

func (s *sweep) run() point {
	w, k := s.w, s.w.k
	events := s.risks()
	s.prefix()
	sums := s.momentsPass()
	total := s.cumulate()
	first := num.BlockSums(w.n, block, w.threads, triangle(k), func(lo, hi int, sum []float64) {
		g := newGram(k, sum)
		for p := lo; p < hi; p++ {
			if h := total.exposure(s, p); h != 0 {
				g.add(w.row(p), s.risk[p]*h)
			}
		}
		g.flush()
	})
	score := sums[1 : 1+k]
	floats.Add(score, events[1:])
	floats.Sub(first, sums[1+k:])
	return point{gamma: s.gamma, loglik: events[0] + sums[0], score: score, info: unpack(first, k)}
}

// risks sets risk, and returns Σ w η and Σ w z over events.
func (s *sweep) risks() []float64 {
	w, k := s.w, s.w.k
	s.risk = make([]float64, w.n)
	return num.BlockSums(w.n, block, w.threads, 1+k, func(lo, hi int, sum []float64) {
		for p := lo; p < hi; p++ {
			z, eta := w.row(p), 0.0
			for a, g := range s.gamma {
				eta += g * z[a]
			}
			if w.offset != nil {
				eta += w.offset[p]
			}
			wt := w.weightAt(p)
			s.risk[p] = wt * math.Exp(eta)
			if w.event[p] {
				sum[0] += wt * eta
				floats.AddScaled(sum[1:], wt, z)
			}
		}
	})
}

// running is S₀ and S₁ of a set at risk. Where rows leave it as well (late starts), sums of twice the working precision keep what is left of
// large terms that were added and taken away.
type running struct {
	sum, low []float64 // S₀, then S₁; low nil = plain
}

func (s *sweep) newRunning() *running {
	r := &running{sum: make([]float64, 1+s.w.k)}
	if s.w.marks != nil {
		r.low = make([]float64, 1+s.w.k)
	}
	return r
}

func (r *running) clear() { clear(r.sum); clear(r.low) }

// pass goes over mark m.
func (s *sweep) pass(r *running, m int) {
	if r.low == nil {
		risk := s.risk[m]
		r.sum[0] += risk
		s1 := r.sum[1:]
		for a, z := range s.w.row(m) {
			s1[a] += risk * z
		}
		return
	}
	p, sign := s.w.marks[m], 1.0
	if p < 0 {
		p, sign = ^p, -1
	}
	risk := sign * s.risk[p]
	r.add(0, risk)
	for a, z := range s.w.row(int(p)) {
		v := float64(risk * z)
		r.add(1+a, v)
	}
}

func (r *running) add(a int, v float64) {
	sum, e := num.TwoSum(r.sum[a], v)
	r.sum[a] = sum
	r.low[a] += e
}

// value sets out to S₀ and S₁.
func (r *running) value(out []float64) {
	copy(out, r.sum)
	for a, e := range r.low {
		out[a] += e
	}
}

// prefix sets before: the sums of every chunk since its last stratum began, and from them those before each chunk.
func (s *sweep) prefix() {
	w, width := s.w, 1+s.w.k
	if w.marks != nil {
		width *= 2
	}
	length := w.length()
	chunks := (length-1)/block + 1
	s.before = make([]float64, (chunks+1)*width)
	fresh := make([]bool, chunks) // a stratum begins inside
	num.Blocks(length, block, w.threads, func(b, lo, hi int) {
		r := s.newRunning()
		next := w.stratumAfter(lo)
		for m := lo; m < hi; m++ {
			if next < len(w.strata) && int(w.strata[next]) == m {
				r.clear()
				fresh[b] = true
				next++
			}
			s.pass(r, m)
		}
		out := s.before[(b+1)*width : (b+2)*width]
		copy(out, r.sum)
		copy(out[1+w.k:], r.low)
	})
	for b := range chunks {
		if fresh[b] {
			continue
		}
		from, to := s.before[b*width:(b+1)*width], s.before[(b+1)*width:(b+2)*width]
		if w.marks == nil {
			floats.Add(to, from)
			continue
		}
		r := running{to[:1+w.k], to[1+w.k:]}
		for a := range r.sum {
			r.add(a, from[a])
			r.low[a] += from[1+w.k+a]
		}
	}
}

// stratumAfter is the first stratum that begins at mark m or later.
func (w *walk) stratumAfter(m int) int {
	lo, hi := 0, len(w.strata)
	for lo < hi {
		if mid := (lo + hi) / 2; int(w.strata[mid]) < m {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// momentAfter is the first moment complete at mark m + 1 or later.
func (w *walk) momentAfter(m int) int {
	lo, hi := 0, len(w.moments)
	for lo < hi {
		if mid := (lo + hi) / 2; int(w.moments[mid].end) <= m {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// momentsPass sums over the moments: the log-likelihood and score but for the events' own terms, and the second product matrix.
func (s *sweep) momentsPass() []float64 {
	w, k := s.w, s.w.k
	s.hazard, s.squares = make([]float64, len(w.moments)), make([]float64, len(w.moments))
	if w.tied() {
		s.own = make([]float64, len(w.moments))
	}
	width := 1 + k
	if w.marks != nil {
		width *= 2
	}
	return num.BlockSums(w.length(), block, w.threads, 1+k+triangle(k), func(lo, hi int, sum []float64) {
		r := s.newRunning()
		before := s.before[lo/block*width:]
		copy(r.sum, before[:1+k])
		if r.low != nil {
			copy(r.low, before[1+k:width])
		}
		g, at := newGram(k, sum[1+k:]), newMomentSums(k)
		stratum, next := w.stratumAfter(lo), w.momentAfter(lo)
		for m := lo; m < hi; m++ {
			if stratum < len(w.strata) && int(w.strata[stratum]) == m {
				r.clear()
				stratum++
			}
			s.pass(r, m)
			if next < len(w.moments) && int(w.moments[next].end) == m+1 {
				r.value(at.s)
				s.moment(next, at, sum, g)
				next++
			}
		}
		g.flush()
	})
}

// tied reports whether Efron's method differs from Breslow's here.
func (w *walk) tied() bool { return w.ties == Efron && len(w.deaths) > len(w.moments) }

// exposures is the cumulative hazard by moment, from the first of the stratum in time up to it.
type exposures []float64

// cumulate sums the increments of the hazard.
func (s *sweep) cumulate() exposures {
	w := s.w
	h := make(exposures, len(w.moments))
	sum := 0.0
	for e := len(h) - 1; e >= 0; e-- {
		if e == len(h)-1 || w.moments[e].stratum != w.moments[e+1].stratum {
			sum = 0
		}
		sum += s.hazard[e]
		h[e] = sum
	}
	return h
}

// exposure is the hazard that a place was exposed to, at z = 0.
func (h exposures) exposure(s *sweep, p int) float64 {
	e := s.w.at[p]
	if e < 0 {
		return 0
	}
	total := h[e]
	if s.w.entry != nil {
		if b := s.w.entry[p]; b >= 0 {
			total -= h[b]
		}
	}
	if s.own != nil && s.w.event[p] {
		total -= s.own[e]
	}
	return total
}
