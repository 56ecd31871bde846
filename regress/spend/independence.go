package spend

import (
	"cmp"
	"math"
	"slices"

	"mainstay/internal/num"
)

// Independence says how mean spend goes with the number of purchases over customers.
//
// Pearson's correlation is 0 under the model, for the mean of m does not depend on x. Spearman's is not quite: of few
// purchases the mean is skewed, so that its median lies lower.
type Independence struct {
	Pearson, Spearman Correlation
}

// Correlation is a coefficient with its interval, and P of one as large where there is none. NaN where x or m do not
// vary, or there are fewer than four customers.
type Correlation struct{ Value, Low, High, P float64 }

// independence correlates x and m, customers counting w times.
//
// Intervals are those of Fisher's z, with variance 1/(n−3) (Fisher 1921) and for ranks (1 + ρ²/2)/(n−3) (Bonett &
// Wright 2000, Psychometrika 65:23–28); P is of t = ρ√((n−2)/(1−ρ²)).
func independence(x, m, w []float64, level float64) Independence {
	return Independence{
		Pearson:  correlation(pearson(x, m, w), num.Sum(w), level, 0),
		Spearman: correlation(pearson(ranks(x, w), ranks(m, w), w), num.Sum(w), level, 0.5),
	}
}

func correlation(r, n, level, ranked float64) Correlation {
	if math.IsNaN(r) || !(n > 3) {
		return Correlation{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	}
	half := num.ZLevel(level) * math.Sqrt((1+ranked*r*r)/(n-3))
	z := math.Atanh(r)
	return Correlation{r, math.Tanh(z - half), math.Tanh(z + half), num.StudentTwoSided(r*math.Sqrt((n-2)/max(0, 1-r*r)), n-2)}
}

func pearson(a, b, w []float64) float64 {
	var total, sa, sb num.Adder
	for i := range a {
		total.Add(w[i])
		sa.AddProduct(w[i], a[i])
		sb.AddProduct(w[i], b[i])
	}
	ma, mb := sa.Sum()/total.Sum(), sb.Sum()/total.Sum()
	var aa, bb, ab num.Adder
	for i := range a {
		u, v := a[i]-ma, b[i]-mb
		aa.Add(w[i] * u * u)
		bb.Add(w[i] * v * v)
		ab.Add(w[i] * u * v)
	}
	if d := math.Sqrt(aa.Sum()) * math.Sqrt(bb.Sum()); d > 0 {
		return max(-1, min(1, ab.Sum()/d))
	}
	return math.NaN()
}

// ranks are those of values that count w times, the mean of theirs where values tie.
func ranks(values, w []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(values[a], values[b]), a-b) })
	out := make([]float64, len(values))
	before := 0.0
	for lo := 0; lo < len(order); {
		hi, same := lo, 0.0
		for hi < len(order) && values[order[hi]] == values[order[lo]] {
			same += w[order[hi]]
			hi++
		}
		for _, i := range order[lo:hi] {
			out[i] = before + (same+1)/2
		}
		before += same
		lo = hi
	}
	return out
}
