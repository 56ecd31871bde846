package segment

import "slices"

// columnSet is which columns a regression has: of those of the panels, by name, so that panels are read once for all.
type columnSet struct {
	keep       func(f feature) bool // the intercept always is
	leastLevel int                  // customers from which on a level of a model attribute is a column of its own; 0 = no levels
	mostLevels int                  // with more, or where most customers are of rarer ones, the attribute is one column (see levelRates); 0 = no such bound
}

// A level of an attribute is a column of its own from this many customers on; rarer ones share one.
// Below, a column separates by chance, and the fit is lost.
const leastLevel = 20

// coreSet has what a history of purchases is summed up by in models of latent attrition, recency, frequency and tenure (Schmittlein, Morrison &
// Colombo 1987, Management Science 33:1–24): the three slopes that small simulated books predict best with. usualSet is for books that carry
// a dozen; wideSet, all that is known, for fits that choose among columns.
var (
	coreSet  = columnSet{keep: named("log_recency", "log_frequency_12m", "log_tenure", contractFeature.Name)}
	usualSet = columnSet{keep: func(f feature) bool {
		return f.Name == contractFeature.Name || f.Reason == codeAttribute || slices.Contains(features[:], f)
	}, leastLevel: leastLevel}
	wideSet = columnSet{keep: func(feature) bool { return true }, leastLevel: 5, mostLevels: 20}
)

func named(names ...string) func(feature) bool {
	return func(f feature) bool { return slices.Contains(names, f.Name) }
}
