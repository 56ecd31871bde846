package hidden

import (
	"encoding/binary"
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// covariates are what moves depend on, by period. Many periods have the same (a season, a kind of contract): their moves are computed once a pass.
type covariates struct {
	q             int
	x             []float64 // period × covariate
	code          []int32   // of each period, a row of distinct; nil where nearly all differ
	distinct      []float64 // row × covariate
	centre, scale []float64 // mean and standard deviation over periods; a scale of 0 is a constant
}

// mostDistinct is how many different rows of covariates are told apart.
const mostDistinct = 1 << 14

func newCovariates(q int, d *Data) *covariates {
	c := &covariates{q: q, x: d.X, centre: make([]float64, q), scale: make([]float64, q)}
	n := len(d.Activity)
	for t := range n {
		for j, v := range c.row(t) {
			c.centre[j] += (v - c.centre[j]) / float64(t+1)
		}
	}
	for t := range n {
		for j, v := range c.row(t) {
			c.scale[j] += (v - c.centre[j]) * (v - c.centre[j])
		}
	}
	for j, v := range c.scale {
		if c.scale[j] = math.Sqrt(v / float64(n)); c.scale[j] <= 1e-9*math.Abs(c.centre[j]) {
			c.scale[j] = 0
		}
	}
	c.encode(n)
	return c
}

// encode numbers the different rows.
func (c *covariates) encode(n int) {
	known := map[string]int32{}
	code := make([]int32, n)
	key := make([]byte, 8*c.q)
	for t := range n {
		for j, v := range c.row(t) {
			binary.LittleEndian.PutUint64(key[8*j:], math.Float64bits(v))
		}
		at, seen := known[string(key)]
		if !seen {
			if len(known) == mostDistinct {
				c.distinct = nil
				return
			}
			at = int32(len(known))
			known[string(key)] = at
			c.distinct = append(c.distinct, c.row(t)...)
		}
		code[t] = at
	}
	c.code = code
}

func (c *covariates) row(t int) []float64 { return c.x[t*c.q : (t+1)*c.q : (t+1)*c.q] }

// terms are those of a move: the constant, then the covariates.
func (c *covariates) terms() int { return 1 + c.q }

// pairs is how many pairs there are of n things, each with itself included.
func pairs(n int) int { return n * (n + 1) / 2 }

// breads is how many sums the information about the moves out of one of k states has.
func (c *covariates) breads(k int) int { return pairs(k) * pairs(c.terms()) }

// standard writes the terms of a period: 1, and the covariates from their centre in units of their scale.
func (c *covariates) standard(t int, out []float64) {
	out[0] = 1
	for j, v := range c.row(t) {
		if out[1+j] = 0; c.scale[j] > 0 {
			out[1+j] = (v - c.centre[j]) / c.scale[j]
		}
	}
}

// logits are the moves of a set of parameters as functions of covariates,
//
//	p_ij(x) = exp(η_ij) / Σ_l exp(η_il),   η_ij = log Moves_ij + Σ_q Slopes_ijq (x_q − Centre_q)
//
// (Altman 2007, J. American Statistical Association 102:201–210, §2, with fixed effects).
type logits struct {
	k, q     int
	constant []float64 // state × state; −Inf of a move that cannot be
	slopes   []float64 // state × state × covariate
	centre   []float64
	table    []float64 // of every distinct row of covariates, state × state: the probabilities; nil where nearly all differ
}

// plain fits the chain without covariates: the ends of its climbs are where those with covariates begin. It gives none where the fit is refused.
func (f *Fit) plain(p *panel, d *Data, threads, sampled int) (starts []*Params, err error) {
	if j := num.Determined(len(d.Activity), p.x.q, p.x.row); j >= 0 {
		f.Certificate.Refuse(num.WarnCollinear, fmt.Sprintf("covariate %q is the same in all periods, or those before it determine it: leave it out", f.Covariates[j]))
		return nil, nil
	}
	m := f.Model
	m.Covariates, m.Acts = nil, nil
	if f.Plain, err = m.fit(d, threads, sampled); err != nil {
		return nil, err
	}
	if !f.Plain.Certificate.Certified() {
		f.Certificate = f.Plain.Certificate
		return nil, nil
	}
	k := f.States
	for _, q := range append([]*Params{f.Plain.Params}, f.Plain.ends...) {
		q = q.opened()
		q.Centre = p.x.centre
		for range k {
			row := make([][]float64, k)
			for j := range row {
				row[j] = make([]float64, p.x.q)
			}
			q.Slopes = append(q.Slopes, row)
		}
		starts = append(starts, q)
	}
	return starts, nil
}

// A slope that is so long, in standard deviations of its covariate, has no end; nor has a shorter one along which the likelihood is as good as flat.
const (
	apartFar  = 8.0
	apartLong = 1.5
	apartInfo = 0.1 // information: at 1, the standard error is 1
)

// apart is the slope that ran away, nil where none did: with an intercept and others it may do so together, along the flattest direction of the likelihood.
func (a *ascended) apart(seen float64) *coordinate {
	var eigen mat.EigenSym
	if a.ascent.Information == nil || !eigen.Factorize(a.ascent.Information, true) {
		return nil
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	var most *coordinate
	top := 0.1
	for c, x := range a.working.coords {
		far, share := math.Abs(a.ascent.Theta[c]), 0.0 // of the flat directions in the slope
		for at, v := range eigen.Values(nil) {
			if part := vectors.At(c, at); seen*v < apartInfo {
				share += part * part
			}
		}
		if x.kind == ofSlope && (far > apartFar || far > apartLong && share > top) && share >= top {
			most, top = &a.working.coords[c], share
		}
	}
	return most
}

// logits of a panel without covariates are nil.
func (p *panel) logits(q *Params) *logits {
	if p.x == nil {
		return nil
	}
	l := q.logits()
	if p.x.code == nil {
		return l
	}
	kk, rows := l.k*l.k, len(p.x.distinct)/l.q
	l.table = make([]float64, rows*kk)
	for r := range rows {
		l.at(p.x.distinct[r*l.q:(r+1)*l.q], l.table[r*kk:(r+1)*kk])
	}
	return l
}

func (q *Params) logits() *logits {
	l := &logits{k: len(q.Moves), q: len(q.Centre), centre: q.Centre}
	for i, row := range q.Moves {
		for j, v := range row {
			l.constant = append(l.constant, math.Log(v))
			l.slopes = append(l.slopes, q.Slopes[i][j]...)
		}
	}
	return l
}

// at writes the probabilities at covariates x, state × state.
func (l *logits) at(x, out []float64) {
	for i := range l.k {
		row := out[i*l.k : (i+1)*l.k]
		top := math.Inf(-1)
		for j := range row {
			eta := l.constant[i*l.k+j]
			for q, b := range l.slopes[(i*l.k+j)*l.q : (i*l.k+j+1)*l.q] {
				eta += b * (x[q] - l.centre[q])
			}
			row[j] = eta
			top = max(top, eta)
		}
		for j, eta := range row {
			row[j] = math.Exp(eta - top)
		}
		toOne(row)
	}
}

// out are the probabilities of the moves out of period t of a customer who begins at from.
func (w *walker) out(t, from int) []float64 {
	kk := w.k * w.k
	switch {
	case w.logits == nil:
		return w.moves
	case w.own != nil:
		return w.own[(t-from)*kk : (t-from+1)*kk]
	}
	at := int(w.e.p.x.code[t]) * kk
	return w.logits.table[at : at+kk]
}

// addMoves adds what the move out of period t says, given the data: expected moves ÷ their probabilities at the centre, and with ξ_ij their
// probability, γ_i = Σ_j ξ_ij, and z the terms,
//
//	slopes_ija += (ξ_ij − γ_i p_ij) z_a,   bread_i,jl,ab += γ_i (p_ij 1{j=l} − p_ij p_il) z_a z_b   for j ≤ l, a ≤ b,
//
// the score and the information of the weighted multinomial logit of the M-step (Agresti 2013, §8.1). Of a move of probability 0 it adds how the
// likelihood rises with it, its slopes 0: ∂/∂ε of p_ij = ε p_ib ÷ (its value at the centre), b the base, is
// (∂ log L/∂p_ij − γ_i) p_ib ÷ (that value).
func (w *walker) addMoves(t, from int, s *sums) {
	k, x := w.k, w.e.p.x
	at, p, z := (t-from)*k, w.out(t, from), w.terms
	x.standard(t, z)
	next := at + k
	for i := range k {
		a := w.alpha[at+i]
		if a == 0 {
			continue
		}
		row, base := p[i*k:(i+1)*k], w.bases[i]
		var gamma float64
		for j, v := range row {
			w.log[j] = a * v * w.weight[next+j] * w.beta[next+j] // ξ
			gamma += w.log[j]
		}
		for j, v := range row {
			if m := w.moves[i*k+j]; m > 0 {
				s.moves[i*k+j] += w.log[j] / m
			} else {
				s.moves[i*k+j] += (a*w.weight[next+j]*w.beta[next+j] - gamma) * row[base] / w.moves[i*k+base]
			}
			r := w.log[j] - gamma*v
			for b, zb := range z {
				s.slopes[(i*k+j)*len(z)+b] += r * zb
			}
		}
		if len(s.bread) == 0 {
			continue
		}
		bread := s.bread[i*x.breads(k):]
		n := 0
		for j, v := range row {
			for l := j; l < k; l++ {
				h := -gamma * v * row[l]
				if l == j {
					h += gamma * v
				}
				for b, zb := range z {
					for _, zc := range z[b:] {
						bread[n] += h * zb * zc
						n++
					}
				}
			}
		}
	}
}
