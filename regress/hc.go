package regress

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// HC is a covariance that is consistent when the variance differs from row to row.
type HC uint8

// The kinds. HC3 is the one to use below some 250 rows (Long & Ervin 2000).
const (
	NoHC HC = iota
	HC0     // White 1980
	HC1     // HC0 × n ÷ (n − k)
	HC2     // residuals ÷ √(1 − hᵢ)
	HC3     // residuals ÷ (1 − hᵢ)
)

// String is its usual name.
func (h HC) String() string { return [...]string{"none", "HC0", "HC1", "HC2", "HC3"}[h] }

// leverageLimit is how near to 1 a leverage may come: beyond, 1 − hᵢ is rounding.
const leverageLimit = 1e-10

// addHC sets f.Robust to the covariance that o.HC asks for,
//
//	V = H⁻¹ (Σᵢ (wᵢ eᵢ)² aᵢ xᵢxᵢ') H⁻¹,   aᵢ = 1, n/(n−k), 1/(1−hᵢ), 1/(1−hᵢ)²,
//
// with H = X'WX (least squares) or the information (logistic), e the residual y − ŷ (of a GLM ∂ℓ/∂η) and
// hᵢ = wᵢvᵢ xᵢ'H⁻¹xᵢ the leverage, vᵢ = 1 or the information of the row. bread is H⁻¹ in the frame.
//
// Where a row has leverage 1 (one coefficient is that row's alone) HC2 and HC3 do not exist: the
// fit is refused.
//
// Source: White 1980, Econometrica 48:817–838; MacKinnon & White 1985, J. Econometrics 29:305–325, eq.
// 10–13; Long & Ervin 2000, The American Statistician 54:217–224. For the logistic as R's sandwich
// has it (Zeileis 2006, J. Statistical Software 16(9), §3.2).
func (f *Fit) addHC(d *Design, fr *frame, cols []int, resid []float64, bread *mat.SymDense, o Options) {
	if o.HC == NoHC {
		return
	}
	n, k, names := len(resid), len(cols), len(d.Names)
	sums := num.BlockSums(n, rowBlock, o.Threads, k*k+1, func(lo, hi int, sum []float64) {
		z, bz := make([]float64, k), make([]float64, k)
		for i := lo; i < hi; i++ {
			x := d.X[i*names : (i+1)*names]
			for a, j := range cols {
				z[a] = (x[j] - fr.mean[j]) / fr.scale[j]
			}
			e := o.weight(i) * resid[i]
			if o.HC >= HC2 {
				var ok bool
				if e, ok = o.HC.lifted(e, o.weight(i)*quadratic(bread, z, bz)); !ok {
					sum[k*k]++
					continue
				}
			}
			for a, u := range z {
				for b, w := range z {
					sum[a*k+b] += e * e * u * w
				}
			}
		}
	})
	f.setHC(fr, cols, sandwich(bread, mat.NewDense(k, k, sums[:k*k]), o.HC.factor(n, k)), int(sums[k*k]), o.HC)
}

// lifted is a residual of HC2 or HC3 at a leverage; not ok at leverage 1.
func (h HC) lifted(e, leverage float64) (lifted float64, ok bool) {
	rest := 1 - leverage
	switch {
	case rest <= leverageLimit:
		return 0, false
	case h == HC2:
		return e / math.Sqrt(rest), true
	}
	return e / rest, true
}

// factor is that of the whole covariance.
func (h HC) factor(n, k int) float64 {
	if h == HC1 {
		return float64(n) / float64(n-k)
	}
	return 1
}

// setHC sets f.Robust from a covariance in the frame, unless rows of leverage 1 leave none.
func (f *Fit) setHC(fr *frame, cols []int, cov *mat.SymDense, alone int, hc HC) {
	if alone > 0 {
		f.Certificate.Refuse(num.WarnBoundary, fmt.Sprintf("%d rows decide a coefficient alone (leverage 1), so that %s does not exist: merge rare levels, or use hc1", alone, hc))
		return
	}
	f.Robust = fr.covariance(cols, cov)
}

// quadratic is z'Bz; scratch is of z's length.
func quadratic(b *mat.SymDense, z, scratch []float64) float64 {
	raw := b.RawSymmetric()
	clear(scratch)
	for i, u := range z { // the upper triangle is stored
		row := raw.Data[i*raw.Stride : i*raw.Stride+len(z)]
		scratch[i] += row[i] * u
		for j := i + 1; j < len(z); j++ {
			scratch[i] += row[j] * z[j]
			scratch[j] += row[j] * u
		}
	}
	sum := 0.0
	for i, u := range z {
		sum += u * scratch[i]
	}
	return sum
}
