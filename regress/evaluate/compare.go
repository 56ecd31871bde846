package evaluate

import (
	"errors"
	"math"
)

// Comparison is how much better one model's predictions are than another's, on the same rows: figures of the first less
// those of the second. Undefined is NaN.
type Comparison struct {
	AUC, AveragePrecision Figure // above 0: the first ranks better
	LogLoss, Brier        Figure // below 0: the first predicts better
}

// Compare compares r.P with the probabilities other, row by row. Rows are the same for both, so the errors of a difference
// come from the differences of influences and losses, by row or cluster (DeLong, DeLong & Clarke-Pearson 1988,
// Biometrics 44:837–845, for paired areas; Diebold & Mariano 1995, J. Business & Economic Statistics 13:253–263, for
// losses). The paired DeLong variance divides by n_c − 1 within each class. Errors as of OfProbabilities; other has one
// prediction for each row.
func Compare(r *Rows, other []float64, o Options) (*Comparison, error) {
	first, second, err := r.beside(other, true)
	if err != nil {
		return nil, err
	}
	s, t := newSet(first), newSet(second)
	if len(s.y) == 0 {
		return nil, ErrNoRows
	}
	k := s.factor(o.Level)
	levels, at := s.levels()
	others, place := t.levels()
	where := make([]int32, len(r.Y)) // by row of r, its place in t
	for i, row := range t.row {
		where[row] = int32(i)
	}
	mate := take(where, s.row) // by row of s
	diff := func(of func([]Level) *curve) Figure {
		a, b := of(levels), of(others)
		if !a.ok {
			return undefined()
		}
		psi := func(i int) float64 {
			y := int(s.y[i])
			return s.w[i] * (a.influence[at[i]][y] - b.influence[place[mate[i]]][y])
		}
		se := s.se(psi)
		if a.byClass && s.cluster == nil {
			se = s.classSE(psi)
		}
		return Estimate{a.value - b.value, se}.wald(k, -1, 1)
	}
	loss := func(of func(y, p float64) float64) Figure {
		return s.mean(func(i int) float64 { return of(s.y[i], s.p[i]) - of(s.y[i], t.p[mate[i]]) }).wald(k, math.Inf(-1), math.Inf(1))
	}
	return &Comparison{AUC: diff(roc), AveragePrecision: diff(averagePrecision), LogLoss: loss(logLoss),
		Brier: loss(func(y, p float64) float64 { return (y - p) * (y - p) })}, nil
}

// beside checks the rows with their own predictions and with those of another model, and gives both.
func (r *Rows) beside(other []float64, probabilities bool) (first, second *Rows, err error) {
	a, b := *r, *r
	a.mate, b.P, b.mate = other, other, r.P
	if err := a.check(probabilities); err != nil {
		return nil, nil, err
	}
	if err := b.check(probabilities); err != nil {
		var row *RowError
		if errors.As(err, &row) {
			row.Part = "against"
		}
		return nil, nil, err
	}
	return &a, &b, nil
}

// classSE is the standard error of rows on their own whose influences are 0 in all within each class.
func (s *set) classSE(psi func(i int) float64) float64 {
	var of [2][]float64
	for i, y := range s.y {
		of[int(y)] = append(of[int(y)], psi(i))
	}
	se := [2]float64{}
	for c := range of {
		se[c] = rootOf(len(of[c]), func(i int) float64 { return of[c][i] })
	}
	return math.Hypot(se[0], se[1])
}

// ValueComparison is how much better one model's values are than another's, on the same rows: figures of the first less
// those of the second.
type ValueComparison struct{ MSE, MAE Figure } // below 0: the first predicts better

// CompareValues compares r.P with the values other, row by row, as Compare does probabilities.
func CompareValues(r *Rows, other []float64, o ValueOptions) (*ValueComparison, error) {
	first, _, err := r.beside(other, false)
	if err != nil {
		return nil, err
	}
	s := newSet(first)
	if len(s.y) == 0 {
		return nil, ErrNoRows
	}
	mate := take(other, s.row)
	k, inf := s.factor(o.Level), math.Inf(1)
	return &ValueComparison{
		MSE: s.mean(func(i int) float64 {
			a, b := s.p[i]-s.y[i], mate[i]-s.y[i]
			return a*a - b*b
		}).wald(k, -inf, inf),
		MAE: s.mean(func(i int) float64 { return math.Abs(s.p[i]-s.y[i]) - math.Abs(mate[i]-s.y[i]) }).wald(k, -inf, inf),
	}, nil
}
