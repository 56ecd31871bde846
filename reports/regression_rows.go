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
	for _, c := range r.Columns {
		t.Columns = append(t.Columns, Column{Name: c.Name, Type: Float, Doc: c.About, Flt: c.Number})
	}
	return t
}
