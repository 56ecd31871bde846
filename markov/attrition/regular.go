package attrition

import "slices"

// Regular fits MBG/CNBD-k of o.K and of those beside it, up or else down to least (1 is MBG/NBD), as long as they are likelier. It gives all that were tried, by k, and
// the one of the highest likelihood, which BIC asks for; where none is certified that of o.K.
//
// Errors: those of FitModel.
func Regular(d *Data, o Options, least int) (tried []*Fit, best *Fit, err error) {
	start := o.K
	if best, err = FitModel(MBGCNBD, d, o); err != nil {
		return nil, nil, err
	}
	tried = []*Fit{best}
	for _, step := range []int{1, -1} {
		if best.K != start { // likelier above: not below
			break
		}
		for o.K = start + step; o.K >= least && o.K <= MostRegular; o.K += step {
			f, err := FitModel(MBGCNBD, d, o)
			if err != nil {
				return nil, nil, err
			}
			tried = append(tried, f)
			if !likelier(f, best) {
				break
			}
			best = f
		}
	}
	slices.SortFunc(tried, func(a, b *Fit) int { return a.K - b.K })
	return tried, best, nil
}

// likelier says whether a fit has a higher likelihood than another; one that is refused has none.
func likelier(f, than *Fit) bool {
	return f.Certificate.Certified() && !(f.Certificate.LogLik <= than.Certificate.LogLik && than.Certificate.Certified())
}
