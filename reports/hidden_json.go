package reports

import (
	"io"

	"mainstay/markov/hidden"
)

// HiddenSchema is the version of what WriteHiddenJSON writes.
const HiddenSchema = "mainstay.markov-hidden/1"

type hiddenDocument struct {
	Schema      string            `json:"schema"`
	Files       []string          `json:"files"`
	AsOf        *string           `json:"as_of"`
	IDs         int               `json:"ids"`
	Step        string            `json:"step"`
	Seen        number            `json:"periods"`
	Activity    string            `json:"activity"`
	Start       string            `json:"start"`
	Level       float64           `json:"level"`
	LogLik      number            `json:"log_likelihood"`
	AIC         number            `json:"aic"`
	BIC         number            `json:"bic"`
	Certificate certificate       `json:"certificate"`
	States      []hiddenState     `json:"states"`
	Moves       [][]boundedFigure `json:"moves"`
	SpendShape  *boundedFigure    `json:"spend_shape"`
	Covariates  *hiddenEffects    `json:"covariates"`
	Back        int               `json:"back"`
	Declines    []hiddenDecline   `json:"declines"`
	Candidates  []hiddenCandidate `json:"candidates"`
	Notes       []string          `json:"notes"`
}

type hiddenState struct {
	State    int            `json:"state"`
	Now      int            `json:"ids_now"`
	Periods  number         `json:"periods"`
	Activity boundedFigure  `json:"activity"`
	Size     *boundedFigure `json:"size"`
	Spend    *boundedFigure `json:"spend"`
	Worth    number         `json:"a_period"`
	Kept     boundedFigure  `json:"kept"`
	Initial  boundedFigure  `json:"initial"`
	LongRun  boundedFigure  `json:"long_run"`
}

type hiddenCandidate struct {
	States    int     `json:"states"`
	Certified bool    `json:"certified"`
	Refused   *string `json:"refused"` // null of a certified one
	LogLik    number  `json:"log_likelihood"`
	AIC       number  `json:"aic"`
	BIC       number  `json:"bic"`
	Holdout   number  `json:"holdout"`
	HeldOut   number  `json:"held_out"`
	Without   *string `json:"no_holdout"` // why there is none; null where there is one, or none was asked for
	ByBIC     bool    `json:"by_bic"`
	ByHoldout bool    `json:"by_holdout"`
}

type hiddenEffects struct {
	Terms    []string          `json:"terms"`
	Test     *ratioTest        `json:"test"`
	OnAll    *ratioTest        `json:"test_other_moves"` // of covariates that act on some moves; null where they act on all, or cannot
	Odds     []hiddenOdds      `json:"odds"`
	Profiles []hiddenAtProfile `json:"profiles"`
}

type hiddenOdds struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Base int    `json:"base"`
	Term string `json:"term"`
	boundedFigure
	P number `json:"p"`
}

type hiddenAtProfile struct {
	Profile string            `json:"profile"`
	Moves   [][]boundedFigure `json:"moves"`
}

type hiddenDecline struct {
	ID     string `json:"id"`
	Then   int    `json:"state_then"`
	Now    int    `json:"state"`
	Weaker number `json:"weaker"`
	Before number `json:"expected_then"`
	Next   number `json:"expected_next"`
}

func hiddenFigures(all [][]hidden.Estimate) (out [][]boundedFigure) {
	for _, row := range all {
		var figures []boundedFigure
		for _, e := range row {
			figures = append(figures, hiddenFigure(e))
		}
		out = append(out, figures)
	}
	return out
}

// newHiddenEffects is nil without covariates.
func newHiddenEffects(c *HiddenChain) *hiddenEffects {
	if c.Fit.Covariates == nil {
		return nil
	}
	e := &hiddenEffects{Terms: c.Fit.Covariates, Odds: []hiddenOdds{}, Profiles: []hiddenAtProfile{}}
	if chi2, df, p := c.Fit.LikelihoodRatio(); df > 0 {
		e.Test = &ratioTest{number(chi2), df, number(p)}
	}
	if chi2, df, p := c.onAll(); df > 0 {
		e.OnAll = &ratioTest{number(chi2), df, number(p)}
	}
	for _, o := range c.Fit.Odds(c.Level) {
		e.Odds = append(e.Odds, hiddenOdds{o.From + 1, o.To + 1, o.Base + 1, c.Fit.Covariates[o.Covariate], hiddenFigure(o.Ratio), number(o.P)})
	}
	for _, p := range c.Profiles {
		e.Profiles = append(e.Profiles, hiddenAtProfile{p.Name, hiddenFigures(p.Moves)})
	}
	return e
}

func hiddenFigure(e hidden.Estimate) boundedFigure {
	return boundedFigure{number(e.Value), number(e.SE), number(e.Low), number(e.High)}
}

// hiddenPart is one of several figures, null where there are none.
func hiddenPart(all []hidden.Estimate, i int) *boundedFigure {
	if i >= len(all) {
		return nil
	}
	v := hiddenFigure(all[i])
	return &v
}

// WriteHiddenJSON writes everything that is known about c; the states of periods are in the table.
func WriteHiddenJSON(w io.Writer, c *HiddenChain) error {
	f := c.Fit
	doc := hiddenDocument{Schema: HiddenSchema, Files: c.Files, IDs: len(c.Panel.IDs), Step: c.Panel.Step, Seen: number(f.Seen), Activity: string(f.Activity), Start: string(f.Start),
		Level: c.Level, LogLik: number(f.LogLik), AIC: number(f.AIC), BIC: number(f.BIC), Certificate: newCertificate(&f.Certificate),
		SpendShape: hiddenPart(f.SpendShapeEstimate(c.Level), 0), Notes: c.remarks(), Moves: hiddenFigures(c.Moves), Covariates: newHiddenEffects(c), Back: c.Back, Declines: []hiddenDecline{}}
	if c.Panel.AsOf != "" {
		doc.AsOf = &c.Panel.AsOf
	}
	sizes, spends, initial, run := f.SizeEstimates(c.Level), f.SpendMeanEstimates(c.Level), f.InitialEstimates(c.Level), f.LongRun(c.Level)
	now := c.now()
	for i, m := range f.MeanEstimates(c.Level) {
		doc.States = append(doc.States, hiddenState{i + 1, now[i], number(f.Occupied[i]), hiddenFigure(m), hiddenPart(sizes, i), hiddenPart(spends, i), number(f.Worth(i)), hiddenFigure(kept(c.Moves[i][i])), hiddenFigure(initial[i]), hiddenFigure(run[i])})
	}
	for _, i := range c.byLoss(rather) {
		d := c.Declines[i]
		doc.Declines = append(doc.Declines, hiddenDecline{c.Panel.IDs[i], d.Then + 1, d.Now + 1, number(d.Weaker), number(d.Before), number(d.Next)})
	}
	for i, k := range c.Choice.Candidates {
		doc.Candidates = append(doc.Candidates, hiddenCandidate{k.States, k.Fit.Certificate.Certified(), given(refusedFor(k.Fit)), number(k.Fit.LogLik), number(k.Fit.AIC), number(k.Fit.BIC), number(k.Holdout), number(k.HeldOut), given(k.Training),
			i == c.Choice.ByBIC, i == c.Choice.ByHoldout})
	}
	text, err := encodeJSON(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
