package reports

import (
	"io"

	"mainstay/markov"
)

// ChainSchema is the version of what WriteChainJSON writes.
const ChainSchema = "mainstay.markov/1"

type chainDocument struct {
	Schema      string      `json:"schema"`
	Files       []string    `json:"files"`
	Step        string      `json:"step"`
	AsOf        *string     `json:"as_of"`
	IDs         int64       `json:"ids"`
	Level       float64     `json:"level"`
	States      []string    `json:"states"`
	Absorbing   []string    `json:"absorbing"`
	Counts      [][]int64   `json:"counts"`
	Probability [][]number  `json:"probability"`
	SE          [][]number  `json:"se"`
	Low         [][]number  `json:"low"`
	High        [][]number  `json:"high"`
	Certificate certificate `json:"certificate"`
	Refused     *string     `json:"refused"`
	analysisInfo
	Method     string         `json:"method"`
	Drawn      int            `json:"drawn"`
	GapsFilled int64          `json:"gaps_filled"`
	Tests      []testInfo     `json:"tests"`
	Pool       *poolInfo      `json:"pool"`
	Covariates *influenceInfo `json:"covariates"`
	Notes      []string       `json:"notes"`
}

// analysisInfo is what the analysis of a chain says.
type analysisInfo struct {
	Classes    []classInfo      `json:"classes"`
	Stationary []estimateInfo   `json:"stationary"`
	Absorption []absorptionInfo `json:"absorption"`
	Forecast   []forecastInfo   `json:"forecast"`
	Value      *valueInfo       `json:"value"`
	Remaining  *remainingInfo   `json:"remaining"`
	LongRun    []estimateInfo   `json:"long_run"`
	Times      []timesInfo      `json:"times"`
	Decision   []decisionInfo   `json:"decision"`
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
		Certificate: newCertificate(&chain.Certificate), analysisInfo: newAnalysis(a, &c.Questions, c.Refusal), Notes: append([]string{}, c.notes()...),
		Method: c.method(), Drawn: a.Drawn, GapsFilled: chain.Leapt, Tests: newTests(c.Tests, chain.States), Pool: newPool(c), Covariates: newInfluence(c),
	}
	if c.Moves.AsOf != "" {
		doc.AsOf = &c.Moves.AsOf
	}
	if c.Refusal != nil {
		doc.Refused = &c.Refusal.Reason
	}
	text, err := encodeJSON(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// newAnalysis is what a says to questions.
func newAnalysis(a *markov.Analysis, q *markov.Questions, refusal *markov.RefusedError) analysisInfo {
	states := a.Chain.States
	info := analysisInfo{Classes: []classInfo{}, Stationary: perState(states, a.Stationary), Remaining: newRemaining(a), LongRun: perState(states, a.LongRun), Times: newTimes(a), Decision: newDecision(a)}
	for _, class := range a.Classes {
		info.Classes = append(info.Classes, classInfo{pickNames(states, class.States), class.Closed, class.Period})
	}
	if a.Absorption != nil {
		ends := pickNames(states, a.Absorption.Absorbing)
		for i, name := range pickNames(states, a.Absorption.Transient) {
			info.Absorption = append(info.Absorption, absorptionInfo{name, estimateOf(name, a.Steps[i]), number(a.Spread(i)), perState(ends, a.Ends[i])})
		}
	}
	for n, shares := range a.Forecast {
		f := forecastInfo{Step: n, Share: perState(states, shares)}
		if a.Heads != nil {
			f.Heads = perState(states, a.Heads[n])
		}
		info.Forecast = append(info.Forecast, f)
	}
	if q.Reward != nil && refusal == nil {
		info.Value = &valueInfo{q.Rate, q.Horizon, numbers(q.Reward), perState(states, a.ValueTo), perState(states, a.Value)}
	}
	return info
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
