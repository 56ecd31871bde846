package reports

import (
	"io"

	"mainstay/markov"
)

// ChainSchema is the version of what WriteChainJSON writes.
const ChainSchema = "mainstay.markov/1"

type chainDocument struct {
	Schema      string           `json:"schema"`
	Files       []string         `json:"files"`
	Step        string           `json:"step"`
	AsOf        *string          `json:"as_of"`
	IDs         int64            `json:"ids"`
	Level       float64          `json:"level"`
	States      []string         `json:"states"`
	Absorbing   []string         `json:"absorbing"`
	Counts      [][]int64        `json:"counts"`
	Probability [][]number       `json:"probability"`
	SE          [][]number       `json:"se"`
	Low         [][]number       `json:"low"`
	High        [][]number       `json:"high"`
	Certificate certificate      `json:"certificate"`
	Refused     *string          `json:"refused"`
	Classes     []classInfo      `json:"classes"`
	Stationary  []estimateInfo   `json:"stationary"`
	Absorption  []absorptionInfo `json:"absorption"`
	Forecast    []forecastInfo   `json:"forecast"`
	Value       *valueInfo       `json:"value"`
	Remaining   *remainingInfo   `json:"remaining"`
	LongRun     []estimateInfo   `json:"long_run"`
	Times       []timesInfo      `json:"times"`
	Decision    []decisionInfo   `json:"decision"`
	Method      string           `json:"method"`
	Drawn       int              `json:"drawn"`
	GapsFilled  int64            `json:"gaps_filled"`
	Tests       []testInfo       `json:"tests"`
	Pool        *poolInfo        `json:"pool"`
	Covariates  *influenceInfo   `json:"covariates"`
	Notes       []string         `json:"notes"`
}

type classInfo struct {
	States []string `json:"states"`
	Closed bool     `json:"closed"`
	Period int      `json:"period"`
}

// estimateInfo is a figure of a state.
type estimateInfo struct {
	State    string `json:"state"`
	Estimate number `json:"estimate"`
	SE       number `json:"se"`
	Low      number `json:"low"`
	High     number `json:"high"`
}

type absorptionInfo struct {
	State string         `json:"state"`
	Steps estimateInfo   `json:"steps"`
	SD    number         `json:"sd"`
	Ends  []estimateInfo `json:"ends"`
}

type forecastInfo struct {
	Step  int            `json:"step"`
	Share []estimateInfo `json:"share"`
	Heads []estimateInfo `json:"heads"`
}

type valueInfo struct {
	Rate      float64        `json:"rate"`
	Horizon   int            `json:"horizon"`
	Reward    []number       `json:"reward"`
	ToHorizon []estimateInfo `json:"to_horizon"`
	Endless   []estimateInfo `json:"endless"`
}

// WriteChainJSON writes everything that is known about c.
func WriteChainJSON(w io.Writer, c *Chain) error {
	a := c.Analysis
	chain := a.Chain
	info := newChainInfo(chain)
	doc := chainDocument{
		Schema: ChainSchema, Files: c.Files, Step: c.Moves.Step, IDs: c.Moves.IDs, Level: c.Questions.Level,
		States: chain.States, Absorbing: pickNames(chain.States, chain.Absorbing), Counts: info.Counts,
		Probability: info.Probability, SE: info.SE, Low: matrix(a.Low), High: matrix(a.High),
		Certificate: newCertificate(&chain.Certificate), Classes: []classInfo{}, Notes: append([]string{}, c.notes()...),
		Stationary: perState(chain.States, a.Stationary), Method: c.method(), Remaining: newRemaining(a), LongRun: perState(chain.States, a.LongRun), Times: newTimes(a), Decision: newDecision(a), Drawn: a.Drawn, GapsFilled: chain.Leapt, Tests: newTests(c.Tests, chain.States), Pool: newPool(c), Covariates: newInfluence(c),
	}
	if c.Moves.AsOf != "" {
		doc.AsOf = &c.Moves.AsOf
	}
	if c.Refusal != nil {
		doc.Refused = &c.Refusal.Reason
	}
	for _, class := range a.Classes {
		doc.Classes = append(doc.Classes, classInfo{pickNames(chain.States, class.States), class.Closed, class.Period})
	}
	if a.Absorption != nil {
		ends := pickNames(chain.States, a.Absorption.Absorbing)
		for i, name := range pickNames(chain.States, a.Absorption.Transient) {
			doc.Absorption = append(doc.Absorption, absorptionInfo{name, estimateOf(name, a.Steps[i]), number(a.Spread(i)), perState(ends, a.Ends[i])})
		}
	}
	for n, shares := range a.Forecast {
		f := forecastInfo{Step: n, Share: perState(chain.States, shares)}
		if a.Heads != nil {
			f.Heads = perState(chain.States, a.Heads[n])
		}
		doc.Forecast = append(doc.Forecast, f)
	}
	if c.Questions.Reward != nil && c.Refusal == nil {
		doc.Value = &valueInfo{c.Questions.Rate, c.Questions.Horizon, numbers(c.Questions.Reward), perState(chain.States, a.ValueTo), perState(chain.States, a.Value)}
	}
	text, err := encodeJSON(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func pickNames(states []string, which []int) []string {
	out := make([]string, len(which))
	for i, s := range which {
		out[i] = states[s]
	}
	return out
}

// perState is nil, null in JSON, where there are no estimates.
func perState(states []string, e []markov.Estimate) []estimateInfo {
	var out []estimateInfo
	for i := range e {
		out = append(out, estimateOf(states[i], e[i]))
	}
	return out
}

func estimateOf(state string, e markov.Estimate) estimateInfo {
	return estimateInfo{state, number(e.Value), number(e.SE), number(e.Low), number(e.High)}
}
