package evaluate

import (
	"maps"
	"math"
	"slices"
)

// ValueAccumulator evaluates values that come in blocks, in bounded memory: sums are exact. Capture is exact up to 65,536 different predictions and outcomes;
// beyond, those that agree to 1 part in 1,024 are put together. Of ranks it knows no more: Spearman, Kendall and the error of Capture are undefined.
// Clusters and merges are as of Accumulator.
type ValueAccumulator struct {
	power           float64
	moments         *moments
	weightless      int
	outside         [3]bool // of poisson, gamma, tweedie: some row is outside their domain
	predicted, came heaps
}

// What moments are of, by place: each times the weight.
const (
	valueWeight = iota
	valueY
	valueP
	valueSquare
	valueSize
	valueBias
	valuePoisson
	valueGamma
	valueTweedie
	valueAll
)

// NewValueAccumulator is an empty one, with the power of the Tweedie deviance.
func NewValueAccumulator(power float64) *ValueAccumulator { return &ValueAccumulator{power: power} }

// Add takes a block of rows. Errors as of OfValues; a block that is refused leaves nothing behind.
func (a *ValueAccumulator) Add(r *Rows) error {
	if err := r.check(false); err != nil {
		return err
	}
	if a.moments == nil {
		a.moments = newMoments(valueAll+1, r.Cluster != nil)
	}
	if a.moments.clustered != (r.Cluster != nil) {
		return errMixed
	}
	power := tweedie(a.power)
	var v [valueAll + 1]float64 // the last is y²
	for i, y := range r.Y {
		w, p, cluster := 1.0, r.P[i], int32(0)
		if r.Weight != nil {
			w = r.Weight[i]
		}
		if w == 0 {
			a.weightless++
			continue
		}
		if r.Cluster != nil {
			cluster = r.Cluster[i]
		}
		v = [valueAll + 1]float64{w, w * y, w * p, w * (p - y) * (p - y), w * math.Abs(p-y), w * (p - y), 0, 0, 0, w * y * y}
		for k, unit := range []func(y, mu float64) float64{poisson, gamma, power} {
			if !(p > 0) || y < 0 || y == 0 && k == 1 {
				a.outside[k] = true
				continue
			}
			if v[valuePoisson+k] = w * unit(y, p); math.IsNaN(v[valuePoisson+k]) || math.IsInf(v[valuePoisson+k], 0) {
				v[valuePoisson+k], a.outside[k] = 0, true
			}
		}
		a.moments.add(v[:], cluster)
		a.predicted.add(p, w, w*y)
		a.came.add(y, w, w*y)
	}
	return nil
}

// Merge adds what another accumulator took; that one must not be used any more.
func (a *ValueAccumulator) Merge(o *ValueAccumulator) error {
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
	a.weightless += o.weightless
	for k := range a.outside {
		a.outside[k] = a.outside[k] || o.outside[k]
	}
	a.predicted.merge(&o.predicted)
	a.came.merge(&o.came)
	return nil
}

// AccumulateValues is Accumulate for values.
func AccumulateValues(blocks, threads int, power float64, read func(b int) (*Rows, error)) (*ValueAccumulator, error) {
	all := NewValueAccumulator(power)
	err := inOrder(blocks, threads, func(b int) (*ValueAccumulator, error) {
		part := NewValueAccumulator(power)
		rows, err := read(b)
		if err == nil {
			err = part.Add(rows)
		}
		return part, err
	}, all.Merge)
	return all, err
}

// Values evaluates what was taken, as OfValues does.
func (a *ValueAccumulator) Values(o ValueOptions) (*Values, error) {
	m := a.moments
	if m == nil || m.rows == 0 {
		return nil, ErrNoRows
	}
	k, inf := factorOf(m, o.Level), math.Inf(1)
	v := &Values{Rows: int(m.rows), Weightless: a.weightless, Power: o.Power, Spearman: undefined(), Kendall: undefined()}
	if m.clustered {
		v.Clusters = m.units()
	}
	mean := func(of int) Estimate { return m.ratio(of, valueWeight) }
	v.Mean, v.Predicted = mean(valueY).Value, mean(valueP).Value
	mse := mean(valueSquare)
	v.MSE = mse.wald(k, 0, inf)
	v.RMSE = Estimate{math.Sqrt(mse.Value), mse.SE / (2 * math.Sqrt(mse.Value))}.log(k)
	v.MAE, v.Bias = mean(valueSize).wald(k, 0, inf), mean(valueBias).wald(k, -inf, inf)
	v.BiasShare, v.R2 = undefined(), math.NaN()
	if m.sum(valueY) > 0 {
		share := m.ratio(valueP, valueY)
		share.Value--
		v.BiasShare = share.wald(k, -1, inf)
	}
	if variance := m.sum(valueAll)/m.sum(valueWeight) - v.Mean*v.Mean; variance > rounding*v.Mean*v.Mean {
		v.R2 = 1 - mse.Value/variance
	}
	for of, into := range []*Figure{&v.Poisson, &v.Gamma, &v.Tweedie} {
		if *into = undefined(); !a.outside[of] {
			*into = mean(valuePoisson+of).wald(k, 0, inf)
		}
	}
	for _, share := range o.Shares {
		c := Capture{Share: share, Value: undefined(), Oracle: math.NaN()}
		if total := m.sum(valueY); total > 0 && share > 0 && share < 1 {
			room := share * m.sum(valueWeight)
			c.Value.Value, c.Oracle = a.predicted.top(room)/total, a.came.top(room)/total
		}
		v.Top = append(v.Top, c)
	}
	return v, nil
}

// heap is the rows of equal value.
type heap struct{ weight, held float64 }

// heaps are rows by value, of which the top is asked for.
type heaps struct {
	of     map[uint64]*heap
	coarse bool
}

// orderedKey orders floats as their keys do.
func orderedKey(v float64) uint64 {
	b := math.Float64bits(v + 0) // no −0
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}

func (h *heaps) add(v, w, held float64) { h.put(orderedKey(v), heap{w, held}) }

func (h *heaps) put(key uint64, add heap) {
	const dropped = 52 - keptBits
	if h.coarse {
		key = key >> dropped << dropped
	}
	if h.of == nil {
		h.of = map[uint64]*heap{}
	}
	into := h.of[key]
	if into == nil {
		into = &heap{}
		h.of[key] = into
	}
	into.weight += add.weight
	into.held += add.held
	if !h.coarse && len(h.of) > mostScores {
		h.coarsen()
	}
}

// coarsen puts values together, in their order, on which sums depend.
func (h *heaps) coarsen() {
	fine := h.of
	h.of, h.coarse = nil, true
	for _, k := range slices.Sorted(maps.Keys(fine)) {
		h.put(k, *fine[k])
	}
}

func (h *heaps) merge(o *heaps) {
	if o.coarse && !h.coarse {
		h.coarsen()
	}
	for _, k := range slices.Sorted(maps.Keys(o.of)) {
		h.put(k, *o.of[k])
	}
}

// top is what the rows of the highest values hold, up to a weight; the last heap in part.
func (h *heaps) top(room float64) float64 {
	held := 0.0
	keys := slices.Sorted(maps.Keys(h.of))
	for k := len(keys) - 1; k >= 0 && room > 0; k-- {
		at := h.of[keys[k]]
		held += at.held * min(1, room/at.weight)
		room -= at.weight
	}
	return held
}
