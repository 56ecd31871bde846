package segment

import (
	"fmt"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress"

	"gonum.org/v1/gonum/mat"
)

const (
	fewestFirth = 5      // events, and non-events: with fewer even a slope that is kept from infinity is noise
	mostFirth   = 10_000 // customers at risk, above which the penalty changes nothing and logistic has all it needs
)

// trainFirth regresses churn on a handful of columns by penalised likelihood, which has a finite maximum where some column separates the few
// who left (see regress.Firth), with the intercept that meets the training events in total (FLIC). It is for small books.
//
// A customer is a row at every training day. Labels do not overlap, so that the rows are person-periods whose likelihoods multiply (Allison
// 1982, Sociological Methodology 13:61–98); what customers keep to themselves between days is met by standard errors times
// √max(1, N/n), the design effect of the rate of all (n effective of N rows, see clusteredRate).
func trainFirth(b *study, at *origin) trained[chanceModel] {
	return fitFirth(b, at.train, coreSet, churned, firthName)
}

// firthSized reports whether so few customers are at risk that the candidate is worth trying.
func firthSized(b *study) bool {
	n := 0
	for i := range b.Profiles.Len() {
		n += int(num.Indicator(b.atRisk(i)))
	}
	return n <= mostFirth
}

func fitFirth(b *study, train []*panel, set columnSet, o outcome, name string) trained[chanceModel] {
	c := newColumns(b, train, set)
	return firthOn(c, stackRows(train, c, o), name, b.Threads)
}

func firthOn(c *columns, r *rows, name string, threads int) trained[chanceModel] {
	events := int(num.Sum(r.y))
	if min(events, len(r.y)-events) < fewestFirth {
		return refused[chanceModel](fmt.Sprintf("%s: of %d outcomes in training %d are of one kind, this regression needs %d of each",
			num.WarnTooFew, len(r.y), max(events, len(r.y)-events), fewestFirth))
	}
	fit, err := regress.Firth(r.Design, r.y, regress.Options{Threads: threads}, 0, regress.FLIC)
	if err != nil {
		return refused[chanceModel](err.Error())
	}
	if fit.Certificate.Certified() {
		effect := max(1, float64(len(r.y))/clusteredRate(r.y, r.ids).N)
		fit.Robust = mat.NewSymDense(len(fit.Coef), slices.Clone(fit.Cov.RawSymmetric().Data))
		fit.Robust.ScaleSym(effect, fit.Robust)
	}
	t := trained[chanceModel]{OK: fit.Certificate.Certified(), Fits: []*Model{publishedFit(name, &fit.Fit)}}
	if !t.OK {
		t.Note = certificateNote(&fit.Certificate)
		return t
	}
	m := newLinearModel(c, fit.Coef, r, 1, threads)
	m.Cov = fit.Covariance()
	t.Model = m
	return t
}
