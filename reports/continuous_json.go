package reports

import (
	"io"
	"math"

	"mainstay/internal/num"
	"mainstay/markov/ctmc"
)

// ContinuousSchema is the version of what WriteContinuousJSON writes.
const ContinuousSchema = "mainstay.markov-continuous/1"

type continuousDocument struct {
	Schema        string            `json:"schema"`
	Files         []string          `json:"files"`
	AsOf          *string           `json:"as_of"`
	IDs           int64             `json:"ids"`
	Intervals     int               `json:"intervals"`
	Unit          string            `json:"unit"`
	Level         float64           `json:"level"`
	States        []string          `json:"states"`
	LogLik        number            `json:"log_likelihood"`
	Certificate   certificate       `json:"certificate"`
	Intensities   []rateInfo        `json:"intensities"`
	Stays         []estimateInfo    `json:"stays"`
	Lives         []estimateInfo    `json:"lives"`
	Ratios        []ratioInfo       `json:"ratios"`
	Test          *ratioTest        `json:"test"`
	Probabilities []probabilityInfo `json:"probabilities"`
	Prevalence    []prevalenceInfo  `json:"prevalence"`
	Mistaken      *mistakenInfo     `json:"misclassified"`
	Notes         []string          `json:"notes"`
}

type prevalenceInfo struct {
	After  number           `json:"after"`
	IDs    int              `json:"ids"`
	States []prevalentState `json:"states"`
}

type prevalentState struct {
	State    string `json:"state"`
	Seen     int    `json:"seen"`
	Share    number `json:"share"`
	Low      number `json:"low"`
	High     number `json:"high"`
	Expected number `json:"expected"`
	SE       number `json:"expected_se"`
	Least    number `json:"expected_low"`
	Most     number `json:"expected_high"`
}

type rateInfo struct {
	From string `json:"from"`
	To   string `json:"to"`
	boundedFigure
	Next boundedFigure `json:"next"`
}

type boundedFigure struct {
	Estimate number `json:"estimate"`
	SE       number `json:"se"`
	Low      number `json:"low"`
	High     number `json:"high"`
}

type ratioInfo struct {
	Covariate string      `json:"covariate"`
	Moves     [][2]string `json:"moves"`
	Limit     *string     `json:"limit"` // 0 or inf; null where the estimate is finite
	boundedFigure
}

type ratioTest struct {
	Chi2 number `json:"chi2"`
	DF   int    `json:"df"`
	P    number `json:"p"`
}

type probabilityInfo struct {
	After number         `json:"after"`
	From  string         `json:"from"`
	To    []estimateInfo `json:"to"`
}

func chiSquareP(chi2 float64, df int) float64 { return num.ChiSquareUpper(chi2, float64(df)) }

func bounded(e ctmc.Estimate) boundedFigure {
	return boundedFigure{number(e.Value), number(e.SE), number(e.Low), number(e.High)}
}

func stateFigures(states []string, all []ctmc.Estimate) (out []estimateInfo) {
	for i, e := range all {
		out = append(out, estimateInfo{states[i], number(e.Value), number(e.SE), number(e.Low), number(e.High)})
	}
	return out
}

// WriteContinuousJSON writes everything that is known about c.
func WriteContinuousJSON(w io.Writer, c *ContinuousChain) error {
	f := c.Fit
	doc := continuousDocument{Schema: ContinuousSchema, Files: c.Files, IDs: c.IDs, Intervals: f.Intervals, Unit: c.Unit, Level: c.Level, States: f.States,
		LogLik: number(f.LogLik), Certificate: newCertificate(&f.Certificate), Notes: append([]string{}, c.notes()...), Mistaken: newMistakenInfo(c),
		Stays: stateFigures(f.States, f.Stays(nil, c.Level)), Lives: stateFigures(f.States, f.Lives(nil, c.Level))}
	if c.AsOf != "" {
		doc.AsOf = &c.AsOf
	}
	next := f.Next(nil, c.Level)
	for r, e := range f.Intensities(nil, c.Level) {
		doc.Intensities = append(doc.Intensities, rateInfo{f.States[f.Rates[r].From], f.States[f.Rates[r].To], bounded(e), bounded(next[r])})
	}
	for i, e := range f.HazardRatios(c.Level) {
		info := ratioInfo{Covariate: f.Covariates[f.Effects[i].Covariate], boundedFigure: bounded(e)}
		if word := "0"; e.Value == 0 || math.IsInf(e.Value, 1) {
			if e.Value > 0 {
				word = "inf"
			}
			info.Limit = &word
		}
		for _, r := range f.Effects[i].Rates {
			info.Moves = append(info.Moves, [2]string{f.States[f.Rates[r].From], f.States[f.Rates[r].To]})
		}
		doc.Ratios = append(doc.Ratios, info)
	}
	if chi2, df, ok := c.LikelihoodRatio(); ok {
		doc.Test = &ratioTest{number(chi2), df, number(chiSquareP(chi2, df))}
	}
	for _, t := range c.After {
		p, err := f.Probabilities(t, nil, c.Level)
		if err != nil {
			return err
		}
		for i, row := range p {
			doc.Probabilities = append(doc.Probabilities, probabilityInfo{number(t), f.States[i], stateFigures(f.States, row)})
		}
	}
	for _, p := range c.Prevalence {
		info := prevalenceInfo{After: number(p.Time), IDs: p.Total}
		expected := c.expected(&p)
		for j, seen := range c.observed(&p) {
			e := expected[j]
			info.States = append(info.States, prevalentState{f.States[j], p.Observed[j], number(seen.Value), number(seen.Low), number(seen.High), number(e.Value), number(e.SE), number(e.Low), number(e.High)})
		}
		doc.Prevalence = append(doc.Prevalence, info)
	}
	text, err := encodeJSON(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// IntensitiesTable are the rates of c, one row each.
func IntensitiesTable(c *ContinuousChain) *Table {
	f := c.Fit
	rates, next := f.Intensities(nil, c.Level), f.Next(nil, c.Level)
	b := newColumns("intensities", len(rates))
	b.key("from_state", "state that is left", func(i int) string { return f.States[f.Rates[i].From] })
	b.key("to_state", "state that is entered", func(i int) string { return f.States[f.Rates[i].To] })
	b.float("intensity", "moves per unit of time in the state, at the mean of the covariates", func(i int) float64 { return rates[i].Value })
	b.float("se", "its standard error, of the observed information", func(i int) float64 { return rates[i].SE })
	b.float("low", "lower end of its interval", func(i int) float64 { return rates[i].Low })
	b.float("high", "upper end of its interval", func(i int) float64 { return rates[i].High })
	b.float("next", "probability that a move out of the state is this one", func(i int) float64 { return next[i].Value })
	return &b.t
}
