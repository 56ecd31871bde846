package segment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
	"mainstay/regress/penalised"
)

const (
	netAlpha     = 0.5    // half lasso, half ridge: columns that go together share the weight. Neither alone predicted better on simulated books
	netSearched  = 5_000  // rows that the penalty is chosen by
	netLearnt    = 50_000 // rows that the coefficients are learnt from, at the penalty chosen
	netPenalties = 15
	netSettled   = 1e-5 // of the fits that the penalty is chosen by: deviances are then known to its square
	netFolds     = 5    // of customers, where there are too few training days for folds in time
)

// trainNet regresses churn on all that is known (wideSet) with an elastic net: columns that say nothing are left out or made small.
//
// The penalty is chosen forward in time: what the older training days say is held against the next, day by day, and the λ of the least deviance
// taken (see penalised.CrossValidate; the largest within one standard error, which two or three days make wide, cost a fifth of what there was to gain). Of
// fewer than three days, whole customers are held out instead. It is chosen by a sample of customers and scaled to the rows that the coefficients are then
// learnt from: the noise that a penalty is to stay above falls as 1/√n (Bickel, Ritov & Tsybakov 2009, Annals of Statistics 37:1705–1732, §4).
func trainNet(b *study, at *origin) trained[chanceModel] {
	return fitNet(b, at.train, wideSet, churned, netName)
}

func fitNet(b *study, train []*panel, set columnSet, o outcome, name string) trained[chanceModel] {
	c := newColumns(b, train, set)
	c.learnRates(b, train, o)
	return netOn(c, train, o, name, b.Threads)
}

// widens reports whether there is more to learn from than logistic has.
func widens(b *study) bool {
	return len(b.Config.ModelAttributes) > 0 || slices.ContainsFunc(b.covariates, func(f feature) bool { return !usualSet.keep(f) })
}

// netOn never holds the rows of all: of a large book they are many times what is learnt from.
func netOn(c *columns, train []*panel, o outcome, name string, threads int) trained[chanceModel] {
	n, events := o.count(train)
	if min(events, n-events) < fewEvents {
		return refused[chanceModel](fmt.Sprintf("%s: of %d outcomes in training %d are of one kind, this regression needs %d of each",
			num.WarnTooFew, n, max(events, n-events), fewEvents))
	}
	options := penalised.Options{Family: "binomial", Alpha: netAlpha, Count: netPenalties, Threads: threads}
	some := stackRows(train, c, o.among(n, netSearched, forSample))
	rough := options
	rough.Limit = netSettled
	best, err := penalised.CrossValidate(context.Background(), some.Design, some.y, rough, some.folds(len(train)))
	if err != nil {
		return refused[chanceModel](err.Error())
	}
	if !best.Certificate.Certified() {
		return refused[chanceModel](certificateNote(&best.Certificate))
	}
	most := stackRows(train, c, o.among(n, netLearnt, forSample))
	options.Lambda = []float64{best.Lambda[best.Min] * math.Sqrt(float64(len(some.y))/float64(len(most.y)))}
	path, err := penalised.Fit(most.Design, most.y, options)
	if err != nil {
		return refused[chanceModel](err.Error())
	}
	t := trained[chanceModel]{OK: path.Certificate.Certified(), Fits: []*Model{publishedPath(name, path)}}
	if !t.OK {
		t.Note = certificateNote(&path.Certificate)
		return t
	}
	t.Note = fmt.Sprintf("%d of %d columns, λ %.2g", path.NonZero[0], len(c.All)-1, options.Lambda[0])
	t.Model = newLinearModelOfAll(c, path.Coef[0], train, o, threads)
	return t
}

// folds are by training day, oldest first and forward in time, where there are three; else by customer.
func (r *rows) folds(days int) penalised.Folds {
	f := penalised.Folds{Of: make([]int32, len(r.y)), K: days, Forward: true}
	for i, k := range r.origin {
		f.Of[i] = int32(days-1) - k
	}
	if days < 3 {
		f.K, f.Forward = netFolds, false
		for i, id := range r.ids {
			f.Of[i] = int32(drawn(id, forFold) % netFolds)
		}
	}
	return f
}

// publishedPath is a penalised fit as it appears among the fits: the columns it kept, without standard errors, which a choice by the same data would
// make wrong (Leeb & Pötscher 2005, Econometric Theory 21:21–59).
func publishedPath(name string, p *penalised.Path) *Model {
	m, nan := &Model{Name: name, Certificate: p.Certificate}, math.NaN()
	if len(p.Coef) > 0 {
		for k, column := range p.Names {
			if v := p.Coef[0][k]; v != 0 {
				m.Coefficients = append(m.Coefficients, Coefficient{Name: column, Estimate: v, SE: nan, Low: nan, High: nan})
			}
		}
	}
	return m
}
