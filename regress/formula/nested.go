package formula

import "slices"

// Droppable are the terms that can be left out alone: those that no other term contains, for a:b means another
// thing without a (marginality: Nelder 1977, J. Royal Statistical Society A 140:48–77; R's drop.scope).
func (f *Formula) Droppable() (terms []int) {
	for i, t := range f.Terms {
		if !slices.ContainsFunc(f.Terms, func(other Term) bool { return len(other) > len(t) && other.covers(t) }) {
			terms = append(terms, i)
		}
	}
	return terms
}

// Without is the frame of the formula without one of its terms, on the same rows. nil where nothing is left to
// estimate.
func (fr *Frame) Without(term int) *Frame {
	f := *fr.formula
	f.Terms = slices.Delete(slices.Clone(f.Terms), term, term+1)
	if !f.Intercept && len(f.Terms) == 0 {
		return nil
	}
	out := *fr
	out.formula = &f
	return &out
}
