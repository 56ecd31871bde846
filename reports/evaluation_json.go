package reports

import (
	"io"
	"math"

	"mainstay/regress/evaluate"
)

// EvaluationSchema names the shape of the JSON of an evaluation.
const EvaluationSchema = "mainstay.evaluate/1"

type evaluationJSON struct {
	Schema    string                `json:"schema"`
	Files     []string              `json:"files"`
	Actual    string                `json:"actual"`
	Predicted string                `json:"predicted"`
	Against   *string               `json:"against"`
	Kind      string                `json:"kind"`
	Event     *string               `json:"event"`
	NonEvent  *string               `json:"non_event"`
	Weights   *string               `json:"weights"`
	Cluster   *string               `json:"cluster"`
	By        *string               `json:"by"`
	Level     float64               `json:"level"`
	Rows      evaluationRowsJSON    `json:"rows"`
	Groups    []evaluationGroupJSON `json:"groups"`
	Mapped    *mappedJSON           `json:"correction,omitempty"`
	Notes     []string              `json:"notes"`
}

type evaluationRowsJSON struct {
	Table   int           `json:"table"`
	Chosen  int           `json:"chosen"`
	Used    int           `json:"used"`
	Missing []missingJSON `json:"missing"`
}

type evaluationGroupJSON struct {
	Segment       *string              `json:"segment"`
	Probabilities *probabilitiesJSON   `json:"probabilities,omitempty"`
	Values        *evaluatedValuesJSON `json:"values,omitempty"`
	Comparison    map[string]figure    `json:"comparison,omitempty"`
}

// figure is a figure with its interval; undefined is null.
type figure struct {
	Value number `json:"value"`
	SE    number `json:"se"`
	Low   number `json:"low"`
	High  number `json:"high"`
}

func figureJSON(f evaluate.Figure) figure {
	return figure{number(f.Value), number(f.SE), number(f.Low), number(f.High)}
}

type probabilitiesJSON struct {
	Rows             int                  `json:"rows"`
	Events           int                  `json:"events"`
	Zero             int                  `json:"weight_zero"`
	Clusters         *int                 `json:"clusters"`
	Tied             int                  `json:"tied_rows"`
	Rate             number               `json:"rate"`
	Predicted        number               `json:"predicted"`
	AUC              figure               `json:"auc"`
	AveragePrecision figure               `json:"average_precision"`
	InterpolatedPR   number               `json:"pr_auc_interpolated"`
	LogLoss          figure               `json:"log_loss"`
	BaseLogLoss      number               `json:"base_log_loss"`
	Brier            figure               `json:"brier"`
	Parts            brierJSON            `json:"brier_parts"`
	Ratio            figure               `json:"observed_to_predicted"`
	Intercept        figure               `json:"calibration_in_the_large"`
	Slope            figure               `json:"calibration_slope"`
	Error            number               `json:"calibration_error"`
	Chance           number               `json:"calibration_error_by_chance"`
	Calibration      []calibrationBinJSON `json:"calibration"`
	Lift             []liftJSON           `json:"lift"`
	Profit           *profitJSON          `json:"profit"`
}

type brierJSON struct {
	Reliability number `json:"reliability"`
	Resolution  number `json:"resolution"`
	Uncertainty number `json:"uncertainty"`
	Within      number `json:"within_bins"`
	Corrected   struct {
		Reliability number `json:"reliability"`
		Resolution  number `json:"resolution"`
		Uncertainty number `json:"uncertainty"`
	} `json:"corrected"`
}

type calibrationBinJSON struct {
	calibrationJSON
	Low  number `json:"low"`
	High number `json:"high"`
}

type liftJSON struct {
	calibrationJSON
	Lift    number `json:"lift"`
	Capture number `json:"cum_capture"`
}

type profitJSON struct {
	Cost       number      `json:"contact_cost"`
	Success    number      `json:"success"`
	Saved      *number     `json:"saved"`
	Column     *string     `json:"saved_column"`
	Best       pointJSON   `json:"best"`
	LeastShare number      `json:"least_share"`
	MostShare  number      `json:"most_share"`
	BreakEven  *pointJSON  `json:"break_even"`
	Everybody  figure      `json:"everybody"`
	Perfect    number      `json:"perfect"`
	Curve      []pointJSON `json:"curve"`
}

type pointJSON struct {
	Share  number `json:"share"`
	Score  number `json:"score"`
	Found  number `json:"events_found"`
	Profit figure `json:"profit"`
}

type evaluatedValuesJSON struct {
	Rows      int       `json:"rows"`
	Zero      int       `json:"weight_zero"`
	Clusters  *int      `json:"clusters"`
	Mean      number    `json:"mean"`
	Predicted number    `json:"predicted"`
	MSE       figure    `json:"mse"`
	RMSE      figure    `json:"rmse"`
	MAE       figure    `json:"mae"`
	R2        number    `json:"r2"`
	Bias      figure    `json:"bias"`
	BiasShare figure    `json:"bias_share"`
	Poisson   figure    `json:"poisson_deviance"`
	Tweedie   figure    `json:"tweedie_deviance"`
	Power     number    `json:"tweedie_power"`
	Gamma     figure    `json:"gamma_deviance"`
	Spearman  figure    `json:"spearman"`
	Kendall   figure    `json:"kendall"`
	Top       []topJSON `json:"top"`
}

type topJSON struct {
	Share   number `json:"share"`
	Capture figure `json:"capture"`
	Oracle  number `json:"oracle"`
}

// WriteEvaluationJSON writes an evaluation for machines.
func WriteEvaluationJSON(w io.Writer, e *Evaluation) error {
	out := evaluationJSON{Schema: EvaluationSchema, Files: e.Files, Actual: e.Actual, Predicted: e.Predicted, Against: given(e.Against), Kind: "value",
		Weights: given(e.Weights), Cluster: given(e.Cluster), By: given(e.By), Level: e.Level,
		Rows: evaluationRowsJSON{Table: e.Rows, Chosen: e.Chosen, Used: e.Used, Missing: []missingJSON{}}, Notes: append([]string{}, e.Notes...)}
	for _, m := range e.Missing {
		out.Rows.Missing = append(out.Rows.Missing, missingJSON(m))
	}
	if e.Groups[0].Probabilities != nil {
		out.Kind, out.Event, out.NonEvent = "probability", &e.Event, given(e.NonEvent)
	}
	for i := range e.Groups {
		g := &e.Groups[i]
		j := evaluationGroupJSON{Segment: given(g.Segment)}
		if g.Probabilities != nil {
			j.Probabilities = e.probabilitiesJSON(g.Probabilities)
		}
		if g.Values != nil {
			j.Values = valuesToJSON(g.Values)
		}
		if c := g.Comparison; c != nil {
			j.Comparison = map[string]figure{"auc": figureJSON(c.AUC), "average_precision": figureJSON(c.AveragePrecision), "log_loss": figureJSON(c.LogLoss), "brier": figureJSON(c.Brier)}
		}
		if c := g.ValueComparison; c != nil {
			j.Comparison = map[string]figure{"mse": figureJSON(c.MSE), "mae": figureJSON(c.MAE)}
		}
		out.Groups = append(out.Groups, j)
	}
	if m := e.Mapped; m != nil {
		out.Mapped = &mappedJSON{m.Mapping, m.Source, e.probabilitiesJSON(m.After)}
	}
	b, err := encodeJSON(out)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// given is s, or nil where there is none.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orNull(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func (e *Evaluation) probabilitiesJSON(p *evaluate.Probabilities) *probabilitiesJSON {
	m := &p.Parts
	out := &probabilitiesJSON{Rows: p.Rows, Events: p.Events, Zero: p.Weightless, Clusters: orNull(p.Clusters), Tied: p.Tied,
		Rate: number(p.Rate), Predicted: number(p.Predicted), AUC: figureJSON(p.AUC), AveragePrecision: figureJSON(p.AveragePrecision),
		InterpolatedPR: number(p.InterpolatedPR), LogLoss: figureJSON(p.LogLoss), BaseLogLoss: number(p.BaseLogLoss), Brier: figureJSON(p.Brier),
		Parts: brierJSON{Reliability: number(m.Reliability), Resolution: number(m.Resolution), Uncertainty: number(m.Uncertainty), Within: number(m.Within)},
		Ratio: figureJSON(p.Ratio), Intercept: figureJSON(p.Intercept), Slope: figureJSON(p.Slope), Error: number(p.CalibrationError), Chance: number(p.ChanceError)}
	c := &out.Parts.Corrected
	c.Reliability, c.Resolution, c.Uncertainty = number(m.Corrected.Reliability), number(m.Corrected.Resolution), number(m.Corrected.Uncertainty)
	bin := func(b *evaluate.Bin) calibrationJSON {
		return calibrationJSON{b.N, number(b.Predicted), number(b.Observed)}
	}
	for i := range p.Calibration {
		b := &p.Calibration[i]
		out.Calibration = append(out.Calibration, calibrationBinJSON{bin(&b.Bin), number(b.Low), number(b.High)})
	}
	for i := range p.Lift {
		b := &p.Lift[i]
		out.Lift = append(out.Lift, liftJSON{bin(b), number(b.Lift), number(b.CumCapture)})
	}
	if p.Profit != nil {
		out.Profit = e.profitJSON(p.Profit)
	}
	return out
}

func (e *Evaluation) profitJSON(p *evaluate.Profit) *profitJSON {
	out := &profitJSON{Cost: number(p.Cost), Success: number(p.Success), Column: given(e.Saved), Best: pointToJSON(&p.Best),
		LeastShare: number(p.LeastShare), MostShare: number(p.MostShare), Everybody: figureJSON(p.All), Perfect: number(p.Perfect)}
	if e.Saved == "" {
		saved := number(p.Saved)
		out.Saved = &saved
	}
	if p.AtBreakEven != nil {
		at := pointToJSON(p.AtBreakEven)
		at.Score = number(p.BreakEven)
		out.BreakEven = &at
	}
	for i := range p.Curve {
		out.Curve = append(out.Curve, pointToJSON(&p.Curve[i]))
	}
	return out
}

// pointToJSON has no score where nobody is contacted.
func pointToJSON(p *evaluate.ProfitPoint) pointJSON {
	score := p.Score
	if math.IsInf(score, 1) {
		score = math.NaN()
	}
	return pointJSON{number(p.Share), number(score), number(p.Found), figureJSON(p.Profit)}
}

func valuesToJSON(v *evaluate.Values) *evaluatedValuesJSON {
	out := &evaluatedValuesJSON{Rows: v.Rows, Zero: v.Weightless, Clusters: orNull(v.Clusters), Mean: number(v.Mean), Predicted: number(v.Predicted),
		MSE: figureJSON(v.MSE), RMSE: figureJSON(v.RMSE), MAE: figureJSON(v.MAE), R2: number(v.R2), Bias: figureJSON(v.Bias), BiasShare: figureJSON(v.BiasShare),
		Poisson: figureJSON(v.Poisson), Tweedie: figureJSON(v.Tweedie), Power: number(v.Power), Gamma: figureJSON(v.Gamma),
		Spearman: figureJSON(v.Spearman), Kendall: figureJSON(v.Kendall)}
	for i := range v.Top {
		t := &v.Top[i]
		out.Top = append(out.Top, topJSON{number(t.Share), figureJSON(t.Value), number(t.Oracle)})
	}
	return out
}
