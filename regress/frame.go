package regress

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// frame holds the coordinates in which fits are computed: every column centred (when the
// design has a constant column) and divided by its root mean square,
//
//	z_j = (x_j − mean_j)/scale_j,   η = Σ z_j γ_j = Σ x_j β_j.
//
// Centring and scaling take the units out of the condition number, which is where most of
// the digits of a regression on raw business columns are lost (Belsley, Kuh & Welsch 1980,
// Regression Diagnostics, ch. 3; van der Sluis 1969 on scaling). The means are constants
// that the constant column absorbs, so their own rounding does no harm.
type frame struct {
	ones        int       // the first constant, non-zero column; −1 without one
	onesValue   float64   // its value
	mean, scale []float64 // by column of the design; scale 0 marks a column that does not vary
	largest     []float64 // max |x_j|
}

// flatness is how small the spread of a column must be, against its size, to be nothing but
// the rounding of its values: a few units of roundoff.
const flatness = 64 * 0x1p-53

// newFrame is the frame of columns with moments m.
func newFrame(names []string, m *moments) (*frame, error) {
	k := len(names)
	fr := &frame{ones: -1, mean: make([]float64, k), scale: make([]float64, k), largest: make([]float64, k)}
	for j := range k {
		fr.largest[j] = m.largest(j)
		if fr.largest[j] > 0 && fr.largest[j] < 1/largest {
			return nil, fmt.Errorf("regress: column %q has no value above %g in size: rescale it", names[j], 1/largest)
		}
		if fr.ones < 0 && m.low[j] == m.high[j] && m.low[j] != 0 {
			fr.ones, fr.onesValue = j, m.low[j]
		}
	}
	for j := range k {
		square := m.squares[j] / m.weight
		if fr.ones >= 0 {
			fr.mean[j] = m.mean[j]
		} else {
			square += m.mean[j] * m.mean[j]
		}
		if fr.scale[j] = math.Sqrt(square); fr.scale[j] <= flatness*fr.largest[j] {
			fr.scale[j] = 0
		}
	}
	if fr.ones >= 0 {
		fr.mean[fr.ones], fr.scale[fr.ones] = 0, fr.onesValue
	}
	return fr, nil
}

func totalWeight(n int, o Options) float64 {
	if o.Weights == nil {
		return float64(n)
	}
	return num.Sum(o.Weights)
}

// order is the order in which columns enter the fit: the constant column first, then as
// given, so that of several collinear columns the last is dropped.
func (fr *frame) order() []int {
	var cols []int
	if fr.ones >= 0 {
		cols = append(cols, fr.ones)
	}
	for j := range fr.mean {
		if j != fr.ones {
			cols = append(cols, j)
		}
	}
	return cols
}

// inverse is 1/scale, 0 for a column that does not vary.
func (fr *frame) inverse(j int) float64 {
	if fr.scale[j] == 0 {
		return 0
	}
	return 1 / fr.scale[j]
}

// coefficients maps γ of the columns cols to β of the whole design: β_j = γ_j/scale_j, and
// the constant column pays for the centring.
func (fr *frame) coefficients(cols []int, gamma []float64) []float64 {
	beta := make([]float64, len(fr.mean))
	var shift num.Adder
	for a, j := range cols {
		beta[j] = gamma[a] / fr.scale[j]
		if j != fr.ones {
			shift.AddProduct(-fr.mean[j], beta[j])
		}
	}
	if fr.ones >= 0 {
		beta[fr.ones] += shift.Sum() / fr.onesValue
	}
	return beta
}

// dual maps g = X'v to Z'v for the columns cols, the transpose of coefficients.
func (fr *frame) dual(cols []int, g []float64) []float64 {
	out := make([]float64, len(cols))
	for a, j := range cols {
		out[a] = g[j]
		if fr.ones >= 0 && j != fr.ones {
			out[a] -= fr.mean[j] / fr.onesValue * g[fr.ones]
		}
		out[a] /= fr.scale[j]
	}
	return out
}

// covariance maps a covariance of γ to one of β: B·C·B' with B the map of coefficients.
func (fr *frame) covariance(cols []int, c *mat.SymDense) *mat.SymDense {
	k := len(fr.mean)
	b := mat.NewDense(k, len(cols), nil)
	unit := make([]float64, len(cols))
	for a := range cols {
		unit[a] = 1
		b.SetCol(a, fr.coefficients(cols, unit))
		unit[a] = 0
	}
	var half, full mat.Dense
	half.Mul(b, c)
	full.Mul(&half, b.T())
	out := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			out.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
	return out
}
