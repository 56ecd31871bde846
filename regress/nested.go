package regress

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Rank is how many columns of d are not determined by others, as LeastSquares counts them.
func Rank(d *Design, o Options) (int, error) {
	d, _, o, err := Prepare(d, make([]float64, d.Rows()), Options{Weights: o.Weights, Threads: o.Threads})
	if err != nil || d.Rows() == 0 {
		return 0, err
	}
	rows := inMemory(d, make([]float64, d.Rows()), o)
	fr, err := newFrame(d.Names, rows.measure())
	if err != nil {
		return 0, err
	}
	return len(factoriseDesign(d, fr, o).kept), nil
}

// Score is Rao's score statistic of the columns of d, which include those of the certified fit f up to linear combination:
// s'H⁻¹s ÷ φ, with score s and expected information H of d at the coefficients of f. If those columns add nothing it is χ²,
// with the difference of the ranks as degrees of freedom. y and o are those of f. NaN where H is singular.
//
// Source: Rao 1948, Proc. Cambridge Philosophical Society 44:50–57; R's anova.glm(test = "Rao").
func (f *Fit) Score(d *Design, y []float64, phi float64, o Options) (float64, error) {
	own := f.glm
	o.Cluster, o.HC = nil, NoHC
	d, y, o, err := Prepare(d, y, o)
	if err != nil {
		return math.NaN(), err
	}
	eta := make([]float64, len(y)) // in the units of the fit
	own.tiles(func(t *tileRows, _ []float64) {
		own.predictor(t.eta[:t.rows], t, f.gamma)
		copy(eta[t.block*rowBlock+t.lo:], t.eta[:t.rows])
	}, 1)
	scaled := make([]float64, len(y))
	for i, v := range y {
		scaled[i] = v / f.unit
	}
	o.Offset = eta
	rows := inMemory(d, scaled, o)
	of := rows.measure()
	fr, err := newFrame(d.Names, of)
	if err != nil {
		return math.NaN(), err
	}
	m := &glm{law: own.law, d: rows, fr: fr, response: of.response, total: of.weight}
	m.chooseColumns()
	zero := make([]float64, len(m.cols))
	inv := inverse(m.expected(zero))
	if inv == nil {
		return math.NaN(), nil
	}
	s := mat.NewVecDense(len(zero), m.at(zero).score)
	if f.Model.Distribution != Tweedie {
		return mat.Inner(s, inv, s) / phi, nil
	}
	return mat.Inner(s, inv, s) / phi * math.Pow(f.unit, 2-f.power()), nil
}
