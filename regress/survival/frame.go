package survival

import (
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// frame is the coordinates of a parametric fit: columns centred where one of them is constant (the intercept), and scaled to a standard deviation of 1.
type frame struct {
	ones        int // the first constant column that is not 0, −1 without one
	mean, scale []float64
	columns     []int // that vary, and ones, in the order of the design
}

func newFrame(d *regress.Design, o *Options) *frame {
	n, k := d.Rows(), len(d.Names)
	fr := &frame{ones: -1, mean: make([]float64, k), scale: make([]float64, k)}
	low, high := append([]float64(nil), d.Row(0)...), append([]float64(nil), d.Row(0)...)
	for i := range n {
		for j, v := range d.Row(i) {
			low[j], high[j] = min(low[j], v), max(high[j], v)
		}
	}
	for j := range k {
		if low[j] == high[j] && low[j] != 0 && fr.ones < 0 {
			fr.ones = j
		}
	}
	total := num.BlockSums(n, block, o.Threads, 1+k, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			sum[0] += o.weight(i)
			for j, v := range d.Row(i) {
				sum[1+j] += o.weight(i) * v
			}
		}
	})
	for j := range k {
		if fr.ones >= 0 && j != fr.ones {
			fr.mean[j] = total[1+j] / total[0]
		}
	}
	squares := num.BlockSums(n, block, o.Threads, k, func(lo, hi int, sum []float64) {
		for i := lo; i < hi; i++ {
			for j, v := range d.Row(i) {
				sum[j] += o.weight(i) * (v - fr.mean[j]) * (v - fr.mean[j])
			}
		}
	})
	for j := range k {
		if s := math.Sqrt(squares[j] / total[0]); s > flatness*max(math.Abs(low[j]), math.Abs(high[j])) && s > 1/largest {
			fr.scale[j] = s
			fr.columns = append(fr.columns, j)
		}
	}
	if fr.ones >= 0 {
		fr.scale[fr.ones] = low[fr.ones]
	}
	return fr
}

// row sets z to the columns of x in the frame.
func (fr *frame) row(x, z []float64) {
	for a, j := range fr.columns {
		z[a] = (x[j] - fr.mean[j]) / fr.scale[j]
	}
}

// coefficients maps those of the frame to the design's: the constant column pays for the centring.
func (fr *frame) coefficients(gamma []float64) []float64 {
	beta := make([]float64, len(fr.mean))
	var shift num.Adder
	for a, j := range fr.columns {
		beta[j] = gamma[a] / fr.scale[j]
		shift.AddProduct(-fr.mean[j], beta[j])
	}
	if fr.ones >= 0 {
		beta[fr.ones] += shift.Sum() / fr.scale[fr.ones]
	}
	return beta
}
