package reports

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/model"
)

// Regression is a fit with the table it was fitted to.
type Regression struct {
	*model.Result
	Files []string
	Rows  int      // of the table
	Notes []string // how the table was read
}

// WriteRegression writes a fit for a terminal: what was fitted, the coefficient table, the measures,
// how rows held out are predicted, and what to heed.
func WriteRegression(w io.Writer, r *Regression) error {
	b := bufio.NewWriter(w)
	indented(b, "", printable(r.Formula))
	for _, line := range r.subject() {
		indented(b, columnGap, line)
	}
	b.WriteByte('\n')
	for _, line := range r.coefficients().lines() {
		b.WriteString(line + "\n")
	}
	b.WriteByte('\n')
	for _, line := range r.measures() {
		indented(b, "", line)
	}
	if r.Validation != nil {
		r.validation(b)
	}
	for i, remark := range append(r.remarks(), r.Notes...) {
		if i == 0 {
			b.WriteByte('\n')
		}
		indented(b, "", printable(remark))
	}
	return b.Flush()
}

// remarks are the warnings of the fit; those of dropped columns in one.
func (r *Regression) remarks() (out []string) {
	var dropped []string
	for i := range r.Coefficients {
		if r.Coefficients[i].Dropped {
			dropped = append(dropped, r.Coefficients[i].Name)
		}
	}
	if len(dropped) > 0 {
		out = append(out, "collinear: other columns determine these, so they were dropped (--json says which do): "+strings.Join(dropped, ", "))
	}
	for _, w := range r.Certificate.Warnings {
		if w.Code != num.WarnCollinear {
			out = append(out, w.Code+": "+w.Message)
		}
	}
	return out
}

// indented writes text wrapped to the page; lines after the first are indented.
func indented(b *bufio.Writer, indent, text string) {
	for i, line := range wrap(text, pageWidth-len(indent)-len(columnGap)) {
		if i > 0 {
			b.WriteString(columnGap)
		}
		b.WriteString(indent + line + "\n")
	}
}

// subject says what was fitted to which rows.
func (r *Regression) subject() []string {
	out := []string{string(r.Family) + ", least squares"}
	if r.Family == model.Binomial {
		out[0] = fmt.Sprintf("%s, logistic; the event is %s = %s (%s of %s, %s), not %s", r.Family, printable(r.Response),
			printable(r.Outcomes[1]), count(r.Events), plural(int64(r.Used), "row"), percent(float64(r.Events)/float64(r.Used)), printable(r.Outcomes[0]))
	}
	rows := plural(int64(r.Rows), "row")
	if r.Chosen < r.Rows {
		rows += fmt.Sprintf(", %s chosen by --where", count(r.Chosen))
	}
	rows += fmt.Sprintf(": %s used", count(r.Used))
	if r.Dropped > 0 {
		var missing []string
		for _, m := range r.Missing {
			missing = append(missing, fmt.Sprintf("%s %s", printable(m.Column), count(m.Rows)))
		}
		rows += fmt.Sprintf(", %s left out for missing values (%s)", count(r.Dropped), strings.Join(missing, ", "))
	}
	out = append(out, rows)
	if r.Weights != "" {
		weights := "weights of precision: " // what they are for, as --weights says
		if r.Family == model.Binomial {
			weights = "weights of frequency: "
		}
		if weights += printable(r.Weights); r.Weightless > 0 {
			weights += fmt.Sprintf(", 0 in %s, which count for nothing", plural(int64(r.Weightless), "row"))
		}
		out = append(out, weights)
	}
	var bases []string
	for _, f := range r.Factors {
		bases = append(bases, printable(f.Name)+" = "+printable(f.Levels[0]))
	}
	if len(bases) > 0 {
		out = append(out, "compared with "+strings.Join(bases, ", "))
	}
	errors := "standard errors from the model"
	switch {
	case r.Cluster != "":
		errors = fmt.Sprintf("standard errors clustered by %s (CR1, %s)", printable(r.Cluster), plural(int64(r.Clusters), "cluster"))
	case r.Covariance != "model":
		errors = fmt.Sprintf("standard errors robust to unequal variance (%s)", r.Covariance)
	}
	return append(out, errors)
}

// termLeast is the room that the names of terms get in any case.
const termLeast = 24

func (r *Regression) coefficients() *grid {
	statistic := "z"
	if r.Family == model.Gaussian {
		statistic = "t"
	}
	level := strconv.FormatFloat(100*r.Level, 'g', 6, 64) + " % interval"
	g := &grid{right: []bool{false, true, true, true, true, true, true}}
	header := []string{"term", "estimate", "SE", statistic, "p", level, ""}
	if r.Family == model.Binomial {
		header[5], header[6] = "odds ratio", level
	}
	g.rows = append(g.rows, header)
	var names []string
	for i := range r.Coefficients {
		c := &r.Coefficients[i]
		names = append(names, printable(c.Name))
		row := []string{"", significant(c.Estimate), significant(c.SE), statisticText(c.Statistic), pValue(c.P)}
		switch {
		case c.Dropped:
			row = append(row, "dropped", "")
		case r.Family == model.Binomial:
			odds, low, high := c.Odds()
			row = append(row, oddsText(odds), between(low, high, oddsText))
		default:
			row = append(row, between(c.Low, c.High, significant), "")
		}
		g.rows = append(g.rows, row)
	}
	g.label(names)
	return g
}

// label puts names before the rows under the header; one too long for the page goes over several lines, those
// after the first indented, its row beside the last.
func (g *grid) label(names []string) {
	room := pageWidth
	for _, line := range g.lines() {
		room = min(room, pageWidth-width(line))
	}
	room = max(room, termLeast)
	rows := g.rows[:1:1]
	for i, name := range names {
		pieces := wrap(name, room-len(columnGap))
		if width(name) <= room {
			pieces = []string{name}
		}
		for k, piece := range pieces {
			row := make([]string, len(g.right))
			if k == len(pieces)-1 {
				row = g.rows[i+1]
			}
			if row[0] = piece; k > 0 {
				row[0] = columnGap + piece
			}
			rows = append(rows, row)
		}
	}
	g.rows = rows
}

func between(low, high float64, format func(float64) string) string {
	return Style{}.interval(low, high, format)
}

// significant is v to four significant digits, which is more than its error leaves it; undefined is a dash.
func significant(v float64) string {
	const digits = 4
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dash
	}
	exponent := 0
	if v != 0 {
		exponent = int(math.Floor(math.Log10(math.Abs(v))))
	}
	if exponent < -4 || exponent > 6 {
		return strings.ReplaceAll(strconv.FormatFloat(v, 'e', digits-1, 64), "-", "−")
	}
	return fixed(v, max(0, digits-1-exponent))
}

// statisticText is a test statistic to two places; that of a fit without error has no end.
func statisticText(v float64) string {
	if math.Abs(v) < 1e6 {
		return fixed(v, 2)
	}
	return significant(v)
}

// oddsText is an odds ratio; close to 1 the difference is all that matters.
func oddsText(v float64) string {
	if math.Abs(v-1) < 0.01 {
		return fixed(v, 5)
	}
	return significant(v)
}

// leastP is where tails are beyond what a double of an ordinary statistic tells: R prints it so.
const leastP = 2.2e-16

// pValue is a probability as tables print it.
func pValue(p float64) string {
	switch {
	case math.IsNaN(p):
		return dash
	case p < leastP:
		return "<2e-16"
	case p < 0.0001:
		return strconv.FormatFloat(p, 'e', 1, 64)
	}
	return fixed(p, 4)
}

// withP is a probability after its name: "p < 2e-16", "p = 0.0310".
func withP(p float64) string {
	if s, ok := strings.CutPrefix(pValue(p), "<"); ok {
		return "p < " + s
	}
	return "p = " + pValue(p)
}

func (r *Regression) measures() []string {
	m := &r.Measures
	var out []string
	criteria := fmt.Sprintf("log-likelihood %s, AIC %s, BIC %s", fixed(m.LogLik, 2), fixed(m.AIC, 2), fixed(m.BIC, 2))
	if r.Family == model.Gaussian {
		out = append(out, fmt.Sprintf("residual standard deviation %s on %s of freedom; R² %s, adjusted %s",
			significant(m.Sigma), plural(int64(m.DF), "degree"), fixed(m.R2, 4), fixed(m.AdjR2, 4)))
	} else {
		out = append(out, fmt.Sprintf("deviance %s on %s of freedom, null %s on %s; McFadden's pseudo-R² %s",
			fixed(m.Deviance, 2), plural(int64(m.DF), "degree"), fixed(m.NullDeviance, 2), count(m.NullDF), fixed(m.McFadden, 4)))
	}
	if t := &m.Test; !math.IsNaN(t.P) {
		df := plural(int64(t.DF), "degree")
		if t.DF2 > 0 {
			df = count(int64(t.DF)) + " and " + plural(int64(t.DF2), "degree")
		}
		out = append(out, fmt.Sprintf("all terms together: %s %s on %s of freedom, %s", t.Name, statisticText(t.Statistic), df, withP(t.P)))
	}
	return append(out, criteria)
}

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
	b.WriteByte('\n')
	indented(b, "", title)
	g := r.folds()
	for _, line := range g.lines() {
		b.WriteString(columnGap + line + "\n")
	}
	for _, line := range r.heldOut() {
		indented(b, columnGap, line)
	}
	if len(v.Calibration) > 0 {
		b.WriteByte('\n')
		for _, line := range calibrationChart(v.Calibration).lines() {
			b.WriteString(columnGap + line + "\n")
		}
	}
}

// folds is a table of the folds, and the whole beneath.
func (r *Regression) folds() *grid {
	v := r.Validation
	binomial := r.Family == model.Binomial
	g := &grid{right: []bool{false, true, true, true, true, true, true, false}}
	header := []string{"fold", "learnt on", "predicted", "RMSE", "MAE", "R²", "", ""}
	if binomial {
		header = []string{"fold", "learnt on", "predicted", "events", "AUC", "log loss", "Brier", ""}
	}
	if v.Method == "rolling origin" {
		header[7] = "days"
	}
	g.rows = append(g.rows, header)
	for k := range v.Folds {
		f := &v.Folds[k]
		if len(v.Folds) > fewFolds {
			break
		}
		row := []string{strconv.Itoa(k + 1), count(f.Train), count(f.Test), significant(f.RMSE.Value), significant(f.MAE.Value), fixed(f.R2, 4), "", ""}
		if binomial {
			row = []string{row[0], row[1], row[2], count(f.Events), fixed(f.AUC.Value, 4), fixed(f.LogLoss.Value, 4), fixed(f.Brier.Value, 4), ""}
		}
		if v.Method == "rolling origin" {
			row[7] = ingest.Day(f.From).String() + " to " + ingest.Day(f.To).String()
		}
		g.rows = append(g.rows, row)
	}
	all := []string{"all", "", count(v.N), significant(v.RMSE.Value), significant(v.MAE.Value), fixed(v.R2, 4), "", ""}
	se := []string{"SE", "", "", significant(v.RMSE.SE), significant(v.MAE.SE), "", "", ""}
	if binomial {
		events := 0
		for k := range v.Folds {
			events += v.Folds[k].Events
		}
		all = []string{"all", "", count(v.N), count(events), fixed(v.AUC.Value, 4), fixed(v.LogLoss.Value, 4), fixed(v.Brier.Value, 4), ""}
		se = []string{"SE", "", "", "", fixed(v.AUC.SE, 4), fixed(v.LogLoss.SE, 4), fixed(v.Brier.SE, 4), ""}
	}
	g.rows = append(g.rows, all, se)
	return g
}

// heldOut are the remarks under the folds.
func (r *Regression) heldOut() (out []string) {
	v := r.Validation
	if r.Family == model.Binomial {
		out = append(out, fmt.Sprintf("without the model, log loss %s; calibration slope %s (SE %s; 1 = neither too bold nor too timid), in the large %s (SE %s; 0 = right in total)",
			fixed(v.BaseLogLoss, 4), fixed(v.Slope.Value, 3), fixed(v.Slope.SE, 3), fixed(v.Intercept.Value, 3), fixed(v.Intercept.SE, 3)))
		if math.IsNaN(v.AUC.Value) {
			out = append(out, "a fold lacks one of the outcomes, so there is no AUC of all: use fewer folds")
		}
	}
	if v.LogLoss.Value >= v.BaseLogLoss || v.R2 <= 0 { // NaN of the other family is neither
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
