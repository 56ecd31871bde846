package attrition

import (
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// centring is how covariates were centred and scaled, so that a fit does not depend on their unit.
type centring struct{ mean, sd []float64 }

// standardise centres and scales the covariates, and says which cannot be told apart.
func (b *book) standardise() (*centring, string) {
	c := &centring{}
	for g := range b.z {
		for j, col := range b.z[g] {
			var sum, square num.Adder
			for i, v := range col {
				sum.AddProduct(b.weight[i], v)
			}
			mean := sum.Sum() / b.total
			for i, v := range col {
				square.Add(b.weight[i] * (v - mean) * (v - mean))
			}
			sd := math.Sqrt(square.Sum() / b.total)
			if !(sd > 1e-12*(1+math.Abs(mean))) {
				return nil, b.covariate(g, j) + " is the same for everybody: leave it out"
			}
			for i := range col {
				col[i] = (col[i] - mean) / sd
			}
			c.mean, c.sd = append(c.mean, mean), append(c.sd, sd)
		}
		if j := b.determined(g); j >= 0 {
			return nil, b.covariate(g, j) + " is determined by those before it: leave it out"
		}
	}
	return c, ""
}

// covariate is what messages call covariate j of a group.
func (b *book) covariate(g, j int) string {
	what := []string{"purchase", "dropout", "stay"}[g]
	if j < len(b.names[g]) {
		return fmt.Sprintf("covariate %s of %s", b.names[g][j], what)
	}
	return fmt.Sprintf("covariate %d of %s", j, what)
}

// endless are the covariates, standardised, whose coefficients, from coordinate k on, set customers so far apart that their effect must be on its way to infinity.
func (b *book) endless(theta []float64, k int) (out []string) {
	if len(theta) <= k {
		return nil
	}
	for g := range b.z {
		for j, col := range b.z[g] {
			if math.Abs(theta[k])*(slices.Max(col)-slices.Min(col)) > apart {
				out = append(out, b.covariate(g, j))
			}
			k++
		}
	}
	return out
}

// determined is the first covariate of a group that those before it determine, −1 for none: a pivot of their correlations that is 0.
func (b *book) determined(g int) int {
	k := len(b.z[g])
	corr := mat.NewDense(max(k, 1), max(k, 1), nil)
	for i := range k {
		for j := range i + 1 {
			var sum num.Adder
			for r, v := range b.z[g][i] {
				sum.Add(b.weight[r] * v * b.z[g][j][r])
			}
			v := sum.Sum() / b.total
			for c := range j {
				v -= corr.At(i, c) * corr.At(j, c)
			}
			if i != j {
				corr.Set(i, j, v/corr.At(j, j))
				continue
			}
			if v < 1e-10 {
				return i
			}
			corr.Set(i, i, math.Sqrt(v))
		}
	}
	return -1
}

// undo gives coordinates and their covariance in the units of the data: γ = γ′/sd, and log θ loses sign·γ·mean of the covariates that
// act on it.
func (c *centring) undo(theta []float64, cov *mat.SymDense, n int, effects []effect) ([]float64, *mat.SymDense) {
	size := len(theta)
	jacobian := mat.NewDense(size, size, nil)
	for i := range size {
		jacobian.Set(i, i, 1)
		if i >= n {
			e := effects[i-n]
			jacobian.Set(i, i, 1/c.sd[i-n])
			jacobian.Set(e.parameter, i, -e.sign*c.mean[i-n]/c.sd[i-n])
		}
	}
	var out mat.VecDense
	out.MulVec(jacobian, mat.NewVecDense(size, theta))
	var half, whole mat.Dense
	half.Mul(jacobian, cov)
	whole.Mul(&half, jacobian.T())
	back := mat.NewSymDense(size, nil)
	for i := range size {
		for j := i; j < size; j++ {
			back.SetSym(i, j, (whole.At(i, j)+whole.At(j, i))/2)
		}
	}
	return out.RawVector().Data, back
}
