package evaluate

import (
	"math"

	"mainstay/internal/num"
)

// Level is what fell on one score: rows that no threshold parts. Index 0 is of non-events, 1 of events.
type Level struct {
	P  float64    // the score; of scores put together their weighted mean
	N  [2]int64   // rows
	W  [2]float64 // Σ weight
	W2 [2]float64 // Σ weight²
}

func (l *Level) weight() float64 { return l.W[0] + l.W[1] }

// levels are the distinct scores of s, ascending, and by row the place of its score.
func (s *set) levels() (levels []Level, at []int32) {
	at = make([]int32, len(s.p))
	for i, p := range s.p {
		if i == 0 || p != s.p[i-1] {
			levels = append(levels, Level{P: p})
		}
		k := len(levels) - 1
		l, c := &levels[k], int(s.y[i])
		l.N[c]++
		l.W[c] += s.w[i]
		l.W2[c] += s.w[i] * s.w[i]
		at[i] = int32(k)
	}
	return levels, at
}

// totals are rows and weight by class.
func totals(levels []Level) (n [2]int64, w [2]float64) {
	for k := range levels {
		for c := range w {
			n[c] += levels[k].N[c]
			w[c] += levels[k].W[c]
		}
	}
	return n, w
}

// curve is a figure that depends on how events rank among non-events, with what a row of unit weight moves it
// by class and level (the derivative of the figure by the row's weight). ok is false when a class is absent.
type curve struct {
	value     float64
	influence [][2]float64
	byClass   bool // influences are 0 in all within each class, whose size may be taken as given
	ok        bool
}

// estimate has the standard error by the rows of s, which are at levels at.
func (c *curve) estimate(s *set, levels []Level, at []int32) Estimate {
	if s.cluster != nil && c.ok {
		return Estimate{c.value, s.se(func(i int) float64 { return s.w[i] * c.influence[at[i]][int(s.y[i])] })}
	}
	return Estimate{c.value, c.se(levels)}
}

// se is the standard error of rows on their own, from their squared weights by class and level:
//
//	SE² = Σ_c n_c/(n_c−1) · Σ_k W2_c(k) · influence_c(k)²
//
// which is DeLong's of the area under a ROC curve; n/(n−1) in place of n_c/(n_c−1) where the size of classes is by
// chance too. NaN with fewer than two rows of a class.
func (c *curve) se(levels []Level) float64 {
	n, _ := totals(levels)
	if n[0] < 2 || n[1] < 2 {
		return math.NaN()
	}
	var squares [2]num.Adder
	for k := range levels {
		for j, psi := range c.influence[k] {
			squares[j].AddProduct(levels[k].W2[j], psi*psi)
		}
	}
	total := 0.0
	for j := range squares {
		size := float64(n[j])
		if !c.byClass {
			size = float64(n[0] + n[1])
		}
		total += size / (size - 1) * squares[j].Sum()
	}
	return math.Sqrt(total)
}
