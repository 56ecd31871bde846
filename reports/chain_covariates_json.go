package reports

import (
	"mainstay/internal/num"
	"mainstay/markov"
)

type influenceInfo struct {
	Terms    []string            `json:"terms"`
	Moves    int                 `json:"moves"`
	Test     *ratioTest          `json:"test"`
	Odds     []oddsInfo          `json:"odds"`
	Fits     []dependentFitInfo  `json:"fits"`
	Refused  []refusedInfo       `json:"refused"`
	Dropped  []droppedInfo       `json:"dropped"`
	Segments []segmentMatrixInfo `json:"segments"`
	Profiles []profileMatrixInfo `json:"profiles"`
}

type oddsInfo struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Base     string `json:"base"`
	Term     string `json:"term"`
	Estimate number `json:"estimate"`
	SE       number `json:"se"`
	Low      number `json:"low"`
	High     number `json:"high"`
	P        number `json:"p"`
	Errors   string `json:"errors"` // clustered, model, robust, profile
}

// errorsOf is what the standard error of an odds ratio is, in a word.
func (d *Influence) errorsOf(o markov.Odds) string {
	switch {
	case o.Profile:
		return "profile"
	case o.Clustered:
		return "clustered"
	case d.Weighted():
		return "robust"
	}
	return "model"
}

// dependentFitInfo is how the moves out of a state were fitted.
type dependentFitInfo struct {
	State     string        `json:"state"`
	Estimator string        `json:"estimator"` // maximum-likelihood, firth
	Warnings  []num.Warning `json:"warnings"`
}

func newDependentFit(state string, row *markov.DependentRow) dependentFitInfo {
	info := dependentFitInfo{state, "maximum-likelihood", []num.Warning{}}
	if row.Fit.Penalised {
		info.Estimator = "firth"
	}
	info.Warnings = append(append(info.Warnings, row.Apart...), row.Fit.Certificate.Warnings...)
	return info
}

type refusedInfo struct {
	State string `json:"state"`
	Why   string `json:"why"`
}

type droppedInfo struct {
	State string   `json:"state"`
	Terms []string `json:"terms"`
}

type segmentMatrixInfo struct {
	Segment string `json:"segment"`
	matricesInfo
}

type profileMatrixInfo struct {
	Profile string `json:"profile"`
	matricesInfo
}

type matricesInfo struct {
	Probability [][]number `json:"probability"`
	SE          [][]number `json:"se"`
	Low         [][]number `json:"low"`
	High        [][]number `json:"high"`
}

func matricesOf(p Profile) matricesInfo {
	return matricesInfo{matrix(p.P), matrix(p.SE), matrix(p.Low), matrix(p.High)}
}

func newInfluence(c *Chain) *influenceInfo {
	d := c.Influence
	if d == nil {
		return nil
	}
	info := &influenceInfo{Terms: d.Terms[1:], Moves: d.Used, Odds: []oddsInfo{}, Fits: []dependentFitInfo{}, Refused: []refusedInfo{}, Dropped: []droppedInfo{}}
	if chi2, df, p := d.Test(); df > 0 {
		info.Test = &ratioTest{number(chi2), df, number(p)}
	}
	for _, o := range d.Odds() {
		r := o.Ratio
		info.Odds = append(info.Odds, oddsInfo{d.States[o.From], d.States[o.To], d.States[o.Base], d.Terms[o.Term], number(r.Value), number(r.SE), number(r.Low), number(r.High), number(o.P), d.errorsOf(o)})
	}
	for i, row := range d.Rows {
		if row.Fit == nil {
			info.Refused = append(info.Refused, refusedInfo{d.States[i], row.Why})
			continue
		}
		info.Fits = append(info.Fits, newDependentFit(d.States[i], row))
		if row.Fit.Dropped != nil {
			info.Dropped = append(info.Dropped, droppedInfo{d.States[i], row.Fit.Dropped})
		}
	}
	for _, p := range d.Segments {
		info.Segments = append(info.Segments, segmentMatrixInfo{p.Name, matricesOf(p)})
	}
	for _, p := range d.Profiles {
		info.Profiles = append(info.Profiles, profileMatrixInfo{p.Name, matricesOf(p)})
	}
	return info
}
