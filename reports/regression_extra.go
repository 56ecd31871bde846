package reports

import (
	"mainstay/regress/model"
)

// What only some families have, for machines.

type equationJSON struct {
	Name         string            `json:"name"`
	Coefficients []coefficientJSON `json:"coefficients"`
}

type parameterJSON struct {
	Name  string `json:"name"`
	Value number `json:"value"`
	SE    number `json:"se"`
}

type sectionJSON struct {
	Name    string       `json:"name"`
	Title   string       `json:"title"`
	Columns []valuesJSON `json:"columns"`
}

// valuesJSON is one column: numbers, or texts.
type valuesJSON struct {
	Name   string `json:"name"`
	Values any    `json:"values"`
}

func (r *Regression) extraJSON(out *regressionJSON) {
	if r.Ratio != "" {
		out.Ratio = &r.Ratio
	}
	for _, e := range r.Equations {
		one := *r.Result
		one.Equations, one.Coefficients = nil, e.Coefficients
		out.Equations = append(out.Equations, equationJSON{e.Name, coefficientsJSON(&one)})
	}
	for _, p := range r.Parameters {
		out.Parameters = append(out.Parameters, parameterJSON{p.Name, number(p.Value), number(p.SE)})
	}
	for _, m := range r.Measures.More {
		out.Measures.More[m.Name] = number(m.Value)
	}
	for i := range r.Measures.Tests {
		out.Tests = append(out.Tests, oneTestJSON(&r.Measures.Tests[i]))
	}
	for i := range r.Sections {
		out.Sections = append(out.Sections, oneSectionJSON(&r.Sections[i]))
	}
}

func oneTestJSON(t *model.Test) testJSON {
	return testJSON{t.Of, t.Name, number(t.Statistic), number(t.DF), number(t.DF2), number(t.P)}
}

func oneSectionJSON(s *model.Section) sectionJSON {
	out := sectionJSON{Name: s.Name, Title: s.Title}
	for _, c := range s.Columns {
		values := valuesJSON{c.Name, c.Text}
		if c.Text == nil {
			numbers := make([]number, len(c.Number))
			for i, v := range c.Number {
				numbers[i] = number(v)
			}
			values.Values = numbers
		}
		out.Columns = append(out.Columns, values)
	}
	return out
}

// coefficientsJSON is the coefficient table of a fit with one equation; empty where there are several.
func coefficientsJSON(r *model.Result) []coefficientJSON {
	out := []coefficientJSON{}
	if len(r.Equations) > 0 {
		return out
	}
	table := Coefficients(r)
	for i := range r.Coefficients {
		at := func(name string) number { return number(table.Column(name).Flt[i]) }
		c := &r.Coefficients[i]
		out = append(out, coefficientJSON{c.Name, at("estimate"), at("se"), at("statistic"), at("p"), at("low"), at("high"),
			at("odds_ratio"), at("odds_low"), at("odds_high"), c.Dropped, at("ratio"), at("ratio_low"), at("ratio_high")})
	}
	return out
}
