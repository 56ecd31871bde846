package segment

import (
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/internal/num"
	"mainstay/regress/evaluate"
)

// forecasts is a contest of one champion over a last and several choosing folds, whose customers truly leave at a logit that is slope times
// what the champion says.
func forecasts(seed uint64, customers, folds int, slope float64) *contest[chanceModel] {
	r := rand.New(rand.NewPCG(seed, 4))
	c := &contest[chanceModel]{contested: true, arena: arena{target: targetChurn, loss: evaluate.LogLosses}, trials: []trial{{name: "m", ok: true}}}
	for range folds {
		var ids []int32
		var y, p []float64
		for i := range customers {
			says := -0.7 + 1.5*r.NormFloat64()
			ids, p = append(ids, int32(i)), append(p, num.Expit(says))
			y = append(y, num.Indicator(r.Float64() < num.Expit(slope*says)))
		}
		c.arena.ids, c.arena.actual = append(c.arena.ids, ids), append(c.arena.actual, y)
		c.trials[0].pred = append(c.trials[0].pred, p)
	}
	return c
}

// A champion twice too bold is corrected, and better for it on the fold that had no part in it.
func TestCorrectionOfABoldChampion(t *testing.T) {
	c := forecasts(1, 2500, 5, 0.5)
	by := correction(c)
	if !by.Changes() || !(by.LastAfter < by.LastBefore-0.02) {
		t.Fatalf("%+v", by)
	}
	pred, before := told(c, by), c.trials[0].pred
	for f := range pred {
		for i, p := range pred[f] {
			if !(p > 0 && p < 1) || math.Abs(p-0.5) > math.Abs(before[f][i]-0.5)+0.1 {
				t.Fatalf("%v becomes %v: no less bold", before[f][i], p)
			}
		}
	}
	if by.Mapping.Method == evaluate.Platt {
		was, _ := evaluate.AUC(c.arena.actual[0], before[0])
		is, _ := evaluate.AUC(c.arena.actual[0], pred[0])
		if math.Abs(was-is) > 1e-12 {
			t.Errorf("AUC %v becomes %v: Platt's mapping keeps order", was, is)
		}
	}
	m := by.around(constant{0.9, 0.8, 0.95})
	p, low, high := m.chance(nil, 0, 0.9)
	if !(low <= p && p <= high && p < 0.9 && high < 0.95) || innermost(m) != (constant{0.9, 0.8, 0.95}) {
		t.Errorf("%v in [%v, %v]", p, low, high)
	}
	if p, low, high := by.around(constant{0, 0, 0}).chance(nil, 0, 0.9); p != 0 || low > p || high < p {
		t.Errorf("what is certain becomes %v in [%v, %v]", p, low, high)
	}
}

// constant says the same of everybody.
type constant struct{ p, low, high float64 }

func (c constant) chance(*panel, int, float64) (prob, low, high float64) { return c.p, c.low, c.high }

// A calibrated champion is left alone, as a rule: the level allows one in twenty for each of two methods.
func TestCorrectionLeavesACalibratedChampion(t *testing.T) {
	const books = 60
	changed := 0
	for seed := range uint64(books) {
		if correction(forecasts(100+seed, 900, 4, 1)).Changes() {
			changed++
		}
	}
	if changed > books/10 {
		t.Errorf("%d of %d calibrated champions were corrected", changed, books)
	}
}

// Without folds enough, or events, there is no mapping and a reason; the last fold never matters.
func TestCorrectionNeedsEvents(t *testing.T) {
	for what, c := range map[string]*contest[chanceModel]{
		"one choosing fold": forecasts(1, 2500, 2, 0.5), "few events": forecasts(1, 150, 5, 0.5), "no tournament": {}, "no fold": {contested: true, trials: []trial{{}}},
	} {
		if by := correction(c); by.Changes() || by.Note == "" || by.Mapping != nil {
			t.Errorf("%s: %+v", what, by)
		}
	}
	var none *Correction
	if none.Changes() || none.apply([]float64{0.3})[0] != 0.3 {
		t.Error("no correction corrects")
	}
	c, d := forecasts(1, 2500, 5, 0.5), forecasts(1, 2500, 5, 0.5)
	for i := range d.arena.actual[0] {
		d.arena.actual[0][i] = 1 - d.arena.actual[0][i]
	}
	if x, y := correction(c), correction(d); x.one(0.4) != y.one(0.4) {
		t.Error("the last fold taught the mapping")
	}
}
