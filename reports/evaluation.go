package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"mainstay/regress/evaluate"
)

// Evaluation is how good predictions in a table are.
type Evaluation struct {
	Files                      []string
	Rows, Chosen, Used         int    // of the table; that the conditions keep; that lack nothing
	ChosenFor                  string // NotLearntFrom or ChosenNotLearntFrom; "" = by --where alone
	Missing                    []MissingCells
	Actual, Predicted, Against string // columns; "" = none
	Weights, Cluster, By       string
	Saved                      string // the column of amounts
	Event, NonEvent            string // of probabilities
	Level                      float64
	Groups                     []EvaluationGroup // all rows, then by segment
	Mapped                     *Mapped           // nil unless a correction was asked for
	Notes                      []string

	style Style // of the page that is being written
}

// MissingCells are rows left out because a column is empty.
type MissingCells struct {
	Column string
	Rows   int
}

// EvaluationGroup is all rows or a segment: Probabilities or Values, and the comparison with the other model if one was given.
type EvaluationGroup struct {
	Segment         string // "" = all
	Probabilities   *evaluate.Probabilities
	Comparison      *evaluate.Comparison
	Values          *evaluate.Values
	ValueComparison *evaluate.ValueComparison
}

// WriteEvaluation writes an evaluation for a terminal: what was judged, the figures with their intervals and what they
// mean, and tables.
func WriteEvaluation(w io.Writer, of *Evaluation, style Style) error {
	b, page := bufio.NewWriter(w), *of
	e := &page
	e.style = style
	for i, line := range e.subject() {
		indented(b, strings.Repeat(" ", 2*min(i, 1)), style.tellFit(line))
	}
	all := &e.Groups[0]
	if all.Probabilities != nil {
		e.probabilities(b, all)
		if e.Mapped != nil {
			e.mapping(b, all.Probabilities)
		}
	} else {
		e.values(b, all)
	}
	if len(e.Groups) > 1 {
		section(b, style.tellFit("BY "+printable(e.By)), e.segments())
	}
	for i, note := range e.Notes {
		if i == 0 {
			b.WriteByte('\n')
		}
		indented(b, "", style.tellFit(printable(note)))
	}
	return b.Flush()
}

// Why rows of the table are judged and others are not.
const (
	chosenByWhere       = "chosen by --where"
	NotLearntFrom       = "not learnt from"
	ChosenNotLearntFrom = chosenByWhere + " and not learnt from"
)

// subject says what is judged on which rows.
func (e *Evaluation) subject() []string {
	all := &e.Groups[0]
	out := []string{printable(e.Actual) + " as predicted by " + printable(e.Predicted)}
	if p := all.Probabilities; p != nil {
		out = append(out, fmt.Sprintf("the event is %s = %s (%s of %s, %s)", printable(e.Actual), printable(e.Event), count(p.Events), plural(int64(p.Rows), "row"), percent(p.Rate)))
	}
	rows := plural(int64(e.Rows), "row")
	if e.Chosen < e.Rows {
		rows += fmt.Sprintf(", %s %s", count(e.Chosen), cmp.Or(e.ChosenFor, chosenByWhere))
	}
	rows += fmt.Sprintf(": %s used", count(e.Used))
	if len(e.Missing) > 0 {
		var missing []string
		for _, m := range e.Missing {
			missing = append(missing, fmt.Sprintf("%s %s", printable(m.Column), count(m.Rows)))
		}
		rows += fmt.Sprintf(", %s left out for missing values (%s)", count(e.Chosen-e.Used), strings.Join(missing, ", "))
	}
	out = append(out, rows)
	weightless, clusters := 0, 0
	if all.Probabilities != nil {
		weightless, clusters = all.Probabilities.Weightless, all.Probabilities.Clusters
	} else {
		weightless, clusters = all.Values.Weightless, all.Values.Clusters
	}
	if e.Weights != "" {
		weights := "weighted by " + printable(e.Weights)
		if weightless > 0 {
			weights += fmt.Sprintf(", 0 in %s, which count for nothing", plural(int64(weightless), "row"))
		}
		out = append(out, weights)
	}
	if e.Cluster != "" {
		return append(out, fmt.Sprintf("errors by %s (%s)", printable(e.Cluster), plural(int64(clusters), "cluster")))
	}
	return append(out, "errors by row: where a customer has several, name the column with --cluster")
}

// figures is a table of figures: name, value, interval, what it says.
type figures struct {
	grid  grid
	style Style
}

func (e *Evaluation) figures() *figures {
	f := &figures{grid{right: []bool{false, true, true, false}}, e.style}
	f.grid.rows = append(f.grid.rows, e.style.fitRow("", "", intervalAt(e.Level), ""))
	return f
}

// intervalAt is "95 % interval".
func intervalAt(level float64) string { return percentLevel(level) + " interval" }

// percentLevel is a confidence level, "95 %".
func percentLevel(level float64) string { return strconv.FormatFloat(100*level, 'g', 6, 64) + " %" }

func (f *figures) add(name string, v evaluate.Figure, text func(float64) string, says string) {
	interval := ""
	if !math.IsNaN(v.Low) {
		interval = between(v.Low, v.High, text)
	}
	f.grid.rows = append(f.grid.rows, f.style.fitRow(name, text(v.Value), interval, says))
}

func (f *figures) alone(name string, v float64, text func(float64) string, says string) {
	nan := math.NaN()
	f.add(name, evaluate.Figure{Value: v, SE: nan, Low: nan, High: nan}, text, says)
}

func (f *figures) write(b *bufio.Writer, title string) {
	b.WriteString("\n" + f.style.tellFit(title) + "\n")
	f.lines(b)
}

func (f *figures) lines(b *bufio.Writer) {
	f.grid.fold(pageWidth - 2*len(columnGap))
	for _, line := range f.grid.lines() {
		b.WriteString(columnGap + line + "\n")
	}
}

func four(v float64) string  { return fixed(v, 4) }
func three(v float64) string { return fixed(v, 3) }

// values writes what is said of values.
func (e *Evaluation) values(b *bufio.Writer, g *EvaluationGroup) {
	v := g.Values
	f := e.figures()
	f.add("RMSE", v.RMSE, significant, "root of the mean squared error: models are chosen by it")
	f.add("MAE", v.MAE, significant, "mean absolute error: flatters what predicts the median")
	f.alone("R²", v.R2, four, "share of the variance predicted; below 0 = worse than the mean")
	f.add("bias", v.Bias, significant, fmt.Sprintf("mean of predicted − actual; the mean actual is %s", significant(v.Mean)))
	f.add("total", v.BiasShare, signed, "predicted beside actual, in total")
	f.write(b, "ERRORS")
	f = e.figures()
	f.add("Spearman", v.Spearman, three, "correlation of ranks: 1 = the order is right")
	f.add("Kendall", v.Kendall, three, "pairs in the right order less those in the wrong (tau-b)")
	for _, t := range v.Top {
		f.add("top "+percent(t.Share), t.Value, percent, fmt.Sprintf("of the whole held by those predicted highest; at best %s", percent(t.Oracle)))
	}
	f.write(b, "ORDER")
	f = e.figures()
	f.add("Poisson", v.Poisson, significant, "for counts")
	f.add(fmt.Sprintf("Tweedie %g", v.Power), v.Tweedie, significant, "for amounts with zeros")
	f.add("Gamma", v.Gamma, significant, "for amounts above 0")
	f.write(b, "MEAN DEVIANCE  a dash: an outcome or a prediction is outside its domain")
	if c := g.ValueComparison; c != nil {
		f = e.figures()
		f.add("MSE", c.MSE, significant, better(c.MSE, -1, e))
		f.add("MAE", c.MAE, significant, better(c.MAE, -1, e))
		f.write(b, e.versus())
	}
}

func (e *Evaluation) versus() string {
	return "COMPARED WITH " + clip(printable(e.Against), pageWidth/2) + "  differences on the same rows"
}

// better says which of two models is the better one by a difference; sign is that of a better first one.
func better(f evaluate.Figure, sign float64, e *Evaluation) string {
	switch {
	case math.IsNaN(f.Low):
		return ""
	case f.Low <= 0 && f.High >= 0:
		return "no telling which is better"
	case f.Value*sign > 0:
		return printable(e.Predicted) + " is better"
	}
	return printable(e.Against) + " is better"
}

// segments is a line for each segment.
func (e *Evaluation) segments() *grid {
	g := &grid{right: []bool{false, true, true, true, true, true, true}}
	g.rows = append(g.rows, e.style.fitRow("segment", "rows", "actual", "predicted", "RMSE", "Spearman", "total"))
	if e.Groups[0].Probabilities != nil {
		g.rows[0] = e.style.fitRow("segment", "rows", "actual", "predicted", "AUC", "log loss", "observed ÷ predicted")
	}
	const least = 12
	for i := range e.Groups[1:] {
		s := &e.Groups[i+1]
		if p := s.Probabilities; p != nil {
			g.rows = append(g.rows, []string{printable(s.Segment), count(p.Rows), percent(p.Rate), percent(p.Predicted),
				three(p.AUC.Value) + " " + Style{}.interval(p.AUC.Low, p.AUC.High, three), four(p.LogLoss.Value), fixed(p.Ratio.Value, 2) + " " + Style{}.interval(p.Ratio.Low, p.Ratio.High, two)})
			continue
		}
		v := s.Values
		g.rows = append(g.rows, []string{printable(s.Segment), count(v.Rows), significant(v.Mean), significant(v.Predicted),
			significant(v.RMSE.Value), three(v.Spearman.Value), signed(v.BiasShare.Value)})
	}
	g.squeeze(0, pageWidth-len(columnGap), least)
	return g
}

func two(v float64) string { return fixed(v, 2) }
