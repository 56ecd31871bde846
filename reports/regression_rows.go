package reports

import "mainstay/regress/model"

// DiagnosedRows is a table of the rows of a fit: residuals and influence.
func DiagnosedRows(r *model.Rows) *Table {
	t := &Table{Name: "rows", Rows: len(r.Number)}
	numbers := make([]int64, len(r.Number))
	for i, n := range r.Number {
		numbers[i] = int64(n)
	}
	t.Columns = append(t.Columns, Column{Name: "row", Type: Integer, Doc: "row of the table, from 1, the header not counted", Int: numbers})
	for _, c := range []struct {
		name, doc string
		values    []float64
	}{
		{"response", "y, of two outcomes 0 or 1", r.Response},
		{"fitted", "its mean by the fit, μ", r.Fitted},
		{"deviance_residual", "sign(y − μ) √(w d), d the unit deviance", r.Deviance},
		{"pearson_residual", "(y − μ) √(w ÷ V(μ)), V the variance function", r.Pearson},
		{"standardised_residual", "deviance residual ÷ √(φ(1 − h)); null at leverage 1", r.Standardised},
		{"leverage", "h, the row's share in its own fitted value", r.Leverage},
		{"cooks_distance", "how far the coefficients move without the row; null at leverage 1", r.Cook},
	} {
		t.Columns = append(t.Columns, Column{Name: c.name, Type: Float, Doc: c.doc, Flt: c.values})
	}
	return t
}
