package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mainstay/markov/attrition"
	"mainstay/segment/latent"
)

// newcomer is what a segment's model says of somebody new: the mean rate of purchases while alive, and the mean purchase days of the horizon.
func newcomer(s *latent.Study, f *attrition.Fit) attrition.Estimate {
	return f.Expected(attrition.Customer{}, s.Horizon(), s.Config.Level)
}

// ratios are those of the parameters that segments differ in: the mean rate of purchases, and the rate or odds of leaving.
func ratios(f *attrition.Fit) (buying, leaving float64) {
	p := f.Params
	switch f.Model {
	case attrition.NBD:
		return p[0] / p[1], math.NaN()
	case attrition.BGBB:
		return p[0] / (p[0] + p[1]), p[2] / (p[2] + p[3])
	case attrition.ParetoNBD:
		return p[0] / p[1], p[2] / p[3]
	}
	return p[0] / p[1] / float64(f.K), p[2] / (p[2] + p[3])
}

// leavingWord is what the second of ratios is.
func leavingWord(m attrition.Model) string {
	if m == attrition.ParetoNBD {
		return "rate of leaving"
	}
	return "chance of leaving"
}

// mostSegments is how many the terminal shows, those of most customers.
const mostSegments = 20

func (a *Attrition) segments() *grid {
	s := a.Study
	p := s.Segments
	g := &grid{right: []bool{false, true, true, true, true, true, false}}
	g.rows = append(g.rows, []string{"segment", "customers", "its own", "purchases", leavingWord(s.Fit.Model), "purchase days ahead", ""})
	line := func(name string, f *attrition.Fit, share string) {
		e := newcomer(s, f)
		buying, leaving := ratios(f)
		g.rows = append(g.rows, []string{printable(name), fixed(f.Customers, 0), share, fixed(buying, 4), fixed(leaving, 4), fixed(e.Value, 2), Style{}.interval(e.Low, e.High, func(v float64) string { return fixed(v, 2) })})
	}
	shown := make([]int, len(p.Names))
	for k := range shown {
		shown[k] = k
	}
	if len(shown) > mostSegments {
		slices.SortStableFunc(shown, func(i, j int) int { return cmp.Compare(p.Pooled.Segments[j].Customers, p.Pooled.Segments[i].Customers) })
		shown = shown[:mostSegments]
		slices.Sort(shown)
	}
	for _, k := range shown {
		line(p.Names[k], p.Pooled.Segments[k], percent(p.Pooled.Share[k]))
	}
	if n := len(p.Names) - len(shown); n > 0 {
		g.rows = append(g.rows, []string{fmt.Sprintf("%d smaller ones: --json", n), "", "", "", "", "", ""})
	}
	line("all as one", p.Pooled.Book, "")
	g.squeeze(0, pageWidth-len(columnGap), nameLeast)
	return g
}

func (a *Attrition) spread() *grid {
	g := &grid{right: []bool{false, true, true}}
	g.rows = append(g.rows, []string{"", "centre", "spread"})
	for _, v := range a.Study.Segments.Pooled.Spread {
		g.rows = append(g.rows, []string{v.Name, fixed(v.Centre, 4), fixed(v.SD, 3)})
	}
	return g
}

func (a *Attrition) effects() *grid {
	s := a.Study
	g := &grid{right: []bool{false, true, false, true, false}}
	leaving := "× odds of leaving"
	if s.Fit.Model == attrition.ParetoNBD {
		leaving = "× rate of leaving"
	}
	g.rows = append(g.rows, []string{"covariate", "× rate of buying", "", leaving, ""})
	three := func(v float64) string { return fixed(v, 3) }
	n := len(s.Influence.Names)
	for k, name := range s.Influence.Names {
		buy, leave := s.Effect(k), s.Effect(n+k)
		g.rows = append(g.rows, []string{printable(name), three(buy.Value), Style{}.interval(buy.Low, buy.High, three), three(leave.Value), Style{}.interval(leave.Low, leave.High, three)})
	}
	return g
}

// testNotes say what the tests of covariates and segments found.
func (a *Attrition) testNotes() (out []string) {
	s := a.Study
	say := func(what string, r *attrition.Ratio) {
		if r != nil && !math.IsNaN(r.P) {
			out = append(out, fmt.Sprintf("%s: 2 Δ log L = %s, df = %d, %s", what, fixed(r.Statistic, 2), r.DF, withP(r.P)))
		}
	}
	if in := s.Influence; in != nil && s.Fit.Certificate.Certified() {
		say("whether the covariates say anything", &in.All)
		say("of buying", in.Buying)
		say("of leaving", in.Leaving)
	}
	p := s.Segments
	if p == nil {
		return out
	}
	if !p.Pooled.Certificate.Certified() {
		for _, w := range p.Pooled.Certificate.Warnings {
			out = append(out, "segments are not pooled, one model holds for all: "+w.Code+": "+w.Message)
		}
		return out
	}
	say(fmt.Sprintf("whether segments differ, of the %d whose own fit has a maximum (of %d)", p.Pooled.Tested, len(p.Names)), &p.Pooled.Test)
	return append(out, "parameters and curve are those of one model for all; customers are asked by their segments'")
}

type attritionCovariates struct {
	Names   []string         `json:"names"`
	Buying  []attritionRatio `json:"buying"`
	Leaving []attritionRatio `json:"leaving"`
	Test    *attritionTest   `json:"test"`
	OfBuy   *attritionTest   `json:"test_buying"`
	OfLeave *attritionTest   `json:"test_leaving"`
}

// attritionRatio is a coefficient and e to it.
type attritionRatio struct {
	Coefficient number `json:"coefficient"`
	SE          number `json:"se"`
	Ratio       number `json:"ratio"`
	Low         number `json:"low"`
	High        number `json:"high"`
}

func newAttritionCovariates(s *latent.Study) *attritionCovariates {
	in := s.Influence
	if in == nil || !s.Fit.Certificate.Certified() {
		return nil
	}
	out := &attritionCovariates{Names: in.Names, Test: newAttritionTest(&in.All), OfBuy: newAttritionTest(in.Buying), OfLeave: newAttritionTest(in.Leaving)}
	for k := range s.Fit.Coefficients {
		e := s.Effect(k)
		r := attritionRatio{number(s.Fit.Coefficients[k]), number(s.Fit.CoefSE[k]), number(e.Value), number(e.Low), number(e.High)}
		if k < len(in.Names) {
			out.Buying = append(out.Buying, r)
		} else {
			out.Leaving = append(out.Leaving, r)
		}
	}
	return out
}

type attritionSegments struct {
	By          string             `json:"by"`
	Segments    []attritionSegment `json:"segments"`
	Spread      []attritionSpread  `json:"spread"`
	Test        *attritionTest     `json:"test"`
	Tested      int                `json:"tested"`
	Certificate certificate        `json:"certificate"`
}

type attritionSegment struct {
	Name       string   `json:"name"`
	Customers  number   `json:"customers"`
	Share      number   `json:"own_share"`
	Parameters []number `json:"parameters"`
	SE         []number `json:"se"`
	Own        []number `json:"own_parameters"`
	Buying     number   `json:"purchase_rate"`
	Leaving    number   `json:"leaving"`
	Expected   number   `json:"expected"`
	Low        number   `json:"expected_low"`
	High       number   `json:"expected_high"`
}

type attritionSpread struct {
	Name   string `json:"name"`
	Centre number `json:"centre"`
	SD     number `json:"sd"`
}

func newAttritionSegments(s *latent.Study) *attritionSegments {
	p := s.Segments
	if p == nil {
		return nil
	}
	out := &attritionSegments{By: s.Config.By, Segments: []attritionSegment{}, Spread: []attritionSpread{}, Tested: p.Pooled.Tested, Certificate: newCertificate(&p.Pooled.Certificate)}
	if !math.IsNaN(p.Pooled.Test.P) {
		out.Test = newAttritionTest(&p.Pooled.Test)
	}
	for k, f := range p.Pooled.Segments {
		e := newcomer(s, f)
		buying, leaving := ratios(f)
		out.Segments = append(out.Segments, attritionSegment{p.Names[k], number(f.Customers), number(p.Pooled.Share[k]), numbers(f.Params), numbers(f.SE), numbers(p.Pooled.Own[k].Params),
			number(buying), number(leaving), number(e.Value), number(e.Low), number(e.High)})
	}
	for _, v := range p.Pooled.Spread {
		out.Spread = append(out.Spread, attritionSpread{v.Name, number(v.Centre), number(v.SD)})
	}
	return out
}
