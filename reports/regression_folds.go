package reports

import (
	"bufio"
	"fmt"
	"math"
	"strconv"

	"mainstay/ingest"
	"mainstay/regress/model"
)

// fewFolds is up to how many folds are shown one by one.
const fewFolds = 20

// validation writes how rows held out are predicted.
func (r *Regression) validation(b *bufio.Writer) {
	v := r.Validation
	title := fmt.Sprintf("CROSS-VALIDATION  %d folds, %s", len(v.Folds), v.Method)
	if v.By != "" {
		title += " by " + printable(v.By)
	}
	if v.Method != "rolling origin" {
		title += fmt.Sprintf(", seed %d", v.Seed)
	}
	if v.Gap > 0 {
		title += fmt.Sprintf(", gap of %s", plural(int64(v.Gap), "day"))
	}
	if v.Window > 0 {
		title += fmt.Sprintf(", window of %s", plural(int64(v.Window), "day"))
	}
	b.WriteByte('\n')
	indented(b, "", r.style.tellFit(title))
	g := r.folds()
	for _, line := range g.lines() {
		b.WriteString(columnGap + line + "\n")
	}
	for _, line := range r.heldOut() {
		indented(b, columnGap, r.style.tellFit(line))
	}
	if len(v.Calibration) > 0 {
		b.WriteByte('\n')
		for _, line := range calibrationChart(v.Calibration, r.style).lines() {
			b.WriteString(columnGap + line + "\n")
		}
	}
}

// folds is a table of the folds, and the whole beneath.
func (r *Regression) folds() *grid {
	v := r.Validation
	g := &grid{right: []bool{false, true, true}}
	header, _ := r.scoreCells(&v.Scores, 0)
	header = append([]string{"fold", "learnt on", "predicted"}, header...)
	for range header[3:] {
		g.right = append(g.right, true)
	}
	g.right = append(g.right, false)
	days := ""
	if v.Method == "rolling origin" {
		days = "days"
	}
	g.rows = append(g.rows, r.style.fitRow(append(header, days)...))
	events := 0
	for k := range v.Folds {
		f := &v.Folds[k]
		if len(v.Folds) > fewFolds {
			break
		}
		_, cells := r.scoreCells(&f.Scores, f.Events)
		row := append([]string{strconv.Itoa(k + 1), count(f.Train), count(f.Test)}, cells[0]...)
		days := ""
		if v.Method == "rolling origin" {
			days = r.style.tellFit(ingest.Day(f.From).String() + " to " + ingest.Day(f.To).String())
		}
		g.rows = append(g.rows, append(row, days))
	}
	for k := range v.Folds {
		events += v.Folds[k].Events
	}
	_, cells := r.scoreCells(&v.Scores, events)
	g.rows = append(g.rows, append(append([]string{r.style.tellFit("all"), "", count(v.N)}, cells[0]...), ""),
		append(append([]string{r.style.tellFit("SE"), "", ""}, cells[1]...), ""))
	return g
}

// scoreCells are the names of the measures that the family has, their values, and standard errors.
func (r *Regression) scoreCells(s *model.Scores, events int) (names []string, cells [2][]string) {
	add := func(name, value, se string) {
		names, cells[0], cells[1] = append(names, name), append(cells[0], value), append(cells[1], se)
	}
	four := func(v float64) string { return fixed(v, 4) }
	estimate := func(name string, e model.Estimate, text func(float64) string) {
		se := ""
		if !math.IsNaN(e.SE) || len(s.More) == 0 {
			se = text(e.SE)
		}
		add(name, text(e.Value), se)
	}
	switch {
	case r.Outcomes[1] != "":
		add("events", count(events), "")
		estimate("AUC", s.AUC, four)
		estimate("log loss", s.LogLoss, four)
		estimate("Brier", s.Brier, four)
	case !math.IsNaN(s.RMSE.Value):
		estimate("RMSE", s.RMSE, significant)
		estimate("MAE", s.MAE, significant)
		add("R²", fixed(s.R2, 4), "")
	}
	for i := range s.More {
		m := &s.More[i]
		estimate(spoken(m.Name), m.Estimate, func(v float64) string { return kindText(v, m.Kind) })
	}
	return names, cells
}

// heldOut are the remarks under the folds.
func (r *Regression) heldOut() (out []string) {
	v := r.Validation
	if r.Outcomes[1] != "" {
		out = append(out, fmt.Sprintf("without the model, log loss %s; calibration slope %s (SE %s; 1 = neither too bold nor too timid), in the large %s (SE %s; 0 = right in total)",
			fixed(v.BaseLogLoss, 4), fixed(v.Slope.Value, 3), fixed(v.Slope.SE, 3), fixed(v.Intercept.Value, 3), fixed(v.Intercept.SE, 3)))
		if math.IsNaN(v.AUC.Value) {
			out = append(out, "a fold lacks one of the outcomes, so there is no AUC of all: use fewer folds")
		}
	}
	if v.LogLoss.Value >= v.BaseLogLoss || v.R2 <= 0 { // NaN is neither
		out = append(out, "rows held out are predicted no better than by the mean of the rows learnt from: do not use this model to predict")
	}
	if r.Weights != "" {
		out = append(out, "every row held out counts once, whatever its weight")
	}
	if v.Unseen > 0 {
		out = append(out, fmt.Sprintf("%s with a level that the rows learnt from do not have; they were predicted as the average of the levels that those have", plural(int64(v.Unseen), "row")))
	}
	return out
}
