// Package num holds the numerical tools that every domain package may use: fit
// certificates, ordered reductions, special functions. It knows no domain words.
package num

// Stable warning codes. They are part of the output format (docs/format.md).
const (
	WarnSeparation     = "separation"          // a logistic fit whose likelihood has no maximum
	WarnCollinear      = "collinear"           // design columns that others determine
	WarnBoundary       = "boundary"            // an estimate on the edge of its domain
	WarnEmptyState     = "empty-state"         // a state that nobody was ever seen to leave
	WarnNotConverged   = "not-converged"       // iterations ended before the criteria held
	WarnHorizonShort   = "horizon-too-short"   // history shorter than the model needs
	WarnTooFew         = "too-few"             // too few observations or events
	WarnNoRepeatBuyers = "no-repeat-buyers"    // nobody bought twice
	WarnNoProfile      = "no-profile"          // a penalised fit without the profile of some coefficient
	WarnMonotone       = "monotone-likelihood" // a survival fit with infinite coefficients
)

// Warning is a typed remark on a fit: a stable code and words for people that
// say what it means and what to do next.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Certificate says whether a fit may be trusted, and by which criteria. A fit
// whose certificate is not Certified is never used for scores.
type Certificate struct {
	Model        string    `json:"model"`         // for example "logistic", "chain"
	Converged    bool      `json:"converged"`     // all criteria named in Criteria hold
	Criteria     []string  `json:"criteria"`      // what convergence means for this fit
	GradientNorm float64   `json:"gradient_norm"` // infinity norm of the mean score at the estimate; 0 for closed forms
	InfoPosDef   bool      `json:"info_pos_def"`  // information matrix is positive definite
	Iterations   int       `json:"iterations"`    // 0 for closed forms
	LogLik       float64   `json:"log_likelihood"`
	Observations int64     `json:"observations"`
	Fatal        bool      `json:"fatal"` // a warning that forbids use (separation, too few, …)
	Warnings     []Warning `json:"warnings"`
}

// Certified reports whether the fit may be used for scores.
func (c *Certificate) Certified() bool {
	return c != nil && c.Converged && c.InfoPosDef && !c.Fatal
}

// Warn adds a remark that does not forbid use.
func (c *Certificate) Warn(code, message string) {
	c.Warnings = append(c.Warnings, Warning{Code: code, Message: message})
}

// Refuse adds a remark that forbids use.
func (c *Certificate) Refuse(code, message string) {
	c.Fatal = true
	c.Warn(code, message)
}
