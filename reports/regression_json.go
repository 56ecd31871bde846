package reports

import (
	"io"
	"math"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress/evaluate"
	"mainstay/regress/formula"
	"mainstay/regress/model"
)

// RegressionSchema names the shape of the JSON of a regression.
const RegressionSchema = "mainstay.regress/1"

// Coefficients is the coefficient table of a fit, one equation behind the other.
func Coefficients(r *model.Result) *Table {
	equations := (&Regression{Result: r}).equations()
	var all []*model.Coefficient
	var names, of []string
	var dropped, single []bool
	for _, e := range equations {
		for i := range e.Coefficients {
			c := &e.Coefficients[i]
			all, names, of = append(all, c), append(names, c.Name), append(of, e.Name)
			dropped, single = append(dropped, c.Dropped), append(single, e.Name == "")
		}
	}
	t := &Table{Name: "coefficients", Rows: len(all)}
	float := func(name, doc string, at func(c *model.Coefficient) float64) {
		v := make([]float64, len(all))
		for i, c := range all {
			v[i] = at(c)
		}
		t.Columns = append(t.Columns, Column{Name: name, Type: Float, Doc: doc, Flt: v})
	}
	ratio := func(k int, odds bool) func(c *model.Coefficient) float64 {
		return func(c *model.Coefficient) float64 {
			if r.Ratio == "" || odds && r.Ratio != model.OddsRatio {
				return math.NaN()
			}
			ratio, low, high := c.Exp()
			return [...]float64{ratio, low, high}[k]
		}
	}
	t.Columns = append(t.Columns, Column{Name: "term", Type: String, Doc: "the column of the design, named as R names it", Str: names})
	float("estimate", "the coefficient; null where the column was dropped", func(c *model.Coefficient) float64 { return c.Estimate })
	float("se", "its standard error", func(c *model.Coefficient) float64 { return c.SE })
	float("statistic", "estimate ÷ standard error: t where the dispersion is estimated (gaussian, gamma, tweedie, quasi families, quantile), else z", func(c *model.Coefficient) float64 { return c.Statistic })
	float("p", "two-sided probability of a statistic as large, if the coefficient were 0", func(c *model.Coefficient) float64 { return c.P })
	float("low", "lower end of the interval", func(c *model.Coefficient) float64 { return c.Low })
	float("high", "upper end of the interval", func(c *model.Coefficient) float64 { return c.High })
	float("odds_ratio", "e^estimate, where it is a ratio of odds", ratio(0, true))
	float("odds_low", "lower end of its interval", ratio(1, true))
	float("odds_high", "upper end of its interval", ratio(2, true))
	t.Columns = append(t.Columns, Column{Name: "dropped", Type: Boolean, Doc: "other columns determine this one, so it was left out", Bool: dropped})
	float("ratio", "e^estimate, where it is a ratio of odds, rates, means, hazards or times", ratio(0, false))
	float("ratio_low", "lower end of its interval", ratio(1, false))
	float("ratio_high", "upper end of its interval", ratio(2, false))
	t.Columns = append(t.Columns, Column{Name: "equation", Type: String, Doc: "which column of coefficients, where a fit has several", Str: of, Null: single})
	return t
}

type regressionJSON struct {
	Schema       string            `json:"schema"`
	Files        []string          `json:"files"`
	Formula      string            `json:"formula"`
	Family       model.Family      `json:"family"`
	Method       string            `json:"method"`
	Facts        []string          `json:"facts"`
	Response     string            `json:"response"`
	Event        *string           `json:"event"`
	NonEvent     *string           `json:"non_event"`
	Weights      *string           `json:"weights"`
	Rows         regressionRows    `json:"rows"`
	Factors      []factorJSON      `json:"factors"`
	Errors       errorsJSON        `json:"standard_errors"`
	Level        float64           `json:"level"`
	Ratio        *string           `json:"ratio_name"`
	Coefficients []coefficientJSON `json:"coefficients"`
	Equations    []equationJSON    `json:"equations"`
	Parameters   []parameterJSON   `json:"parameters"`
	Measures     measuresJSON      `json:"measures"`
	Tests        []testJSON        `json:"tests"`
	Sections     []sectionJSON     `json:"sections"`
	Certificate  *num.Certificate  `json:"certificate"`
	Validation   *validationJSON   `json:"cross_validation"`
	Predictions  *predictionsJSON  `json:"predictions,omitempty"`
	Notes        []string          `json:"notes"`
}

type regressionRows struct {
	Table   int           `json:"table"`
	Chosen  int           `json:"chosen"`
	Used    int           `json:"used"`
	Zero    *int          `json:"weight_zero"`
	Dropped int           `json:"dropped"`
	Events  *int          `json:"events"`
	Missing []missingJSON `json:"missing"`
}

type missingJSON struct {
	Column string `json:"column"`
	Rows   int    `json:"rows"`
}

type factorJSON struct {
	Name   string   `json:"name"`
	Base   string   `json:"base"`
	Levels []string `json:"levels"`
}

type errorsJSON struct {
	Kind     string  `json:"kind"`
	Cluster  *string `json:"cluster"`
	Clusters *int    `json:"clusters"`
}

type coefficientJSON struct {
	Term      string `json:"term"`
	Estimate  number `json:"estimate"`
	SE        number `json:"se"`
	Statistic number `json:"statistic"`
	P         number `json:"p"`
	Low       number `json:"low"`
	High      number `json:"high"`
	Odds      number `json:"odds_ratio"`
	OddsLow   number `json:"odds_low"`
	OddsHigh  number `json:"odds_high"`
	Dropped   bool   `json:"dropped"`
	Ratio     number `json:"ratio"`
	RatioLow  number `json:"ratio_low"`
	RatioHigh number `json:"ratio_high"`
}

type measuresJSON struct {
	Rank         int      `json:"rank"`
	DF           int      `json:"df"`
	NullDF       int      `json:"null_df"`
	StatisticDF  *number  `json:"statistic_df"`
	LogLik       number   `json:"log_likelihood"`
	AIC          number   `json:"aic"`
	BIC          number   `json:"bic"`
	Sigma        number   `json:"sigma"`
	R2           number   `json:"r2"`
	AdjR2        number   `json:"adjusted_r2"`
	Deviance     number   `json:"deviance"`
	NullDeviance number   `json:"null_deviance"`
	McFadden     number   `json:"mcfadden_r2"`
	Test         testJSON `json:"test"`

	More map[string]number `json:"more"`
}

type testJSON struct {
	Of        string `json:"of,omitempty"`
	Name      string `json:"name"`
	Statistic number `json:"statistic"`
	DF        number `json:"df"`
	DF2       number `json:"df2"`
	P         number `json:"p"`
}

type scoresJSON struct {
	AUC         estimateJSON `json:"auc"`
	LogLoss     estimateJSON `json:"log_loss"`
	BaseLogLoss number       `json:"base_log_loss"`
	Brier       estimateJSON `json:"brier"`
	Slope       estimateJSON `json:"calibration_slope"`
	Intercept   estimateJSON `json:"calibration_in_the_large"`
	RMSE        estimateJSON `json:"rmse"`
	MAE         estimateJSON `json:"mae"`
	R2          number       `json:"r2"`

	More map[string]estimateJSON `json:"more"`
}

type estimateJSON struct {
	Value number `json:"value"`
	SE    number `json:"se"`
}

type validationJSON struct {
	Method string  `json:"method"`
	By     *string `json:"by"`
	Seed   *uint64 `json:"seed"`
	Gap    *int    `json:"gap_days"`
	Window *int    `json:"window_days"`
	Rows   int     `json:"rows"`
	Unseen int     `json:"unseen_level_rows"`
	scoresJSON
	Calibration []calibrationJSON `json:"calibration"`
	Folds       []foldJSON        `json:"folds"`
}

type calibrationJSON struct {
	Rows      int    `json:"rows"`
	Predicted number `json:"predicted"`
	Observed  number `json:"observed"`
}

type foldJSON struct {
	Train  int     `json:"train_rows"`
	Test   int     `json:"test_rows"`
	Events *int    `json:"events"`
	Unseen int     `json:"unseen_level_rows"`
	From   *string `json:"from"`
	To     *string `json:"to"`
	scoresJSON
}

// WriteRegressionJSON writes a fit for machines.
func WriteRegressionJSON(w io.Writer, r *Regression) error {
	m := &r.Measures
	out := regressionJSON{
		Schema: RegressionSchema, Files: r.Files, Formula: r.Formula, Family: r.Family, Method: r.Method, Facts: r.Facts, Response: r.Response, Level: r.Level,
		Rows:    regressionRows{Table: r.Rows, Chosen: r.Chosen, Used: r.Used, Dropped: r.Dropped, Missing: []missingJSON{}},
		Factors: factorsJSON(r.Factors), Errors: errorsJSON{Kind: r.Covariance}, Coefficients: coefficientsJSON(r.Result),
		Equations: []equationJSON{}, Parameters: []parameterJSON{}, Tests: []testJSON{}, Sections: []sectionJSON{},
		Measures: measuresJSON{
			Rank: m.Rank, DF: m.DF, NullDF: m.NullDF, LogLik: number(m.LogLik), AIC: number(m.AIC), BIC: number(m.BIC),
			Sigma: number(m.Sigma), R2: number(m.R2), AdjR2: number(m.AdjR2), Deviance: number(m.Deviance),
			NullDeviance: number(m.NullDeviance), McFadden: number(m.McFadden),
			Test: oneTestJSON(&m.Test), More: map[string]number{},
		},
		Certificate: &r.Certificate, Notes: r.Notes,
	}
	if out.Notes == nil {
		out.Notes = []string{}
	}
	if out.Facts == nil {
		out.Facts = []string{}
	}
	r.extraJSON(&out)
	for _, x := range r.Missing {
		out.Rows.Missing = append(out.Rows.Missing, missingJSON{x.Column, x.Rows})
	}
	if r.Outcomes[1] != "" {
		out.Event, out.NonEvent, out.Rows.Events = &r.Outcomes[1], &r.Outcomes[0], &r.Events
	}
	if r.Weights != "" {
		out.Weights, out.Rows.Zero = &r.Weights, &r.Weightless
	}
	if r.Cluster != "" {
		out.Errors.Cluster, out.Errors.Clusters = &r.Cluster, &r.Clusters
	}
	if r.DF > 0 {
		df := number(r.DF)
		out.Measures.StatisticDF = &df
	}
	if r.Validation != nil {
		out.Validation = r.validationJSON()
	}
	if r.Predictions != nil {
		var err error
		if out.Predictions, err = r.predictionsJSON(); err != nil {
			return err
		}
	}
	b, err := encodeJSON(out)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func factorsJSON(factors []formula.Levels) []factorJSON {
	out := []factorJSON{}
	for _, f := range factors {
		out = append(out, factorJSON{f.Name, f.Levels[0], f.Levels})
	}
	return out
}

func (r *Regression) validationJSON() *validationJSON {
	v := r.Validation
	out := &validationJSON{Method: v.Method, Rows: v.N, Unseen: v.Unseen, scoresJSON: scoreJSON(&v.Scores)}
	rolling := v.Method == "rolling origin"
	if v.By != "" {
		out.By = &v.By
	}
	if rolling {
		out.Gap, out.Window = &v.Gap, orNull(v.Window)
	} else {
		out.Seed = &v.Seed
	}
	for _, b := range v.Calibration {
		out.Calibration = append(out.Calibration, calibrationJSON{b.N, number(b.Predicted), number(b.Observed)})
	}
	for i := range v.Folds {
		f := &v.Folds[i]
		j := foldJSON{Train: f.Train, Test: f.Test, Unseen: f.Unseen, scoresJSON: scoreJSON(&f.Scores)}
		if r.Outcomes[1] != "" {
			j.Events = &f.Events
		}
		if rolling {
			from, to := ingest.Day(f.From).String(), ingest.Day(f.To).String()
			j.From, j.To = &from, &to
		}
		out.Folds = append(out.Folds, j)
	}
	return out
}

func scoreJSON(s *model.Scores) scoresJSON {
	e := func(x evaluate.Estimate) estimateJSON { return estimateJSON{number(x.Value), number(x.SE)} }
	more := map[string]estimateJSON{}
	for _, m := range s.More {
		more[m.Name] = e(m.Estimate)
	}
	return scoresJSON{e(s.AUC), e(s.LogLoss), number(s.BaseLogLoss), e(s.Brier), e(s.Slope), e(s.Intercept), e(s.RMSE), e(s.MAE), number(s.R2), more}
}
