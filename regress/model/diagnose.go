package model

import (
	"cmp"
	"math"
	"slices"

	"mainstay/regress"
)

// Rows are what the rows of a fit say about it, in the order of the table. Undefined is NaN.
type Rows struct {
	Number  []int // of the table, from 1
	Columns []Values
}

// influential is a fit that knows what its rows say, by row of the frame that counts (has weight), in the frame's order.
type influential interface{ influence(s *study) *diagnosis }

// diagnosis is columns of residuals, and which rows are to be looked at first.
type diagnosis struct {
	columns []Values
	title   string    // of the rows shown
	shown   []string  // columns of them
	size    []float64 // by row: those with the largest are shown
}

const mostMoving = "rows that move the fit most"

// mostInfluential is how many rows are shown with the fit.
const mostInfluential = 10

// diagnose sets r.Rows, and a section of the rows to look at first.
func (s *study) diagnose(fit estimated, r *Result) {
	f, ok := fit.(influential)
	if !ok || !s.o.Diagnose {
		return
	}
	live := s.live()
	order := make([]int, len(live))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(s.fr.Rows[live[a]], s.fr.Rows[live[b]]) })
	d, rows := f.influence(s), &Rows{}
	for _, k := range order {
		rows.Number = append(rows.Number, s.fr.Rows[live[k]]+1)
	}
	for _, c := range d.columns {
		c.Number = pick(c.Number, order)
		rows.Columns = append(rows.Columns, c)
	}
	r.Rows = rows
	r.Sections = append(r.Sections, rows.top(d, pick(d.size, order)))
}

// live are the rows of the frame that have weight.
func (s *study) live() []int {
	var live []int
	for i := range s.fr.Rows {
		if s.weights == nil || s.weights[i] > 0 {
			live = append(live, i)
		}
	}
	return live
}

// top is the rows to look at first, those of the largest size in front, rows of none last.
func (r *Rows) top(d *diagnosis, by []float64) Section {
	order := make([]int, len(r.Number))
	for i := range order {
		order[i] = i
	}
	size := func(i int) float64 {
		if math.IsNaN(by[i]) {
			return -1
		}
		return by[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	order = order[:min(len(order), mostInfluential)]
	numbers := make([]float64, len(order))
	for k, i := range order {
		numbers[k] = float64(r.Number[i])
	}
	out := Section{Name: "influence", Title: d.title, Columns: []Values{{Name: "row", Number: numbers, Kind: Whole}}}
	for _, name := range d.shown {
		c := r.Columns[slices.IndexFunc(r.Columns, func(c Values) bool { return c.Name == name })]
		out.Columns = append(out.Columns, Values{Name: name, Number: pick(c.Number, order), Kind: c.Kind})
	}
	return out
}

// diagnosisOf is that of least squares and generalised linear models.
func (s *study) diagnosisOf(in *regress.Influence) *diagnosis {
	return &diagnosis{
		columns: []Values{
			{Name: "response", Number: pick(s.y, s.live()), About: "y, of two outcomes 0 or 1"},
			{Name: "fitted", Number: in.Fitted, About: "its mean by the fit, μ"},
			{Name: "deviance_residual", Number: in.Deviance, About: "sign(y − μ) √(w d), d the unit deviance"},
			{Name: "pearson_residual", Number: in.Pearson, About: "(y − μ) √(w ÷ V(μ)), V the variance function"},
			{Name: "standardised_residual", Number: in.Standardised, Kind: Statistic, About: "deviance residual ÷ √(φ(1 − h)); null at leverage 1"},
			{Name: "leverage", Number: in.Leverage, Kind: Share, About: "h, the row's share in its own fitted value"},
			{Name: "cooks_distance", Number: in.Cook, About: "how far the coefficients move without the row; null at leverage 1"},
		},
		title: mostMoving, shown: []string{"response", "fitted", "standardised_residual", "leverage", "cooks_distance"}, size: in.Cook,
	}
}

// lifeColumns are when the rows that count were seen last, and whether with the event.
func (s *study) lifeColumns() []Values {
	return []Values{{Name: "time", Number: pick(s.lives.Stop, s.live()), About: "until the event, or until the row was seen last"},
		{Name: "event", Number: pick(s.y, s.live()), Kind: Whole, About: "1 where the row ends with the event, 0 where it is censored"}}
}

// influence of a Cox regression: residuals, how far each coefficient moves with the row, and Schoenfeld's residual by column at events.
func (f *hazards) influence(s *study) *diagnosis {
	d := &diagnosis{columns: append(s.lifeColumns(),
		Values{Name: "martingale_residual", Number: f.Martingale(), Kind: Statistic, About: "events less those expected of the row"},
		Values{Name: "deviance_residual", Number: f.Deviances(), Kind: Statistic, About: "the same, more symmetric"})}
	moves, displacement := f.DFBetas()
	d.columns = append(d.columns, Values{Name: "displacement", Number: displacement, About: "about twice what the log partial likelihood of all rows loses, where the fit is made without the row"})
	d.title, d.shown, d.size = mostMoving, []string{"time", "event", "martingale_residual", "deviance_residual", "displacement"}, displacement
	n, k := len(displacement), len(f.names)
	residuals := make([]float64, n*k)
	for i := range residuals {
		residuals[i] = math.NaN()
	}
	for _, e := range f.Schoenfelds() {
		copy(residuals[e.Row*k:], e.Residual)
	}
	for _, of := range []struct {
		name, about string
		values      []float64
	}{{"dfbeta_", "how far the row moves the coefficient", moves}, {"schoenfeld_", "at an event: the value less its mean over those at risk; null else", residuals}} {
		for j, name := range f.names {
			v := Values{Name: of.name + name, About: of.about, Number: make([]float64, n)}
			for i := range n {
				v.Number[i] = of.values[i*k+j]
			}
			d.columns = append(d.columns, v)
		}
	}
	return d
}

// influence of a parametric model: residuals, the rows with the largest deviance residuals first.
func (f *lifetimes) influence(s *study) *diagnosis {
	live := s.live()
	d := f.d
	if len(live) < d.Rows() {
		d = &regress.Design{Names: f.d.Names}
		for _, i := range live {
			d.X = append(d.X, f.d.Row(i)...)
		}
	}
	in := f.Residuals(d, s.times(live), pick(s.fr.Offset(), live))
	size := make([]float64, len(live))
	for i, v := range in.Deviance {
		size[i] = math.Abs(v)
	}
	return &diagnosis{columns: append(s.lifeColumns(),
		Values{Name: "standardised_residual", Number: in.Standardised, Kind: Statistic, About: "(log time − its location) ÷ scale"},
		Values{Name: "cox_snell_residual", Number: in.CoxSnell, About: "the hazard that the row went through: like a unit exponential, censored where the row is"},
		Values{Name: "martingale_residual", Number: in.Martingale, Kind: Statistic, About: "events less those expected of the row"},
		Values{Name: "deviance_residual", Number: in.Deviance, Kind: Statistic, About: "the same, more symmetric"}),
		title: "rows that the fit explains least", shown: []string{"time", "event", "standardised_residual", "martingale_residual", "deviance_residual"}, size: size}
}
