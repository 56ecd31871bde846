package model

import (
	"cmp"
	"math"
	"slices"

	"mainstay/regress"
)

// Rows are what the rows of a fit say about it, in the order of the table. Undefined is NaN.
type Rows struct {
	Number   []int // of the table, from 1
	Response []float64
	*regress.Influence
}

// influential is a fit that knows the influence of its rows.
type influential interface{ influence() *regress.Influence }

// mostInfluential is how many rows are shown with the fit.
const mostInfluential = 10

// diagnose sets r.Rows, and a section of the rows with the largest Cook's distance.
func (s *study) diagnose(fit estimated, r *Result) {
	f, ok := fit.(influential)
	if !ok || !s.o.Diagnose {
		return
	}
	in := f.influence()
	var live []int // rows of the frame that count
	for i := range s.fr.Rows {
		if s.weights == nil || s.weights[i] > 0 {
			live = append(live, i)
		}
	}
	order := make([]int, len(live))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(s.fr.Rows[live[a]], s.fr.Rows[live[b]]) })
	rows := &Rows{Influence: in}
	for _, k := range order {
		rows.Number = append(rows.Number, s.fr.Rows[live[k]]+1)
		rows.Response = append(rows.Response, s.y[live[k]])
	}
	for _, column := range []*[]float64{&in.Fitted, &in.Deviance, &in.Pearson, &in.Standardised, &in.Leverage, &in.Cook} {
		*column = pick(*column, order)
	}
	r.Rows = rows
	r.Sections = append(r.Sections, rows.top())
}

// top is the rows with the largest Cook's distance, the largest first, rows without one last.
func (r *Rows) top() Section {
	order := make([]int, len(r.Number))
	for i := range order {
		order[i] = i
	}
	size := func(i int) float64 {
		if math.IsNaN(r.Cook[i]) {
			return -1
		}
		return r.Cook[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	order = order[:min(len(order), mostInfluential)]
	numbers := make([]float64, len(order))
	for k, i := range order {
		numbers[k] = float64(r.Number[i])
	}
	return Section{Name: "influence", Title: "rows that move the fit most", Columns: []Values{
		{Name: "row", Number: numbers, Kind: Whole},
		{Name: "response", Number: pick(r.Response, order)},
		{Name: "fitted", Number: pick(r.Fitted, order)},
		{Name: "standardised_residual", Number: pick(r.Standardised, order), Kind: Statistic},
		{Name: "leverage", Number: pick(r.Leverage, order), Kind: Share},
		{Name: "cooks_distance", Number: pick(r.Cook, order)},
	}}
}
