package evaluate

import (
	"errors"
	"math"

	"mainstay/internal/num"
)

// Accumulator evaluates probabilities that come in blocks, in bounded memory (about 20 MB): sums are exact, and so are ranks
// up to 65,536 different scores. Beyond, scores that agree in min(p, 1−p) to 1 part in 1,024 are put together, and what
// that may do to a figure is told (Probabilities.AUCBound). Clusters beyond 65,536 are put together by a hash.
//
// Results depend on the blocks and their order, not on how many accumulators took them in parallel, as long as those are merged in the order of
// blocks: Accumulate does so. Whether rows are clustered is that of the first block.
type Accumulator struct {
	cells      cells
	moments    *moments
	weightless int
	weighted   bool
}

// What moments are of, by place: each times the weight.
const (
	ofWeight = iota
	ofY
	ofP
	ofLogLoss
	ofBrier
	ofAll
)

var errMixed = errors.New("blocks with clusters and blocks without: give clusters to all or to none")

// Add takes a block of rows. Errors as of OfProbabilities; a block that is refused leaves nothing behind.
func (a *Accumulator) Add(r *Rows) error {
	if err := r.check(true); err != nil {
		return err
	}
	clustered := r.Cluster != nil
	if a.moments == nil {
		a.moments = newMoments(ofAll, clustered)
	}
	if a.moments.clustered != clustered {
		return errMixed
	}
	a.weighted = a.weighted || r.Weight != nil
	var v [ofAll]float64
	for i, y := range r.Y {
		w, p, cluster := 1.0, r.P[i], int32(0)
		if r.Weight != nil {
			w = r.Weight[i]
		}
		if w == 0 {
			a.weightless++
			continue
		}
		if clustered {
			cluster = r.Cluster[i]
		}
		v = [ofAll]float64{w, w * y, w * p, w * logLoss(y, p), w * (y - p) * (y - p)}
		a.moments.add(v[:], cluster)
		a.cells.add(p, w, int(y))
	}
	return nil
}

// Merge adds what another accumulator took; that one must not be used any more.
func (a *Accumulator) Merge(o *Accumulator) error {
	switch {
	case o.moments == nil:
		return nil
	case a.moments == nil:
		*a = *o
		return nil
	case a.moments.clustered != o.moments.clustered:
		return errMixed
	}
	a.moments.merge(o.moments)
	a.cells.merge(&o.cells)
	a.weightless += o.weightless
	a.weighted = a.weighted || o.weighted
	return nil
}

// Accumulate reads blocks 0 … blocks−1 on up to threads goroutines and merges them in their order: read gives the rows of
// one, and must be safe for several at a time. The first error in the order of blocks is returned.
func Accumulate(blocks, threads int, read func(b int) (*Rows, error)) (*Accumulator, error) {
	all := &Accumulator{}
	err := inOrder(blocks, threads, func(b int) (*Accumulator, error) {
		part := &Accumulator{}
		rows, err := read(b)
		if err == nil {
			err = part.Add(rows)
		}
		return part, err
	}, all.Merge)
	return all, err
}

// inOrder makes parts on up to threads goroutines, so many at a time, and takes them in their order.
func inOrder[T any](n, threads int, read func(b int) (T, error), take func(T) error) error {
	threads = max(threads, 1)
	parts, errs := make([]T, threads), make([]error, threads)
	for from := 0; from < n; from += threads {
		many := min(threads, n-from)
		num.Blocks(many, 1, threads, func(k, _, _ int) { parts[k], errs[k] = read(from + k) })
		for k := range many {
			if errs[k] != nil {
				return errs[k]
			}
			if err := take(parts[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Second is the second pass over clustered rows, for the errors of AUC and average precision, which know the first pass's
// ranks.
type Second struct {
	curves  [2]*curve
	place   map[uint64]int // by key, its level
	coarse  bool
	moments *moments
}

// Second begins a second pass over the same blocks.
func (a *Accumulator) Second() *Second {
	levels, _ := a.cells.levels()
	s := &Second{curves: [2]*curve{roc(levels), averagePrecision(levels)}, place: map[uint64]int{}, coarse: a.cells.coarse, moments: newMoments(2, true)}
	for k, key := range a.cells.keys() {
		s.place[key] = k
	}
	return s
}

// Part is a second pass that takes other blocks at the same time.
func (s *Second) Part() *Second {
	part := *s
	part.moments = newMoments(2, true)
	return &part
}

// Add takes a block of the first pass again. A score that was not in it is an error.
func (s *Second) Add(r *Rows) error {
	if err := r.check(true); err != nil {
		return err
	}
	if r.Cluster == nil {
		return errors.New("a second pass is for clustered rows")
	}
	for i, y := range r.Y {
		w := 1.0
		if r.Weight != nil {
			w = r.Weight[i]
		}
		key := keyOf(r.P[i])
		if s.coarse {
			key = coarsen(key)
		}
		k, known := s.place[key]
		switch {
		case w == 0:
			continue
		case !known:
			return &RowError{i, "predicted", "was not in the first pass: give it the same blocks"}
		case !s.curves[0].ok:
			continue
		}
		s.moments.add([]float64{w * s.curves[0].influence[k][int(y)], w * s.curves[1].influence[k][int(y)]}, r.Cluster[i])
	}
	return nil
}

// Merge adds what a Part took.
func (s *Second) Merge(o *Second) { s.moments.merge(o.moments) }

// Probabilities evaluates what was taken. Of clustered rows AUC and average precision have errors after a second pass (nil =
// none). Intercept and slope are fitted to levels; they have errors where rows have neither weights nor clusters. Bins
// of clustered rows have no intervals. There is no Profit.
func (a *Accumulator) Probabilities(o Options, second *Second) (*Probabilities, error) {
	if a.moments == nil || a.moments.rows == 0 {
		return nil, ErrNoRows
	}
	levels, several := a.cells.levels()
	k := factorOf(a.moments, o.Level)
	which := 0
	out := rankings(levels, func(c *curve) Estimate {
		e := Estimate{c.value, math.NaN()}
		switch {
		case !a.moments.clustered:
			e.SE = c.se(levels)
		case second != nil && c.ok:
			e.SE = second.moments.spread(which)
		}
		which++
		return e
	}, k)
	out.Weightless = a.weightless
	if a.moments.clustered {
		out.Clusters = a.moments.units()
	}
	m, inf := a.moments, math.Inf(1)
	out.LogLoss, out.Brier = m.ratio(ofLogLoss, ofWeight).wald(k, 0, inf), m.ratio(ofBrier, ofWeight).wald(k, 0, 1)
	out.Ratio = m.ratio(ofY, ofP).log(k)
	out.Predicted = m.sum(ofP) / m.sum(ofWeight)
	intercept, slope := coxOfLevels(levels)
	if a.weighted || m.clustered {
		intercept.SE, slope.SE = math.NaN(), math.NaN()
	}
	out.Intercept, out.Slope = intercept.wald(k, -inf, inf), slope.wald(k, -inf, inf)
	out.binned(levels, o)
	for k := range out.Calibration {
		if b := &out.Calibration[k]; m.clustered { // which of them are in a bin is not known
			b.Low, b.High = math.NaN(), math.NaN()
		}
	}
	out.AUCBound, out.AveragePrecisionBound = bounds(levels, several)
	return out, nil
}

// coxOfLevels is coxCalibration of levels, two weighted rows each.
func coxOfLevels(levels []Level) (intercept, slope Estimate) {
	var y, p, w []float64
	for k := range levels {
		for c, weight := range levels[k].W {
			if weight > 0 {
				y, p, w = append(y, float64(c)), append(p, levels[k].P), append(w, weight)
			}
		}
	}
	return coxCalibration(y, p, w, nil)
}

// bounds is how far putting scores together can move the AUC and average precision: in a level of several scores, from
// all pairs in it ordered rightly to all wrongly,
//
//	AUC: ½ Σ W₁(k)·W₀(k)/(W₁W₀);   AP: the greater of what events first and what events last would change
func bounds(levels []Level, several []bool) (auc, ap float64) {
	_, w := totals(levels)
	if w[0] == 0 || w[1] == 0 {
		return 0, 0
	}
	var t, f, up, down float64
	for k := len(levels) - 1; k >= 0; k-- {
		d, g := levels[k].W[1], levels[k].W[0]
		if several[k] && d > 0 && g > 0 {
			auc += d * g / 2 / w[0] / w[1]
			at := (t + d) / (t + d + f + g)
			first, last := (t+d)/(t+d+f), t/(t+f+g)
			up += d / w[1] * (max(first, at) - at)
			down += d / w[1] * (at - min(last, at))
		}
		t, f = t+d, f+g
	}
	return auc, max(up, down)
}
