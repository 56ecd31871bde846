package regress

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
)

const (
	// farAway stands for a coefficient's limit of −∞: a chance of e⁻⁶⁰ is 0 to all purposes.
	farAway = -60.0

	// atLimit is how many rows of a category may be expected, as a share of all, where there are none at the limit.
	atLimit = 1e-10

	// nearEnd is how near the end of a profile has to be, relative to the fall of its deviance.
	nearEnd = 1e-6
)

// MultinomialAtLimits is Multinomial where a column of 0 and 1 (a level of a text, a flag) has rows of 1 that are never of some category c,
// but are of the base. Such a coefficient tends to −∞ whatever the others are (Albert & Anderson 1984, §3: quasi-complete separation); the
// likelihood there is that in which these rows cannot be of category c, and the others maximise it (Clarkson & Jennrich 1991, JRSS B
// 53:417–426). They are named in Limits and by a warning (WarnBoundary), their chances are 0 but for rounding; Upper says how large they may
// be. Every other separation is refused as by Multinomial. LikelihoodRatio counts coefficients at a limit as any others, Wald leaves them out.
func MultinomialAtLimits(d *Design, y []int, categories []string, o Options) (*MultinomialFit, error) {
	return multinomial(d, y, categories, o, true)
}

// atLimits is what profiles start from.
type atLimits struct {
	m     *multilogit
	gamma []float64
	log   float64 // log L at the limit
}

// toLimits holds the coefficients of empty cells far away, and moves start there. It returns their numbers in Coef.
func (m *multilogit) toLimits(d *Design, y, start []float64) (limits []int, moved []float64) {
	k := len(m.cols)
	for a, j := range m.cols {
		n := make([]int, m.slopes+1)
		flag := j != m.fr.ones
		for i := 0; i < len(y) && flag; i++ {
			v := d.Row(i)[j]
			if flag = v == 0 || v == 1; v == 1 {
				n[int(y[i])]++
			}
		}
		if !flag || n[0] == 0 { // without rows of the base all others tend to +∞
			continue
		}
		for c := range m.slopes {
			if n[c+1] == 0 {
				limits, m.held = append(limits, c*len(d.Names)+j), append(m.held, c*k+a)
				m.shift(start, c*k+a, farAway)
			}
		}
	}
	slices.Sort(limits)
	return limits, start
}

// shift adds by to the coefficient of the column behind a coordinate of γ, and leaves all others as they are.
func (m *multilogit) shift(gamma []float64, at int, by float64) {
	constant, mean, scale := m.along(at)
	gamma[at] += by * scale
	gamma[constant] += by * mean
}

// along is the direction in γ of one coefficient: scale along its coordinate and, for z is centred where there is a constant, the first of cols,
// mean along that of its category, x_j = scale_j z_j + mean_j. Without a constant mean is 0.
func (m *multilogit) along(at int) (constant int, mean, scale float64) {
	k := len(m.cols)
	j := m.cols[at%k]
	if m.fr.ones >= 0 {
		mean = m.fr.mean[j] / m.fr.onesValue * m.fr.scale[m.fr.ones]
	}
	return at / k * k, mean, m.fr.scale[j]
}

// hold keeps what is held out of a step.
func (m *multilogit) hold(p point) point {
	for _, i := range m.held {
		p.score[i] = 0
		for j := range p.score {
			p.info.SetSym(i, j, 0)
		}
		p.info.SetSym(i, i, m.total)
	}
	return p
}

// expected is how many rows of a column and category are expected at gamma, where there are none: less the score along its coefficient.
func (m *multilogit) expected(gamma []float64, at int) float64 {
	free := *m
	free.held = nil
	score := free.at(gamma).score
	constant, mean, scale := m.along(at)
	return -(scale*score[at] + mean*score[constant])
}

// sayLimits settles what is at a limit: known to be nothing, it has no errors.
func (f *MultinomialFit) sayLimits(m *multilogit, a *ascent) {
	if f.Limits == nil || !f.Certificate.Certified() {
		return
	}
	for _, at := range m.held {
		if !(m.expected(a.gamma, at) <= atLimit*m.total) {
			f.Certificate.Refuse(num.WarnNotConverged, "a coefficient that tends to −∞ is not far enough away: look for columns on extreme scales")
			return
		}
	}
	f.limits = &atLimits{m, a.gamma, a.loglik}
	k := len(f.Names)
	for _, at := range f.Limits {
		f.Coef[at] = farAway
		f.Certificate.Warn(num.WarnBoundary, fmt.Sprintf("no row of %q is of category %q: its coefficient tends to −∞", f.Names[at%k], f.Categories[at/k+1]))
	}
}

// Upper is the upper end of the interval of a coefficient at a limit, by number in Coef: of those below it the profile likelihood is within
// ½ z² of its limit's, z of the two-sided level. Rows are taken as independent. NaN where there is no end, for all rows of
// the column are in another of which that category has none, and of other coefficients.
func (f *MultinomialFit) Upper(at int, level float64) float64 {
	if !slices.Contains(f.Limits, at) {
		return math.NaN()
	}
	m, k := f.limits.m, len(f.Names)
	i := at/k*len(m.cols) + slices.Index(m.cols, at%k)
	z := num.ZLevel(level)
	gamma := slices.Clone(f.limits.gamma)
	m.shift(gamma, i, -farAway)
	free := m.expected(gamma, i)
	if !(free > atLimit*m.total) {
		return math.NaN()
	}
	b := math.Log(z * z / 2 / free) // for few such rows the deviance is twice those expected, e^b of those at 0
	m.shift(gamma, i, b)
	low, high := math.Inf(-1), math.Inf(1)
	for range maxIterations {
		a := m.maximise(gamma)
		if !a.converged {
			return math.NaN()
		}
		rise := math.Log(2 * (f.limits.log - a.loglik) / (z * z)) // of slope 1 and less
		if math.Abs(rise) < nearEnd {
			return b
		}
		if rise < 0 {
			low = b
		} else {
			high = b
		}
		next := b - rise
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		gamma = slices.Clone(a.gamma)
		m.shift(gamma, i, next-b)
		b = next
	}
	return math.NaN()
}
