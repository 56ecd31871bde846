package segment

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"mainstay/ingest"
	"mainstay/internal/num"
	"mainstay/regress"
)

// trainLogistic regresses churn on the features, rows of one customer clustered. A fit is remembered by
// its newest training day, which names the others: where the value label is the churn horizon, the
// two-part regression needs the same.
func trainLogistic(b *study, at *origin) trained[chanceModel] {
	fit := func() (trained[chanceModel], error) {
		return fitLogistic(b, at.train, usualSet, churned, logisticName), nil
	}
	if len(at.train) == 0 {
		t, _ := fit()
		return t
	}
	t, _ := b.logits.of(at.train[0].Day).get(fit)
	return t
}

// logits are the churn regressions by their newest training day.
type logits struct {
	mu sync.Mutex
	on map[ingest.Day]*lazily[trained[chanceModel]]
}

func (l *logits) of(day ingest.Day) *lazily[trained[chanceModel]] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.on[day] == nil {
		l.on[day] = new(lazily[trained[chanceModel]])
	}
	return l.on[day]
}

// fitLogistic regresses an outcome that is 0 or 1 on a set of columns, rows of one customer clustered. It is published under a name.
func fitLogistic(b *study, train []*panel, set columnSet, o outcome, name string) trained[chanceModel] {
	c := newColumns(b, train, set)
	r := stackRows(train, c, o)
	if few := tooFew(len(r.y), r.y, len(c.All)); few != "" {
		return refused[chanceModel](few)
	}
	fit, err := logistic(r.Design, r.y, r.ids, b.Threads)
	if err != nil {
		return refused[chanceModel](err.Error())
	}
	t := trained[chanceModel]{OK: fit.Certificate.Certified(), Fits: []*Model{publishedFit(name, fit)}}
	if !t.OK {
		t.Note = certificateNote(&fit.Certificate)
		return t
	}
	t.Model = newLogisticModel(fit, c, r, b.Threads)
	return t
}

// logistic fits, and once more without the columns that separate the outcomes, if some do: a flag that
// two customers carry must not cost the book its regression. The second fit says what it left out.
func logistic(d *regress.Design, y []float64, ids []int32, threads int) (*regress.Fit, error) {
	return twoOutcomes(d, y, regress.Logit, ids, threads)
}

// twoOutcomes is logistic with another link.
func twoOutcomes(d *regress.Design, y []float64, link regress.Link, ids []int32, threads int) (*regress.Fit, error) {
	o, model := regress.Options{Cluster: ids, Threads: threads}, regress.Model{Distribution: regress.Binomial, Link: link}
	fit, err := regress.GLM(d, y, model, o)
	if err != nil || fit.Certificate.Certified() || len(fit.Separating) == 0 || slices.Contains(fit.Separating, features[fIntercept].Name) {
		return fit, err
	}
	rest := &regress.Design{Names: d.Names, X: slices.Clone(d.X)}
	for j, name := range d.Names {
		if slices.Contains(fit.Separating, name) {
			for i := range rest.Rows() {
				rest.Row(i)[j] = 0 // a column of zeros is dropped, its coefficient zero
			}
		}
	}
	again, err := regress.GLM(rest, y, model, o)
	if err == nil {
		again.Certificate.Warn(num.WarnSeparation, "left out, because they separate the outcomes: "+strings.Join(fit.Separating, ", "))
	}
	return again, err
}

// minPerColumn is the number of events, and of non-events, per column below which a logistic fit is not
// tried. No number is safe for all data (van Smeden et al. 2016, BMC Medical Research Methodology
// 16:163); below about five intervals are too narrow (Vittinghoff & McCulloch 2007, American Journal of
// Epidemiology 165:710–718). Predictions are shrunk for what the events do not carry, and the
// tournament judges them; three keeps out what could only separate.
const minPerColumn = 3

// tooFew says why a logistic fit has no chance, "" when it has.
func tooFew(rows int, y []float64, columns int) string {
	events := 0
	for _, v := range y {
		if v > 0 {
			events++
		}
	}
	if need := minPerColumn * (columns - 1); min(events, rows-events) < need {
		return fmt.Sprintf("%s: of %d outcomes in training %d are of one kind, a regression needs %d of each",
			num.WarnTooFew, rows, max(events, rows-events), need)
	}
	return ""
}

// rows are the data of a regression: a row for every eligible customer of several training days, newest day first.
type rows struct {
	*regress.Design
	ids    []int32 // customers: the clusters
	y      []float64
	origin []int32 // training day, 0 the newest
}

func stackRows(train []*panel, c *columns, o outcome) *rows {
	n, _ := o.count(train)
	r := &rows{Design: &regress.Design{Names: c.names(), X: make([]float64, n*len(c.All))},
		ids: make([]int32, 0, n), y: make([]float64, 0, n), origin: make([]int32, 0, n)}
	for k, p := range train {
		for _, i := range p.live() {
			if s := &p.Subjects[i]; o.eligible(s) {
				c.fill(r.Row(len(r.y)), p, int(i))
				r.ids = append(r.ids, s.id)
				r.y = append(r.y, o.came(s))
				r.origin = append(r.origin, int32(k))
			}
		}
	}
	return r
}
