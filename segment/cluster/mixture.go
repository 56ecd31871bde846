package cluster

import (
	"fmt"
	"math"

	"mainstay/internal/num"
)

// Mixture is a mixture of K Gaussian densities in D dimensions, fitted by EM.
type Mixture struct {
	K           int
	Weights     []float64 // K
	Means       []float64 // K·D
	Covariances []float64 // K·D·D, row by row
	Options     MixtureOptions
	LogLik      float64   // of the blurred points, see FitMixture
	Trace       []float64 // log-likelihood by iteration; it never falls
	Certificate num.Certificate

	d     int
	roots []float64 // K·D·D: lower Cholesky factors of the covariances
	base  []float64 // K: log weight − ½ log det − ½ Smooth·tr(Σ⁻¹), and the constant
}

// MixtureOptions decide what is fitted.
type MixtureOptions struct {
	Full   bool    // full covariances; else diagonal
	Smooth float64 // variance by which the points are blurred
	Creep  float64 // rise of the mean log-likelihood in a step that no longer matters
}

// Limits of EM.
const (
	mostSteps = 2000 // beyond, the fit is refused
	leastMass = 2    // points; a component that holds fewer has vanished
	vanishing = -37  // log of a probability beside 1 that a double cannot hold
)

// FitMixture fits K Gaussians by the EM algorithm (Dempster, Laird & Rubin 1977, JRSS B 39:1–38; McLachlan &
// Peel 2000, Finite Mixture Models, §3.2) from the clusters of k-means. The points are blurred by
// a Gaussian of variance Smooth per coordinate (≥ 0): a component's density at x is
//
//	g(x) = N(x; μ, Σ) · exp(−½ Smooth·tr(Σ⁻¹)),
//
// the geometric mean of N(·; μ, Σ) around x, which turns the M-step into Σ = W/n + Smooth·I and keeps the
// likelihood bounded where many points are equal (nonlinear smoothing: Levine, Hunter & Chauveau 2011,
// Biometrika 98:403–416). With Smooth = 0 it is the plain likelihood. The log-likelihood never falls. Not certified:
// after 2,000 steps one more still raised the mean log-likelihood by Creep, or a component vanished or
// became singular. At most 16 dimensions.
func FitMixture(p Points, start *KMeans, o MixtureOptions, threads int) *Mixture {
	m := &Mixture{K: start.K, Options: o, d: p.D}
	m.Weights, m.Means = make([]float64, m.K), append([]float64(nil), start.Centres...)
	m.Covariances, m.roots, m.base = make([]float64, m.K*m.d*m.d), make([]float64, m.K*m.d*m.d), make([]float64, m.K)
	c := &m.Certificate
	c.Model, c.Criteria, c.Observations = "Gaussian mixture", []string{fmt.Sprintf("the mean log-likelihood rises by less than %g", o.Creep)}, int64(p.N())
	sums := m.sum(p, threads, func(i int, r []float64) float64 {
		clear(r)
		r[start.Of[i]] = 1
		return 0
	})
	last := math.Inf(-1)
	for c.Iterations = 0; c.Iterations < mostSteps; c.Iterations++ {
		if !m.maximise(sums, p.N()) {
			return m
		}
		sums = m.sum(p, threads, func(i int, r []float64) float64 { return m.posterior(p.Row(i), r) })
		m.LogLik = sums[len(sums)-1]
		m.Trace = append(m.Trace, m.LogLik)
		if (m.LogLik-last)/float64(p.N()) < o.Creep {
			c.Converged = true
			break
		}
		last = m.LogLik
	}
	c.LogLik, c.InfoPosDef = m.LogLik, true
	if !c.Converged {
		c.Refuse(num.WarnNotConverged, "EM still creeps after 2,000 steps; ask for fewer clusters")
	}
	return m
}

// stride is the number of sums per component: mass, first and second moments about the current mean.
func (m *Mixture) stride() int { return 1 + m.d + m.d*m.d }

// sum adds up the components' moments with the weights that share gives every point (K of them, for which
// it returns the log-likelihood), which comes last.
func (m *Mixture) sum(p Points, threads int, share func(i int, r []float64) float64) []float64 {
	width := m.K*m.stride() + 1
	return num.BlockSums(p.N(), pointBlock, threads, width, func(lo, hi int, sum []float64) {
		r, delta := make([]float64, m.K), make([]float64, m.d)
		for i := lo; i < hi; i++ {
			sum[width-1] += share(i, r)
			for k, mass := range r {
				if mass > 0 {
					m.moments(p.Row(i), m.Means[k*m.d:(k+1)*m.d], mass, delta, sum[k*m.stride():(k+1)*m.stride()])
				}
			}
		}
	})
}

func (m *Mixture) moments(x, mean []float64, mass float64, delta, into []float64) {
	into[0] += mass
	for j, v := range x {
		delta[j] = v - mean[j]
		into[1+j] += mass * delta[j]
	}
	second := into[1+m.d:]
	for a, v := range delta {
		if !m.Options.Full {
			second[a*m.d+a] += mass * v * v
			continue
		}
		w := mass * v
		for b := 0; b <= a; b++ {
			second[a*m.d+b] += w * delta[b]
		}
	}
}

// maximise is the M-step; false when a component vanished or became singular, which the certificate then says.
func (m *Mixture) maximise(sums []float64, n int) bool {
	d := m.d
	for k := range m.K {
		s := sums[k*m.stride():]
		mass := s[0]
		if mass < leastMass {
			m.Certificate.Refuse(num.WarnEmptyState, "a component vanished; ask for fewer clusters")
			return false
		}
		m.Weights[k] = mass / float64(n)
		mean, cov := m.Means[k*d:(k+1)*d], m.Covariances[k*d*d:(k+1)*d*d]
		for a := range d {
			for b := 0; b <= a; b++ {
				v := s[1+d+a*d+b]/mass - s[1+a]/mass*(s[1+b]/mass)
				if a == b {
					v += m.Options.Smooth
				} else if !m.Options.Full {
					v = 0
				}
				cov[a*d+b], cov[b*d+a] = v, v
			}
		}
		for a := range d {
			mean[a] += s[1+a] / mass
		}
		if !m.factorise(k) {
			m.Certificate.Refuse(num.WarnBoundary, "a component became singular; leave out a feature, or ask for fewer clusters")
			return false
		}
	}
	return true
}

// factorise computes the Cholesky factor of a component's covariance and what its log density has in common
// for all points; false when it is not positive definite.
func (m *Mixture) factorise(k int) bool {
	d := m.d
	cov, root := m.Covariances[k*d*d:(k+1)*d*d], m.roots[k*d*d:(k+1)*d*d]
	logDet := 0.0
	for a := range d {
		for b := 0; b <= a; b++ {
			v := cov[a*d+b]
			for j := range b {
				v -= root[a*d+j] * root[b*d+j]
			}
			switch {
			case a != b:
				root[a*d+b] = v / root[b*d+b]
			case !(v > 0):
				return false
			default:
				root[a*d+a] = math.Sqrt(v)
				logDet += math.Log(v)
			}
		}
	}
	m.base[k] = math.Log(m.Weights[k]) - 0.5*(float64(d)*math.Log(2*math.Pi)+logDet+m.Options.Smooth*m.inverseTrace(root))
	return true
}

// inverseTrace is tr(Σ⁻¹) = ‖L⁻¹‖² from the factor L.
func (m *Mixture) inverseTrace(root []float64) float64 {
	d, sum := m.d, 0.0
	column := make([]float64, d)
	for c := range d {
		clear(column)
		for a := c; a < d; a++ {
			v := 0.0
			if a == c {
				v = 1
			}
			for j := c; j < a; j++ {
				v -= root[a*d+j] * column[j]
			}
			column[a] = v / root[a*d+a]
			sum += column[a] * column[a]
		}
	}
	return sum
}

// MostDimensions is the most coordinates that a mixture takes: it bounds the stack room of posterior.
const MostDimensions = 16

// posterior fills r with the probabilities that x belongs to each component, and returns its log density.
func (m *Mixture) posterior(x, r []float64) float64 {
	d := m.d
	most := math.Inf(-1)
	var y [MostDimensions]float64
	for k := range r {
		root, mean := m.roots[k*d*d:(k+1)*d*d], m.Means[k*d:(k+1)*d]
		square := 0.0
		for a := range d {
			v := x[a] - mean[a]
			if m.Options.Full {
				for j := range a {
					v -= root[a*d+j] * y[j]
				}
			}
			y[a] = v / root[a*d+a]
			square += y[a] * y[a]
		}
		r[k] = m.base[k] - 0.5*square
		most = max(most, r[k])
	}
	sum := 0.0
	for k, v := range r {
		if r[k] = 0; v-most > vanishing {
			r[k] = math.Exp(v - most)
			sum += r[k]
		}
	}
	for k := range r {
		r[k] /= sum
	}
	return most + math.Log(sum)
}

// Assign gives every point to its most probable component, the first of equals.
func (m *Mixture) Assign(p Points, threads int) []int32 {
	of := make([]int32, p.N())
	num.Blocks(len(of), pointBlock, threads, func(_, lo, hi int) {
		r := make([]float64, m.K)
		for i := lo; i < hi; i++ {
			m.posterior(p.Row(i), r)
			for k := range r {
				if r[k] > r[of[i]] {
					of[i] = int32(k)
				}
			}
		}
	})
	return of
}

// Parameters is the number of free ones.
func (m *Mixture) Parameters() int {
	each := 2 * m.d
	if m.Options.Full {
		each = m.d + m.d*(m.d+1)/2
	}
	return m.K*each + m.K - 1
}

// BIC is −2 log L + parameters · log n; less is better (Schwarz 1978, Ann. Statist. 6:461–464).
func (m *Mixture) BIC() float64 {
	return -2*m.LogLik + float64(m.Parameters())*math.Log(float64(m.Certificate.Observations))
}
