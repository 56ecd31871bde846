package regress

import (
	bytes "encoding/binary"
	"math"

	"mainstay/internal/num"
)

// penal is a multinomial likelihood of J categories, the logistic's for J = 2, with Firth's penalty or without, over patterns: the
// different rows z of k columns in a frame, with what there is of each category. slopes = J − 1 vectors of coefficients lie behind each
// other in γ, the base has none.
type penal struct {
	n, k, slopes int
	z            []float64 // n×k
	count        []float64 // n×J: Σ w of the rows of each category
	weight       []float64 // n: their sums
	offset       []float64 // nil = 0
	penalised    bool
	total        float64 // Σ w
	scale        []float64
	constant     int // the constant column, −1 without one
	threads      int
}

// newPenal lays the columns of m out in its frame, y being 0 to J − 1.
func newPenal(m *glm, d *Design, y []float64, categories int, o Options) *penal {
	k, names, fr := len(m.cols), len(d.Names), m.fr
	p := &penal{k: k, slopes: categories - 1, penalised: true, total: m.total, constant: -1, threads: o.Threads}
	for a, j := range m.cols {
		p.scale = append(p.scale, fr.scale[j])
		if j == fr.ones {
			p.constant = a
		}
	}
	z, rows := make([]float64, k), newPatterns(k+1)
	for i, c := range y {
		for a, j := range m.cols {
			z[a] = (d.X[i*names+j] - fr.mean[j]) / fr.scale[j]
		}
		w, off := 1.0, 0.0
		if o.Weights != nil {
			w = o.Weights[i]
		}
		if o.Offset != nil {
			off = o.Offset[i]
		}
		at := rows.find(z, off)
		if at == p.n {
			p.add(z, off, o.Offset != nil, make([]float64, categories)...)
		}
		p.count[at*categories+int(c)] += w
		p.weight[at] += w
	}
	return p
}

// add adds a pattern.
func (p *penal) add(z []float64, offset float64, offsets bool, count ...float64) {
	p.n++
	p.z, p.count, p.weight = append(p.z, z...), append(p.count, count...), append(p.weight, num.Sum(count))
	if offsets {
		p.offset = append(p.offset, offset)
	}
}

// patterns numbers different rows of numbers in the order in which they come.
type patterns struct {
	of   map[string]int
	n    int // numbers given
	rows int
	key  []byte
}

// Of so many rows first, fewer than a tenth are the like of another: then nobody looks for more.
const patternProbe = 1024

func newPatterns(width int) *patterns {
	return &patterns{of: map[string]int{}, key: make([]byte, 0, 8*width)}
}

// find is the number of a row.
func (s *patterns) find(z []float64, offset float64) int {
	if s.rows++; s.rows == patternProbe+1 && s.n > patternProbe-patternProbe/10 {
		s.of = nil
	}
	if s.of == nil {
		s.n++
		return s.n - 1
	}
	s.key = s.key[:0]
	for _, v := range z {
		s.key = bytes.LittleEndian.AppendUint64(s.key, math.Float64bits(v+0)) // −0 is 0
	}
	s.key = bytes.LittleEndian.AppendUint64(s.key, math.Float64bits(offset+0))
	if at, ok := s.of[string(s.key)]; ok {
		return at
	}
	s.of[string(s.key)] = s.n
	s.n++
	return s.n - 1
}

// shift is what log L* in the units of the columns is above that in the frame: ½ log det of the change of units.
func (p *penal) shift() float64 {
	if !p.penalised {
		return 0
	}
	s := 0.0
	for _, v := range p.scale {
		s += math.Log(math.Abs(v))
	}
	return float64(p.slopes) * s
}

// size is how many coefficients there are.
func (p *penal) size() int { return p.k * p.slopes }

func (p *penal) all() []int {
	free := make([]int, p.size())
	for a := range free {
		free[a] = a
	}
	return free
}

// patternChances are probabilities of the categories of a pattern, and what each leaves to the others, 1 − π, with all digits where that is next to nothing.
type patternChances struct{ pi, rest []float64 }

func (p *penal) chances() patternChances {
	return patternChances{make([]float64, p.slopes+1), make([]float64, p.slopes+1)}
}

// loglik finds those of pattern i, and its log-likelihood.
func (c patternChances) loglik(p *penal, i int, gamma []float64) float64 {
	linear, others := c.set(p, i, gamma)
	return linear - p.weight[i]*math.Log1p(others)
}

// set finds those of pattern i. Its log-likelihood is linear − N log(1 + others).
func (c patternChances) set(p *penal, i int, gamma []float64) (linear, others float64) {
	z := p.z[i*p.k : (i+1)*p.k]
	off := 0.0
	if p.offset != nil {
		off = p.offset[i]
	}
	c.pi[0] = 0
	likeliest := 0
	for s := range p.slopes {
		e := off
		for a, v := range gamma[s*p.k : (s+1)*p.k] {
			e += z[a] * v
		}
		if c.pi[s+1] = e; e > c.pi[likeliest] {
			likeliest = s + 1
		}
	}
	top := c.pi[likeliest]
	count := p.count[i*len(c.pi) : (i+1)*len(c.pi)]
	for s, e := range c.pi {
		linear += count[s] * (e - top)
		if c.pi[s] = 1; s != likeliest {
			c.pi[s] = math.Exp(e - top)
			others += c.pi[s]
		}
	}
	for s := range c.pi {
		c.pi[s] /= 1 + others
		c.rest[s] = 1 - c.pi[s]
	}
	c.rest[likeliest] = others / (1 + others)
	return linear, others
}

// residual is n_c − Nπ_c of category c of pattern i, of which a difference of like numbers leaves all digits.
func (c patternChances) residual(p *penal, i, s int) float64 {
	n := p.count[i*len(c.pi)+s]
	return n*c.rest[s] - (p.weight[i]-n)*c.pi[s]
}

// variance is π_a(1{a = b} − π_b).
func (c patternChances) variance(a, b int) float64 {
	if a == b {
		return c.pi[a] * c.rest[a]
	}
	return -c.pi[a] * c.pi[b]
}

// plain is log L at gamma.
func (p *penal) plain(gamma []float64) float64 {
	return num.BlockSums(p.n, rowBlock, p.threads, 1, func(lo, hi int, sum []float64) {
		c := p.chances()
		for i := lo; i < hi; i++ {
			sum[0] += c.loglik(p, i, gamma)
		}
	})[0]
}
