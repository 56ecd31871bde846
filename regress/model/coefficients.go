package model

import (
	"fmt"
	"math"

	"mainstay/internal/num"
	"mainstay/regress"
)

// Coefficient is one row of the coefficient table. Undefined is NaN: everything but the name where
// the column was dropped because others determine it (R's NA).
type Coefficient struct {
	Name      string
	Estimate  float64
	SE        float64
	Statistic float64 // t or z
	P         float64 // two-sided
	Low, High float64 // Wald interval
	Dropped   bool
}

// Exp is e^β with its interval: the ratio of odds, rates, hazards that Result.Ratio names.
func (c *Coefficient) Exp() (ratio, low, high float64) {
	return math.Exp(c.Estimate), math.Exp(c.Low), math.Exp(c.High)
}

// rounding is up to which share of the model's a clustered standard error is what is left of 0.
const rounding = 1e-10

// coefficients fills in the coefficient table and what its errors are. r.DF has been set where statistics are t.
func (r *Result) coefficients(s *study, f *regress.Fit) {
	r.Covariance = "model"
	if s.o.HC != regress.NoHC {
		r.Covariance = s.o.HC.String()
	}
	if s.cluster != nil {
		r.Covariance = "CR1"
	}
	for j, se := range f.StandardErrors() {
		if r.Cluster != "" && f.SE[j] > 0 && se <= rounding*f.SE[j] {
			se = math.NaN()
			r.Certificate.Warn(num.WarnTooFew, fmt.Sprintf("%s has no clustered standard error: in every cluster its residuals cancel out; take a column with more clusters", f.Names[j]))
		}
		r.Coefficients = append(r.Coefficients, r.coefficient(f.Names[j], f.Coef[j], se))
	}
	dropped := f.Dropped
	for j := range r.Coefficients { // Dropped lists names in the order of the columns
		if c := &r.Coefficients[j]; len(dropped) > 0 && c.Name == dropped[0] {
			nan := math.NaN()
			*c, dropped = Coefficient{c.Name, nan, nan, nan, nan, nan, nan, true}, dropped[1:]
		}
	}
}

func (r *Result) coefficient(name string, estimate, se float64) Coefficient {
	c := Coefficient{Name: name, Estimate: estimate, SE: se, Statistic: math.NaN()}
	if se > 0 {
		c.Statistic = estimate / se
	}
	width := se * num.ZLevel(r.Level)
	c.P = num.NormalTwoSided(c.Statistic)
	if r.DF > 0 {
		width = se * num.StudentLevel(r.Level, r.DF)
		c.P = num.StudentTwoSided(c.Statistic, r.DF)
	}
	c.Low, c.High = estimate-width, estimate+width
	return c
}
