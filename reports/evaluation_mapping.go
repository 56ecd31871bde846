package reports

import (
	"bufio"
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// Mapped is a correction of probabilities, learnt on other rows, and what it makes of those that are judged.
type Mapped struct {
	*evaluate.Mapping
	Source string    // which rows taught
	P      []float64 // corrected, by row judged
	After  *evaluate.Probabilities
}

// CorrectedRows is a table of the rows judged: their number, columns of the table to keep, what came, what was predicted and the corrected
// probability. The error is two columns of one name.
func CorrectedRows(rows []int, keep []Column, actual, predicted, corrected []float64) (*Table, error) {
	t := &Table{Name: "corrected", Rows: len(rows)}
	numbers := make([]int64, len(rows))
	for i, r := range rows {
		numbers[i] = int64(r + 1)
	}
	t.Columns = append(t.Columns, Column{Name: "row", Type: Integer, Doc: "row of the table, from 1, the header not counted", Int: numbers})
	t.Columns = append(t.Columns, keep...)
	t.Columns = append(t.Columns, []Column{
		{Name: "actual", Type: Float, Doc: "1 where the event came, else 0", Flt: actual},
		{Name: "predicted", Type: Float, Doc: "as it was predicted", Flt: predicted},
		{Name: "corrected", Type: Float, Doc: "after the correction; as predicted where none was kept", Flt: corrected},
	}...)
	return t, t.distinct()
}

// mapping writes what was tried, what was kept, and what it makes of the rows.
func (e *Evaluation) mapping(b *bufio.Writer, before *evaluate.Probabilities) {
	m := e.Mapped
	f := e.figures()
	sure := percentLevel(e.Level) + " on one side"
	for _, t := range m.Tried {
		switch {
		case t.Gain == nil:
			f.alone(t.Method, math.NaN(), four, "could not be fitted: "+t.Note)
		case t.Method == m.Method:
			f.add(t.Method, change(t, e.Level), four, "kept: log loss falls, at "+sure)
		case m.Method == evaluate.Unchanged:
			f.add(t.Method, change(t, e.Level), four, "not kept: no fall of log loss at "+sure)
		default:
			f.add(t.Method, change(t, e.Level), four, "not kept: the other is better")
		}
	}
	f.write(b, "CORRECTION  change of the log loss of these rows")
	indented(b, columnGap, e.style.tellFit(fmt.Sprintf("learnt from %s, %s; %s judged", printable(m.Source), plural(int64(m.Learnt), "row"), plural(int64(m.Held), "row"))))
	if m.Method == evaluate.Unchanged {
		indented(b, columnGap, e.style.tellFit("probabilities stay as they are"))
		return
	}
	if m.Method == evaluate.Platt {
		indented(b, columnGap, e.style.tellFit(fmt.Sprintf("logit of the corrected = %s + %s × logit of the predicted", significant(m.Intercept), significant(m.Slope))))
	}
	after := e.figures()
	after.add("log loss", m.After.LogLoss, four, "was "+four(before.LogLoss.Value))
	after.add("Brier score", m.After.Brier, four, "was "+four(before.Brier.Value))
	after.add("observed ÷ predicted", m.After.Ratio, three, "was "+three(before.Ratio.Value))
	after.add("slope", m.After.Slope, three, "was "+three(before.Slope.Value))
	after.alone("calibration error", m.After.CalibrationError, four, "was "+four(before.CalibrationError)+"; by chance "+four(m.After.ChanceError))
	after.write(b, "CORRECTED  these rows chose whether to, so they flatter it a little")
}

// change is the change of log loss with its interval.
func change(t evaluate.Trial, level float64) evaluate.Figure {
	nan := math.NaN()
	f := evaluate.Figure{Value: *t.Gain, SE: nan, Low: nan, High: nan}
	if t.SE != nil {
		half := num.ZLevel(level) * *t.SE
		f.SE, f.Low, f.High = *t.SE, f.Value-half, f.Value+half
	}
	return f
}

type mappedJSON struct {
	Mapping *evaluate.Mapping  `json:"mapping"`
	Source  string             `json:"learnt_from"`
	After   *probabilitiesJSON `json:"corrected"`
}
