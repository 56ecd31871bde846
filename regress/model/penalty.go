package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"mainstay/internal/num"
	"mainstay/regress"
	elastic "mainstay/regress/penalised"
)

// Penalty asks for an elastic net instead of the usual fit of a family.
type Penalty struct {
	Alpha  float64 // share of the lasso: 1 lasso, 0 ridge
	Lambda float64 // by itself; where Choose is set it is not looked at
	Choose Rule
	Seed   uint64 // which folds choose
}

// Rule chooses λ by cross-validation.
type Rule string

// The rules: the least deviance of rows held out, and the largest λ within one standard error of that.
const (
	LeastDeviance Rule = "cv"
	OneSE         Rule = "cv-1se"
)

// The families that a penalty can be asked of. They were put into the table before: files are initialised in the order of
// their names.
func init() {
	for _, f := range families {
		if canonicalLinks[f.name] != "" {
			f.flags = append(f.flags, "penalty", "lambda")
		}
	}
}

// canonicalLinks are those of the families that a penalty can be asked of.
var canonicalLinks = map[Family]string{Gaussian: "identity", Binomial: "logit", "poisson": "log"}

// penaltyFolds is by how many folds λ is chosen.
const penaltyFolds = 10

func (p *Penalty) check(o *Options) error {
	switch {
	case !(p.Alpha >= 0 && p.Alpha <= 1):
		return fmt.Errorf("--penalty is %v; expected the share of the lasso, 0 (ridge) to 1 (lasso)", p.Alpha)
	case p.Choose == "" && !(p.Lambda >= 0 && p.Lambda <= 1e100):
		return fmt.Errorf("--lambda is %v; expected a number of at least 0", p.Lambda)
	case p.Choose != "" && p.Choose != LeastDeviance && p.Choose != OneSE:
		return fmt.Errorf("--lambda is %q; expected %s, %s or a number", p.Choose, LeastDeviance, OneSE)
	case o.HC != regress.NoHC:
		return errors.New("a fit with --penalty has no standard errors: leave --robust out")
	case o.Link != "" && o.Link != canonicalLinks[o.Family]:
		return fmt.Errorf("--penalty is for the link %s: leave --link out", canonicalLinks[o.Family])
	case o.Ridge != 0:
		return errors.New("--ridge and --penalty exclude each other: --penalty 0 is a ridge along a path")
	case o.Tests || o.Against != nil || o.Diagnose:
		return errors.New("a fit with --penalty has no tests and diagnoses: leave --tests, --against and --diagnose out")
	}
	return nil
}

// penalise changes the family of s where a penalty is asked for: the same response and scores, another fit.
func (s *study) penalise() {
	if s.o.Penalty == nil {
		return
	}
	f := *s.family
	f.fit = func(s *study, d *regress.Design, rows []int) (estimated, error) { return s.fitPenalised(d, rows) }
	s.family = &f
}

// net is a path with the λ chosen.
type net struct {
	*elastic.Choice // Mean nil where λ was given
	at              int
	penalty         *Penalty
	folds           string // by what λ was chosen
}

func (s *study) fitPenalised(d *regress.Design, rows []int) (estimated, error) {
	p := s.o.Penalty
	o := elastic.Options{Family: string(s.family.name), Alpha: p.Alpha, Weights: pick(s.weights, rows), Offset: pick(s.fr.Offset(), rows), Threads: s.o.Threads}
	n := &net{penalty: p}
	if p.Choose == "" {
		o.Also = []float64{p.Lambda}
		path, err := elastic.Fit(d, pick(s.y, rows), o)
		if err != nil {
			return nil, err
		}
		n.Choice = &elastic.Choice{Path: path}
		if n.at = slices.Index(path.Lambda, p.Lambda); n.at < 0 && path.Certificate.Certified() {
			last := path.Certificate.Warnings[len(path.Certificate.Warnings)-1]
			path.Certificate.Refuse(last.Code, last.Message)
		}
		return n, nil
	}
	folds, words, err := s.foldsOfPenalty(rows)
	if err != nil {
		return nil, err
	}
	n.folds = words
	if n.Choice, err = elastic.CrossValidate(s.ctx, d, pick(s.y, rows), o, folds); err != nil {
		return nil, err
	}
	if n.at = n.Min; p.Choose == OneSE {
		n.at = n.Choice.OneSE
	}
	return n, nil
}

// foldsOfPenalty are the folds by which λ is chosen within rows: of the same kind as those by which a fit is validated,
// whole clusters where no others are asked for.
func (s *study) foldsOfPenalty(rows []int) (elastic.Folds, string, error) {
	part := &study{keys: pick(s.keys, rows), y: pick(s.y, rows), binary: s.binary, o: s.o}
	n := len(part.keys)
	k := min(penaltyFolds, n)
	f := Folds{K: k, Seed: s.o.Penalty.Seed + 1} // not the folds of --cv, within which it chooses
	out := elastic.Folds{Of: make([]int32, n), K: k}
	groups, by := s.cluster, s.o.Cluster
	if s.o.Folds != nil {
		f.Time, f.Days, f.Group, f.Gap, f.Window = s.o.Folds.Time, s.o.Folds.Days, s.o.Folds.Group, s.o.Folds.Gap, s.o.Folds.Window
		if f.Group != "" {
			groups, by = s.o.Folds.groups, f.Group
		}
	}
	part.o.Folds = &f
	switch {
	case n < 3:
		return out, "", fmt.Errorf("%d rows are too few to choose λ by cross-validation: give --lambda a number", n)
	case f.Time != "":
		frame := *s.fr
		frame.Rows = pick(s.fr.Rows, rows)
		part.fr = &frame
		blocks, err := part.rolling()
		for ; err != nil && f.K > 2; blocks, err = part.rolling() { // days are few, or the gap leaves the first fold nothing
			f.K--
		}
		if err != nil {
			return out, "", fmt.Errorf("choosing λ (a number for --lambda needs no folds): %w", err)
		}
		for b, fold := range blocks {
			for _, i := range fold.test {
				out.Of[i] = int32(b + 1)
			}
		}
		day := pick(f.Days, frame.Rows)
		out.K, out.Forward = len(blocks)+1, true
		out.Skip = func(i int, k int32) bool { return !f.teaches(day[i], blocks[k-1].from) }
		return out, fmt.Sprintf("%d folds, each predicted from earlier days of %s", len(blocks), f.Time), nil
	case groups != nil:
		within := numbered(pick(groups, rows))
		f.Group = by
		f.K = min(k, int(slices.Max(within))+1)
		number, err := part.byGroup(within, f.K)
		if err != nil {
			return out, "", fmt.Errorf("choosing λ: %w", err)
		}
		out.K = f.K
		setFolds(out.Of, number)
		return out, fmt.Sprintf("%d folds, rows of one %s together", f.K, by), nil
	}
	setFolds(out.Of, part.byRow(k))
	return out, fmt.Sprintf("%d folds", k), nil
}

func setFolds(of []int32, number []int) {
	for i, f := range number {
		of[i] = int32(f)
	}
}

func (n *net) certificate() *num.Certificate { return &n.Certificate }

// unitDeviance is that of counts: predictions of the other families are not scored by one.
func (n *net) unitDeviance(y, mu float64) float64 {
	return regress.Model{Distribution: regress.Poisson}.UnitDeviance(y, mu)
}

func (n *net) predict(d *regress.Design, offset []float64) []float64 {
	eta := linear(d, offset, n.Coef[n.at])
	for i, e := range eta {
		switch n.Family {
		case "binomial":
			eta[i] = num.Expit(e)
		case "poisson":
			eta[i] = math.Exp(e)
		}
	}
	return eta
}

func (n *net) describe(s *study, r *Result) {
	nan := math.NaN()
	kinds := map[float64]string{0: "ridge", 1: "lasso"}
	if r.Method = kinds[n.Alpha]; r.Method == "" {
		r.Method = "elastic net, α = " + short(n.Alpha)
	}
	r.Ratio = map[string]string{"binomial": OddsRatio, "poisson": RateRatio}[n.Family]
	varying := 0
	for j, name := range n.Names {
		c := Coefficient{Name: name, Estimate: n.Coef[n.at][j], SE: nan, Statistic: nan, P: nan, Low: nan, High: nan}
		if slices.Contains(n.Flat, name) {
			c.Estimate, c.Dropped = nan, true
		} else if name != n.Constant {
			varying++
		}
		r.Coefficients = append(r.Coefficients, c)
	}
	r.Facts = append(r.Facts, n.chosen())
	r.Facts = append(r.Facts, fmt.Sprintf("%d of %d columns have a coefficient, %d are 0: left out", n.NonZero[n.at], varying, varying-n.NonZero[n.at]),
		"no standard errors, tests and intervals: after a choice by the same data the usual ones are wrong")
	m := noMeasures()
	m.Rank, m.NullDF = n.NonZero[n.at], int(n.Certificate.Observations)
	if n.Constant != "" {
		m.Rank, m.NullDF = m.Rank+1, m.NullDF-1
	}
	m.DF = int(n.Certificate.Observations) - m.Rank
	m.Deviance, m.NullDeviance = n.Deviance[n.at], n.NullDev
	m.More = []Measure{{"deviance_explained", n.Explained(n.at), Share}, {"lambda", n.Lambda[n.at], Significant}, {"alpha", n.Alpha, Significant}}
	if n.Family == "binomial" {
		m.McFadden = n.Explained(n.at)
	}
	r.Measures = m
	r.Sections = append(r.Sections, n.path())
	r.Certificate.LogLik = 0
}

// chosen says which λ, and by what.
func (n *net) chosen() string {
	text := "λ = " + short(n.Lambda[n.at])
	if n.Mean == nil {
		return text + ", as given"
	}
	rule, other, at := "the least deviance of rows held out", "the largest within one standard error of it is ", n.Choice.OneSE
	if n.penalty.Choose == OneSE {
		rule, other, at = "the largest within one standard error of the least deviance of rows held out", "the least has ", n.Min
	}
	return fmt.Sprintf("%s by %s: %s, %s ± %s a row; %sλ = %s with %d columns", text, n.folds, rule,
		short(n.Mean[n.at]), short(n.SE[n.at]), other, short(n.Lambda[at]), n.NonZero[at])
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// shownOfPath is about how many λ people see.
const shownOfPath = 10

// path is the section of all λ. People see those at which the number of columns grows, the chosen one among them.
func (n *net) path() Section {
	count := len(n.Lambda)
	marks, explained, held, se := make([]string, count), make([]float64, count), make([]float64, count), make([]float64, count)
	nonzero := make([]float64, count)
	for k := range count {
		explained[k], nonzero[k] = n.Explained(k), float64(n.NonZero[k])
		if n.Mean != nil {
			held[k], se[k] = n.Mean[k], n.SE[k]
		}
	}
	if n.Mean != nil {
		marks[n.Choice.OneSE], marks[n.Min] = "one standard error", "least deviance"
	}
	marks[n.at] = "chosen"
	columns := []Values{{Name: "lambda", Number: n.Lambda}, {Name: "columns", Number: nonzero, Kind: Whole}, {Name: "deviance_explained", Number: explained, Kind: Share}}
	if n.Mean != nil {
		columns = append(columns, Values{Name: "held_out_deviance", Number: held}, Values{Name: "se", Number: se})
	}
	s := Section{Name: "path", Title: "path of penalties", Columns: append(columns, Values{Name: "mark", Text: marks})}
	for k := range count {
		if marks[k] != "" || k%max(1, count/shownOfPath) == 0 || k == count-1 {
			s.Shown = append(s.Shown, k)
		}
	}
	return s
}
