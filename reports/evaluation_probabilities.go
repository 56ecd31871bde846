package reports

import (
	"bufio"
	"fmt"
	"math"

	"mainstay/regress/evaluate"
)

// probabilities writes what is said of probabilities.
func (e *Evaluation) probabilities(b *bufio.Writer, g *EvaluationGroup) {
	p := g.Probabilities
	e.ranking(p).write(b, "RANKING")
	e.calibration(p).write(b, "CALIBRATION")
	e.both(p).write(b, "BOTH TOGETHER")
	section(b, e.style.tellFit("CALIBRATION BY BINS  of equal weight, lowest first"), calibrationBins(p.Calibration, e.style))
	section(b, e.style.tellFit("LIFT  highest first"), liftTable(p.Lift, e.style))
	if p.Profit != nil {
		e.profit(b, p.Profit)
	}
	if c := g.Comparison; c != nil {
		f := e.figures()
		f.add("ROC AUC", c.AUC, four, better(c.AUC, 1, e))
		f.add("average precision", c.AveragePrecision, four, better(c.AveragePrecision, 1, e))
		f.add("log loss", c.LogLoss, four, better(c.LogLoss, -1, e))
		f.add("Brier score", c.Brier, four, better(c.Brier, -1, e))
		f.write(b, e.versus())
	}
}

func (e *Evaluation) ranking(p *evaluate.Probabilities) *figures {
	f := e.figures()
	f.add("ROC AUC", p.AUC, four, "chance that an event is above a non-event; 0.5: none")
	f.add("average precision", p.AveragePrecision, four, fmt.Sprintf("events among those flagged; %s: ranks nothing", four(p.Rate)))
	f.alone("interpolated", p.InterpolatedPR, four, "the same area, interpolated as Davis & Goadrich do")
	return f
}

func (e *Evaluation) calibration(p *evaluate.Probabilities) *figures {
	f := e.figures()
	f.add("observed ÷ predicted", p.Ratio, three, ratioSays(p))
	f.add("intercept", p.Intercept, three, "on the logit scale; 0 = right in total")
	f.add("slope", p.Slope, three, slopeSays(p.Slope))
	f.alone("calibration error", p.CalibrationError, four, fmt.Sprintf("mean distance of bins from what they say; by chance %s", four(p.ChanceError)))
	return f
}

// ratioSays puts the observed rate beside the predicted one.
func ratioSays(p *evaluate.Probabilities) string {
	return fmt.Sprintf("%s came, %s were predicted", percent(p.Rate), percent(p.Predicted))
}

func slopeSays(f evaluate.Figure) string {
	switch {
	case f.High < 1:
		return "below 1: too bold, high too high and low too low"
	case f.Low > 1:
		return "above 1: too timid, all too near the mean"
	case math.IsNaN(f.Low):
		return "1 = neither too bold nor too timid"
	}
	return "neither too bold nor too timid, as far as can be told"
}

func (e *Evaluation) both(p *evaluate.Probabilities) *figures {
	f := e.figures()
	f.add("log loss", p.LogLoss, four, fmt.Sprintf("%s = giving everybody the rate", four(p.BaseLogLoss)))
	f.add("Brier score", p.Brier, four, fmt.Sprintf("%s = giving everybody the rate", four(p.Parts.Uncertainty)))
	f.alone("  reliability", p.Parts.Reliability, four, fmt.Sprintf("lost by bins not being what they say (less chance: %s)", four(p.Parts.Corrected.Reliability)))
	f.alone("  resolution", p.Parts.Resolution, four, fmt.Sprintf("gained by bins that differ (less chance: %s)", four(p.Parts.Corrected.Resolution)))
	return f
}

// calibrationBins sets observed beside predicted with the interval of the observed.
func calibrationBins(bins []evaluate.CalibrationBin, style Style) *grid {
	plain := make([]evaluate.Bin, len(bins))
	for i := range bins {
		plain[i] = bins[i].Bin
	}
	g := calibrationChart(plain, style)
	g.right = []bool{true, true, true, true, false}
	for i, row := range g.rows {
		interval := style.tellFit("interval")
		if i > 0 {
			interval = between(bins[i-1].Low, bins[i-1].High, percent)
		}
		g.rows[i] = []string{row[0], row[1], row[2], interval, row[3]}
	}
	return g
}

func liftTable(bins []evaluate.Bin, style Style) *grid {
	g := &grid{right: []bool{true, true, true, true, true}}
	g.rows = append(g.rows, style.fitRow("rows", "predicted", "observed", "lift", "events found so far"))
	for _, b := range bins {
		g.rows = append(g.rows, []string{count(b.N), percent(b.Predicted), percent(b.Observed), fixed(b.Lift, 2), percent(b.CumCapture)})
	}
	return g
}

// profit writes what contacting earns.
func (e *Evaluation) profit(b *bufio.Writer, p *evaluate.Profit) {
	worth := "the column " + printable(e.Saved)
	if e.Saved == "" {
		worth = significant(p.Saved)
	}
	title := fmt.Sprintf("CONTACTING  at %s each, keeping %s of those who would leave, worth %s", significant(p.Cost), percent(p.Success), worth)
	b.WriteByte('\n')
	indented(b, "", e.style.tellFit(title))
	f := e.figures()
	f.add("best share: "+percent(p.Best.Share), p.Best.Profit, significant, fmt.Sprintf("scores of %s and more; shares of %s to %s earn as much, as far as can be told", significant(p.Best.Score), percent(p.LeastShare), percent(p.MostShare)))
	if p.AtBreakEven != nil {
		f.add("break-even: "+percent(p.AtBreakEven.Share), p.AtBreakEven.Profit, significant, fmt.Sprintf("scores from %s on, where a contact pays if scores are right", significant(p.BreakEven)))
	}
	f.add("everybody", p.All, significant, fmt.Sprintf("nobody earns 0; knowing who leaves would earn %s", significant(p.Perfect)))
	f.lines(b)
}
