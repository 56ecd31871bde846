package regress

import (
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// multilogit is a multinomial likelihood over the columns of glm, of which it has the frame and the passes; slopes
// = J − 1 vectors of coefficients lie behind each other in γ.
type multilogit struct {
	glm
	slopes int
	weight []float64 // of the rows of each category
}

func newMultilogit(d *Design, y []float64, categories int, o Options) (*multilogit, error) {
	rows := inMemory(d, y, o)
	of := rows.measure()
	m := &multilogit{glm: glm{law: logitLaw{}, d: rows}, slopes: categories - 1, weight: make([]float64, categories)}
	if of == nil {
		return m, nil
	}
	fr, err := newFrame(d.Names, of)
	m.fr, m.total = fr, of.weight
	if err == nil {
		m.weight = fold(rows, func() []float64 { return make([]float64, categories) }, func(_, _ int, r *Rows, sum []float64) []float64 {
			for i, c := range r.Y {
				sum[int(c)] += r.weight(i)
			}
			return sum
		}, addVectors)
	}
	return m, err
}

// empty is the first category without weight, −1 when all have some.
func (m *multilogit) empty() int {
	for c, w := range m.weight {
		if w == 0 {
			return c
		}
	}
	return -1
}

func (m *multilogit) nullDeviance() float64 {
	dev := 0.0
	for _, w := range m.weight {
		share := w / m.total
		if m.fr.ones < 0 {
			share = 1 / float64(len(m.weight))
		}
		dev -= 2 * w * math.Log(share)
	}
	return dev
}

// start has the shares of the categories.
func (m *multilogit) start() []float64 {
	gamma := make([]float64, m.slopes*len(m.cols))
	if m.fr.ones >= 0 { // always the first of cols, scaled to 1
		for c := range m.slopes {
			gamma[c*len(m.cols)] = math.Log(m.weight[c+1] / m.weight[0])
		}
	}
	return gamma
}

// chances are linear predictors of a tile, then probabilities; that of category c of row i is p[c·tile + i].
type chances []float64

func (m *multilogit) predictors(t *tileRows, gamma []float64, p chances) {
	k := len(m.cols)
	clear(p[:tile])
	for c := range m.slopes {
		t.linear(p[(c+1)*tile:(c+1)*tile+t.rows], gamma[c*k:(c+1)*k])
	}
}

// softmax turns predictors into probabilities and gives the log-likelihood of the tile.
func (p chances) softmax(t *tileRows, categories int) float64 {
	loglik := 0.0
	for i := range t.rows {
		top := 0.0
		for c := 1; c < categories; c++ {
			top = max(top, p[c*tile+i])
		}
		own, sum := p[int(t.Y[i])*tile+i]-top, 0.0
		for c := range categories {
			e := math.Exp(p[c*tile+i] - top)
			p[c*tile+i] = e
			sum += e
		}
		for c := range categories {
			p[c*tile+i] /= sum
		}
		loglik += t.Rows.weight(i) * (own - math.Log(sum))
	}
	return loglik
}

// at evaluates log L, the score Σ wᵢ(1{yᵢ = c} − p_c) zᵢ of each category, and the information, whose block of categories
// a and b is Σ wᵢ p_a(1{a = b} − p_b) zᵢzᵢ'.
func (m *multilogit) at(gamma []float64) point {
	k, s := len(m.cols), m.slopes
	triangle := k * (k + 1) / 2
	sums := m.tiles(func(t *tileRows, part []float64) {
		p := make(chances, (s+1)*tile)
		m.predictors(t, gamma, p)
		part[0] += p.softmax(t, s+1)
		var v [tile]float64
		for c := range s {
			for i, y := range t.Y {
				v[i] = -p[(c+1)*tile+i]
				if int(y) == c+1 {
					v[i]++
				}
				v[i] *= t.Rows.weight(i)
			}
			t.addScore(part[1+c*k:1+(c+1)*k], v[:])
		}
		blocks := part[1+s*k:]
		for a := range s {
			for b := range a + 1 {
				for i := range t.rows {
					pa := p[(a+1)*tile+i]
					v[i] = -pa * p[(b+1)*tile+i]
					if a == b {
						v[i] += pa
					}
					v[i] *= t.Rows.weight(i)
				}
				t.addGram(blocks[:triangle], v[:])
				blocks = blocks[triangle:]
			}
		}
	}, 1+s*k+s*(s+1)/2*triangle)
	return point{gamma: gamma, loglik: sums[0], score: sums[1 : 1+s*k], info: assemble(sums[1+s*k:], s, k)}
}

// assemble makes a matrix of its blocks a ≥ b of k columns, each symmetric, by their lower triangles.
func assemble(blocks []float64, slopes, k int) *mat.SymDense {
	out := mat.NewSymDense(slopes*k, nil)
	for a := range slopes {
		for b := range a + 1 {
			for r := range k {
				for c := range r + 1 {
					out.SetSym(a*k+r, b*k+c, blocks[c])
					out.SetSym(a*k+c, b*k+r, blocks[c])
				}
				blocks = blocks[r+1:]
			}
		}
	}
	return out
}

// maximise climbs from gamma.
func (m *multilogit) maximise(gamma []float64) *ascent { return ascend(m, m.at(gamma)) }

// confirm is glm.confirm with R_v = maxᵢ of the range of row i's predictors along v: R_v² ≤ 2 maxᵢ‖zᵢ‖²‖v‖².
func (m *multilogit) confirm(a *ascent) bool {
	inv := inverse(a.info)
	if inv == nil {
		return false
	}
	s := mat.NewVecDense(len(a.score), a.score)
	if !(2*mat.Inner(s, inv, s)*m.longest*mat.Trace(inv) <= 0.25) {
		return false
	}
	a.bread, a.converged = inv, true
	return true
}

// addRobust sets f.Robust: the sandwich of robust.go with the scores of all categories.
func (f *MultinomialFit) addRobust(d *Design, m *multilogit, a *ascent, o Options) {
	cluster, n, p := o.Cluster, d.Rows(), len(a.score)
	factor := 1.0
	switch {
	case cluster == nil && o.HC == NoHC:
		return
	case cluster == nil:
		cluster = make([]int32, n)
		for i := range cluster {
			cluster[i] = int32(i)
		}
		if o.HC == HC1 {
			factor = float64(n) / float64(n-p)
		}
	}
	rows, starts := groupRows(cluster)
	groups := len(starts) - 1
	if o.Cluster != nil {
		if !enough(&f.Certificate, groups, p) {
			return
		}
		factor = few(groups, n, p)
	}
	if n <= p {
		f.Certificate.Refuse(num.WarnTooFew, "no more rows than coefficients: there is no robust covariance")
		return
	}
	k := len(m.cols)
	sums := num.BlockSums(groups, clusterBlock, o.Threads, p*p, func(lo, hi int, sum []float64) {
		score, chance := make([]float64, p), make([]float64, m.slopes+1)
		z := make([]float64, k)
		for g := lo; g < hi; g++ {
			clear(score)
			for _, i := range rows[starts[g]:starts[g+1]] {
				x := d.Row(int(i))
				for b, j := range m.cols {
					z[b] = (x[j] - m.fr.mean[j]) / m.fr.scale[j]
				}
				m.residuals(chance, z, a.gamma, int(i))
				for c, e := range chance[1:] {
					floats.AddScaled(score[c*k:(c+1)*k], e, z)
				}
			}
			for r, u := range score {
				floats.AddScaled(sum[r*p:(r+1)*p], u, score)
			}
		}
	})
	f.Robust = m.covariance(sandwich(a.bread, mat.NewDense(p, p, sums), factor))
}

// residuals sets e to wᵢ(1{yᵢ = c} − p_c) by category of a row in memory.
func (m *multilogit) residuals(e, z, gamma []float64, i int) {
	k := len(m.cols)
	e[0] = 0
	for c := range m.slopes {
		e[c+1] = floats.Dot(z, gamma[c*k:(c+1)*k])
	}
	softmax(e)
	held := m.d.Source.(*memory)
	w := 1.0
	if held.o.Weights != nil {
		w = held.o.Weights[i]
	}
	for c := range e {
		e[c] = -w * e[c]
	}
	e[int(held.y[i])] += w
}
