package reports

import (
	"io"
	"math"
)

// WriteAttritionJSON writes everything that is known about a, but the customers.
func WriteAttritionJSON(w io.Writer, a *Attrition) error {
	s := a.Study
	nan := number(math.NaN())
	nothing := attritionError{nan, nan, nan}
	doc := attritionDocument{
		Schema: AttritionSchema, Files: a.Files, Unit: s.Config.Unit,
		Customers: s.Customers.Count(), Level: s.Config.Level, HorizonDays: s.Config.Horizon, Rate: s.Config.Rate,
		Regularity: attritionTiming{number(s.Timing.K), number(s.Timing.SE), s.Timing.Nearest, s.Timing.Customers, number(s.Timing.Ratio), number(s.Timing.Z), number(s.Timing.P)},
		Alive:      nan, Expected: nan, Value: nan, Residual: nan, Purchases: nan,
		Parameters: newAttritionParameters(s), Leaving: newAttritionTest(s.Leaving),
		Covariates: newAttritionCovariates(s), Segments: newAttritionSegments(s), Holdout: newAttritionHoldout(s.Holdout), Curve: []attritionPoint{}, Notes: a.notes(),
	}
	doc.AliveError, doc.ExpectedError, doc.ValueError, doc.ResidualError, doc.PurchasesErr = nothing, nothing, nothing, nothing, nothing
	if s.Customers.Names == nil {
		until, asOf := s.Until.String(), s.AsOf.String()
		doc.Until, doc.AsOf = &until, &asOf
	}
	for _, f := range s.Fits {
		doc.Models = append(doc.Models, newAttritionModel(f))
	}
	if s.Fit.Certificate.Certified() {
		model := string(s.Fit.Model)
		doc.Model = &model
		doc.Alive, doc.Expected, doc.Value, doc.Residual = number(s.Totals.Alive.Value), number(s.Totals.Expected.Value), number(s.Totals.Value.Value), number(s.Totals.Residual.Value)
		doc.AliveError, doc.ExpectedError, doc.ValueError, doc.ResidualError = newAttritionError(s.Totals.Alive), newAttritionError(s.Totals.Expected), newAttritionError(s.Totals.Value), newAttritionError(s.Totals.Residual)
		doc.Purchases, doc.PurchasesErr = number(s.Totals.Purchases.Value), newAttritionError(s.Totals.Purchases)
	}
	if g := s.Spend; g != nil {
		r := g.Independence.Pearson
		doc.Spend = &attritionSpend{number(g.P), number(g.Q), number(g.Gamma), number(g.Mean), number(r.Value), number(r.Low), number(r.High), newCertificate(&g.Certificate)}
	}
	for _, p := range s.Curve {
		doc.Curve = append(doc.Curve, attritionPoint{p.Day.String(), number(p.Bought), number(p.Increment.Value), number(p.Increment.Low), number(p.Increment.High),
			number(p.BoughtCumulative), number(p.Cumulative.Value), number(p.Cumulative.Low), number(p.Cumulative.High)})
	}
	text, err := encodeJSON(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
