package penalised

import "mainstay/regress"

// unbounded reports, for the binomial family, that the columns without a penalty have no finite coefficients at λ: they
// separate the classes. What keeps the coefficients of others finite is their penalty. The words are those of
// regress.Logistic, which fits the columns without penalty.
func (s *solver) unbounded(d *regress.Design, y []float64, o *Options, rows []int, lambda float64) (code, message string) {
	if s.family != families["binomial"] {
		return "", ""
	}
	var free []int
	for a, j := range s.columns {
		if s.factor[a] == 0 || lambda == 0 {
			free = append(free, j)
		}
	}
	if len(free) == 0 || len(free) == 1 && free[0] == s.ones {
		return "", ""
	}
	part := &regress.Design{}
	var response []float64
	opts := regress.Options{Threads: o.Threads}
	for _, j := range free {
		part.Names = append(part.Names, d.Names[j])
	}
	if rows == nil {
		rows = make([]int, len(y))
		for i := range rows {
			rows[i] = i
		}
	}
	for _, at := range rows {
		for _, j := range free {
			part.X = append(part.X, d.Row(at)[j])
		}
		response = append(response, y[at])
		if o.Weights != nil {
			opts.Weights = append(opts.Weights, o.Weights[at])
		}
		if o.Offset != nil {
			opts.Offset = append(opts.Offset, o.Offset[at])
		}
	}
	f, err := regress.Logistic(part, response, opts)
	if err != nil || f.Certificate.Certified() {
		return "", ""
	}
	w := f.Certificate.Warnings[len(f.Certificate.Warnings)-1]
	return w.Code, w.Message
}
