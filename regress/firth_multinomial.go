package regress

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"mainstay/internal/num"
)

// FirthMultinomial fits the multinomial logit of Multinomial by maximising Firth's penalised likelihood, with Jeffreys' prior,
//
//	log L*(β) = log L(β) + ½ log det I(β),   I = Σ wᵢ (diag πᵢ − πᵢπᵢ') ⊗ xᵢxᵢ',
//
// which takes away the first-order bias and has a finite maximum where categories are separated: det I tends to 0 in every direction
// (Kosmidis & Firth 2021). What it predicts does not hang on which category is the base, nor on how columns are coded. Of two categories it
// is Firth. Profiles are the intervals and tests of coefficients, of the profile of L* at the level given, for Wald's are wrong under separation; level 0
// leaves them out, and where they would take too long, or one is not found, they are NaN and a warning says so (WarnNoProfile). Cov is I(β)⁻¹, Deviance −2 log L(β), the certificate's log-likelihood log L*. weights are frequencies, and
// rows that are alike are taken together.
//
// Ascent and certificate are Firth's (firth_ascent.go); log L* may have several maxima where categories are separated, of which the highest of 17 climbs is taken in small
// tables. No more rows than coefficients are refused (WarnTooFew). The cost for n different rows and p coefficients is O(np²) an iteration, O(np³) by Newton's method, some 10 to 20
// iterations a coefficient for the profiles.
//
// Errors: as of Multinomial; clusters and HC covariances, which this likelihood has not; a level outside [0, 1); more than 200 coefficients, or too many on too many different rows.
//
// Source: Firth 1993, Biometrika 80:27–38, eq. 3–4; Bull, Mak & Greenwood 2002, Computational Statistics & Data Analysis 39:57–74, §2 (several categories);
// Kosmidis & Firth 2011, Biometrika 98:755–759 (counts that the penalty adds); Kosmidis & Firth 2021, Biometrika 108:71–82 (finiteness); Heinze & Schemper 2002 (profiles).
func FirthMultinomial(d *Design, y []int, categories []string, o Options, level float64) (*MultinomialFit, error) {
	if err := checkFirth(o, level); err != nil {
		return nil, err
	}
	f, m, err := beginMultinomial(d, y, categories, o)
	if err != nil || f.Certificate.Fatal {
		return f, err
	}
	f.Penalised, f.Level = true, level
	f.Certificate.Model, f.Certificate.Criteria = "firth-multinomial", firthCriteria[:2:2]
	rows := m.d.Source.(*memory)
	p := newPenal(&m.glm, rows.d, rows.y, len(categories), rows.o)
	if err := p.checkSize(); err != nil {
		return nil, err
	}
	f.fitPenalised(p, m)
	return f.checked()
}

// checkFirth is an error for what a Firth regression has not.
func checkFirth(o Options, level float64) error {
	switch {
	case !(level >= 0 && level < 1):
		return fmt.Errorf("regress: level %v, expected a number between 0 and 1", level)
	case o.Cluster != nil || o.HC != NoHC:
		return errors.New("regress: a Firth regression has no clustered and no HC covariance: leave them out")
	}
	return nil
}

// Limits of several categories: Newton's method has coefficients³ numbers for every block of rows; profiles take some 50 × coefficients × work products.
const (
	mostPenalised = 200
	mostProfiled  = 2e9

	firthStarts     = 16  // log L* may have several maxima where little but the penalty speaks: climbs from other points
	firthStartsWork = 2e6 // as long as a pass takes no more products
)

// checkSize is an error when the fit would exhaust memory.
func (p *penal) checkSize() error {
	if size := p.size(); size > mostPenalised || size*size*size/6*(p.n/rowBlock+1) > mostSums {
		return fmt.Errorf("regress: %d coefficients on %d different rows are too many for a penalised likelihood, at most %d: merge categories, fit fewer columns, or a sample of the rows", size, p.n, mostPenalised)
	}
	return nil
}

// work is how many products an iteration takes: of a pass, and of the traces in Newton's method (firth_curvature.go), which no pass shows where rows are few.
func (p *penal) work() float64 {
	size := float64(p.size())
	return size * size * (float64(p.n) + size*size/3)
}

// highest is the highest of the maxima that climbs from start, and from points strewn about it, end in.
func (p *penal) highest(start []float64) *firthPoint {
	best := p.maximise(start, p.all())
	if float64(p.n*p.size()*p.size()) > firthStartsWork {
		return best
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range firthStarts {
		gamma := slices.Clone(start)
		for i := range gamma {
			gamma[i] += 3 * rng.NormFloat64()
		}
		if at := p.maximise(gamma, p.all()); at.converged && (!best.converged || at.loglik > best.loglik+1e-8) {
			best = at
		}
	}
	return best
}

// fitPenalised runs the ascent and the profiles.
func (f *MultinomialFit) fitPenalised(p *penal, m *multilogit) {
	c := &f.Certificate
	if p.total <= float64(p.size()) {
		c.Refuse(num.WarnTooFew, fmt.Sprintf("%.4g rows are too few for %d coefficients: fit fewer columns, or merge categories", p.total, p.size()))
		return
	}
	best := p.highest(m.start())
	c.Converged, c.Iterations, c.InfoPosDef = best.converged, best.iterations, best.inverse != nil
	c.GradientNorm = best.largestScore(p.all()) / p.total
	if !best.converged {
		c.Refuse(num.WarnNotConverged, best.unsettled(c.GradientNorm))
		return
	}
	c.LogLik, f.Deviance = best.loglik+p.shift(), -2*p.plain(best.gamma)
	f.settle(m, &ascent{point: point{gamma: best.gamma}, bread: best.inverse})
	null, _ := p.null(best, len(m.cols))
	if f.NullLik = null.loglik + p.shift(); !null.converged {
		c.Refuse(num.WarnNotConverged, nullUnfound)
		return
	}
	f.profile(p, m, best)
}

// profile sets the profiles, NaN for those that were not found, and of all at level 0 or where they would take too long.
func (f *MultinomialFit) profile(p *penal, m *multilogit, best *firthPoint) {
	f.Profiles = make([]Profile, len(f.Coef))
	for i := range f.Profiles {
		f.Profiles[i] = noProfile
	}
	k, r := len(f.Names), len(m.cols)
	switch size := float64(p.size()); {
	case f.Level == 0:
		return
	case size*p.work() > mostProfiled:
		f.Certificate.Warn(num.WarnNoProfile, fmt.Sprintf("profiles of %d coefficients on %d different rows would take too long: fit fewer columns for them", p.size(), p.n))
		return
	}
	found, failed := p.profiles(&m.glm, best, num.ZLevel(f.Level))
	for i, v := range found {
		f.Profiles[i/r*k+m.cols[i%r]] = v
	}
	if failed >= 0 {
		f.Certificate.Warn(num.WarnNoProfile, unfound(f.Names[m.cols[failed%r]], f.Level))
	}
}

// unsettled says so.
func (a *firthPoint) unsettled(score float64) string {
	return fmt.Sprintf("the penalised likelihood did not settle in %d iterations (largest mean score %.2g): look for columns on extreme scales or almost determined by others", a.iterations, score)
}
