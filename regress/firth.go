package regress

import (
	"fmt"
	"math"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Mean says how the predictions of a Firth regression, which lean towards one half, are put right on average.
type Mean uint8

// The corrections of Puhr, Heinze, Nold, Lusa & Geroldinger 2017 (Statistics in Medicine 36:2302–2317).
const (
	RawMean Mean = iota // none
	FLIC                // another intercept (§2.2): slopes and their intervals are Firth's
	FLAC                // maximum likelihood with the penalty as added rows, told apart by a column (§2.3)
)

// String is its usual name.
func (m Mean) String() string { return [...]string{"none", "FLIC", "FLAC"}[m] }

// FirthFit is a logistic regression by penalised likelihood. Of the embedded fit, Cov is I(β)⁻¹ (Wald), Deviance
// −2 log L(β) without the penalty, and the certificate's log-likelihood log L*.
type FirthFit struct {
	Fit
	Mean     Mean
	Level    float64   // of the profiles
	Profiles []Profile // by column; NaN for dropped ones; Wald's for the intercept of FLIC
	NullLik  float64   // log L* of the intercept alone, penalised like the whole; of no column where none is constant
	Test     float64   // 2(log L* − NullLik), χ² with TestDF degrees of freedom (0 = no slopes)
	TestDF   int
}

// Profile is what the penalised likelihood, maximised over all other coefficients, says of one: interval and
// test of the hypothesis that it is 0, χ² with one degree of freedom.
type Profile struct{ Low, High, ChiSquare, P float64 }

var noProfile = Profile{math.NaN(), math.NaN(), math.NaN(), math.NaN()}

const nullUnfound = "the penalised likelihood of the intercept alone did not settle: look for columns on extreme scales"

// mostWork bounds rows × columns⁴ of a fit with profiles, whose ascents, some 50 for a column, take rows × columns³/2 a step by
// Newton's method, as where classes are separated: half an hour.
const mostWork = 5e10

// Firth fits the logistic regression P(yᵢ = 1) = 1/(1+e^(−xᵢ·β)) by maximising
//
//	log L*(β) = log L(β) + ½ log det I(β),   I = Σ wᵢ pᵢ(1−pᵢ) xᵢxᵢ',
//	score*    = Σ [wᵢ(yᵢ − pᵢ) + hᵢ(½ − pᵢ)] xᵢ,   hᵢ = wᵢpᵢ(1−pᵢ) xᵢ'I⁻¹xᵢ,
//
// which takes away the first-order bias of maximum likelihood and has a finite maximum where classes are separated: for
// few events, such as four losses among fifty accounts. Intervals and tests are those of the profile of L*, at the
// level given, for Wald's are wrong there (asymmetric likelihood); level 0 leaves them out (NaN). y is 0 or 1; weights are frequencies. FLIC and FLAC
// need a constant column.
//
// The ascent is by Newton's method with step limits and halving (firth_ascent.go). A fit is certified when the mean score*
// and the step are small and every profile was found; a single class, or no residual degrees of freedom, is
// WarnTooFew. Collinear columns are dropped and named. The cost is O(nk²) an iteration, O(nk³) by Newton's method, some 50 of
// them a column for the profiles: a method for small books, as in large ones the penalty changes nothing; those are an error.
//
// Errors: as of Logistic; clusters and HC covariances, which this likelihood has not; a level outside [0, 1).
//
// Source: Firth 1993, Biometrika 80:27–38, eq. 4; Heinze & Schemper 2002, Statistics in Medicine 21:2409–2419, §2–3;
// profiles of the penalty of all columns, as R's logistf has them.
func Firth(d *Design, y []float64, o Options, level float64, mean Mean) (*FirthFit, error) {
	if err := checkFirth(o, level); err != nil {
		return nil, err
	}
	if err := (Model{Distribution: Binomial}).checkAll(y, o); err != nil {
		return nil, err
	}
	d, y, o, err := Prepare(d, y, o)
	if err != nil {
		return nil, err
	}
	rows := inMemory(d, y, o)
	of := rows.measure()
	f := &FirthFit{Fit: *newFit("firth", d.Names, d.Rows()), Mean: mean, Level: level}
	f.Certificate.Criteria = firthCriteria
	if of == nil || of.response == 0 || of.response == of.weight {
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("all %d rows are of one class: no penalty tells what goes with an outcome that was never seen; widen the period or the population", d.Rows()))
		return f, nil
	}
	fr, err := newFrame(d.Names, of)
	if err != nil {
		return nil, err
	}
	m := &glm{law: logitLaw{}, d: rows, fr: fr, response: of.response, total: of.weight}
	f.warnDropped(fr, m.chooseColumns())
	f.DF = d.Rows() - len(m.cols)
	switch {
	case f.DF <= 0 || len(m.cols) == 0:
		f.Certificate.Refuse(num.WarnTooFew, fmt.Sprintf("no residual degrees of freedom are left (rows: %d, independent columns: %d): fit fewer columns or more rows", d.Rows(), len(m.cols)))
		return f, nil
	case level > 0 && float64(d.Rows())*math.Pow(float64(len(m.cols)), 4) > mostWork:
		return nil, fmt.Errorf("regress: profiles of %d columns on %d rows would take too long, and the penalty changes nothing there: fit an ordinary logistic regression, or fewer columns", len(m.cols), d.Rows())
	case mean != RawMean && fr.ones < 0:
		return nil, fmt.Errorf("regress: %v moves the intercept, and there is no constant column", mean)
	}
	f.NullDev = m.nullDeviance(of.offset)
	f.fit(newPenal(m, d, y, 2, o), m)
	if !f.Certificate.Certified() {
		return f, nil
	}
	_, err = f.checked()
	return f, err
}

// fit runs the ascent, the correction of the mean and the profiles.
func (f *FirthFit) fit(p *penal, m *glm) {
	rows := p
	best := p.maximise(m.start(), p.all())
	if best.converged && f.Mean == FLAC {
		p = p.augmented(best)
		best = p.maximise(append(best.gamma, 0), p.all())
	}
	c := &f.Certificate
	c.Converged, c.Iterations, c.InfoPosDef = best.converged, best.iterations, best.inverse != nil
	c.GradientNorm = best.largestScore(p.all()) / p.total
	if !best.converged {
		c.Refuse(num.WarnNotConverged, best.unsettled(c.GradientNorm))
		return
	}
	k := len(m.cols)
	c.LogLik = best.loglik + p.shift()
	f.profile(p, m, best)
	if f.Mean == FLIC {
		if best = p.recentre(best); !best.converged {
			c.Refuse(num.WarnNotConverged, "no intercept puts the predictions right on average: look for columns on extreme scales")
		}
	}
	if c.Fatal {
		return
	}
	f.Deviance = -2 * rows.plain(best.gamma[:k])
	cov := mat.NewSymDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			cov.SetSym(a, b, best.inverse.At(a, b))
		}
	}
	f.settle(m.fr, m.cols, m.fr.coefficients(m.cols, best.gamma[:k]), cov)
	if f.Mean == FLIC { // which no profile has
		j := m.fr.ones
		z, half := f.Coef[j]/f.SE[j], num.ZLevel(f.Level)*f.SE[j]
		f.Profiles[j] = Profile{f.Coef[j] - half, f.Coef[j] + half, z * z, num.NormalTwoSided(z)}
	}
}

// profile sets the profiles, to NaN at level 0, and tests that all coefficients but that of the constant column are 0.
func (f *FirthFit) profile(p *penal, m *glm, best *firthPoint) {
	f.Profiles = make([]Profile, len(f.Names))
	for j := range f.Profiles {
		f.Profiles[j] = noProfile
	}
	if f.Level == 0 {
		return
	}
	found, failed := p.profiles(m, best, num.ZLevel(f.Level))
	if failed >= 0 {
		f.Certificate.Refuse(num.WarnNotConverged, unfound(f.Names[m.cols[failed]], f.Level))
		return
	}
	for a, j := range m.cols {
		f.Profiles[j] = found[a]
	}
	null, df := p.null(best, len(m.cols))
	if !null.converged {
		f.Certificate.Refuse(num.WarnNotConverged, nullUnfound)
		return
	}
	f.NullLik, f.TestDF = null.loglik+p.shift(), df
	f.Test = max(0, 2*(best.loglik-null.loglik))
}
