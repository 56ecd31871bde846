package segment

import "slices"

// columnSet is which columns a regression has: of those of the panels, by name, so that panels are read once for all.
type columnSet struct {
	keep       func(f feature) bool // the intercept always is
	leastLevel int                  // customers from which on a level of a model attribute is a column of its own; 0 = no levels
}

// A level of an attribute is a column of its own from this many customers on; rarer ones share one.
// Below, a column separates by chance, and the fit is lost.
const leastLevel = 20

var (
	coreSet  = columnSet{keep: named("overdue", "log_frequency_12m", "trend", contractFeature.Name)}
	usualSet = columnSet{keep: func(f feature) bool { return f.Name == contractFeature.Name || slices.Contains(features[:], f) }, leastLevel: leastLevel}
	wideSet  = columnSet{keep: func(feature) bool { return true }, leastLevel: 5}
)

func named(names ...string) func(feature) bool {
	return func(f feature) bool { return slices.Contains(names, f.Name) }
}
