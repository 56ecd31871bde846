package markov

import (
	"math"
	"math/big"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Pfeifer & Carraway 2000: states are recency 1 to 4 and former customer; a mailing costs 4, a purchase
// brings 40 net, discount rate 0.2.
var (
	pcMatrix = mat.NewDense(5, 5, []float64{
		.3, .7, 0, 0, 0,
		.2, 0, .8, 0, 0,
		.15, 0, 0, .85, 0,
		.05, 0, 0, 0, .95,
		0, 0, 0, 0, 1})
	pcReward = []float64{36, -4, -4, -4, 0}
)

const pcRate = 0.2

func TestValuePfeiferCarraway(t *testing.T) {
	four, err := ValueFinite(pcMatrix, pcReward, pcRate, 4)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "V4", four, []float64{50.1150, 4.2199, .5921, -1.9801, 0}, 5e-5)
	endless, err := ValueInfinite(pcMatrix, pcReward, pcRate)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "V", endless, []float64{52.3196, 5.5538, 1.2508, -1.8200, 0}, 5e-5)
	near(t, "V against rational arithmetic", endless, pcExact(), 1e-9)
}

// pcExact solves (I − P/1.2)V = R in rationals typed from the paper, not from the floats above.
func pcExact() []float64 {
	rows := [][]string{{"3/10", "7/10", "0", "0", "0"}, {"1/5", "0", "4/5", "0", "0"}, {"3/20", "0", "0", "17/20", "0"},
		{"1/20", "0", "0", "0", "19/20"}, {"0", "0", "0", "0", "1"}}
	reward := []int64{36, -4, -4, -4, 0}
	a, b := make([][]*big.Rat, 5), make([]*big.Rat, 5)
	for i, row := range rows {
		b[i] = big.NewRat(reward[i], 1)
		for j, text := range row {
			p, _ := new(big.Rat).SetString(text)
			entry := new(big.Rat).Neg(p.Mul(p, big.NewRat(5, 6)))
			if i == j {
				entry.Add(entry, big.NewRat(1, 1))
			}
			a[i] = append(a[i], entry)
		}
	}
	var out []float64
	for _, x := range solveExact(a, b) {
		f, _ := x.Float64()
		out = append(out, f)
	}
	return out
}

// The paper's policy: nobody in recency 4 is worth a mailing, and without it the others are worth more.
func TestValueOptimalPolicy(t *testing.T) {
	p, reward := mat.DenseCopyOf(pcMatrix), append([]float64(nil), pcReward...)
	p.SetRow(3, []float64{0, 0, 0, 0, 1})
	reward[3] = 0
	v, err := ValueInfinite(p, reward, pcRate)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "V without mailing recency 4", v, []float64{53.1494, 6.6207, 2.6437, 0, 0}, 5e-5)
}

func TestValueProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 6).Draw(t, "k")
		p := drawStochastic(t, k)
		reward := rapid.SliceOfN(rapid.Float64Range(-1000, 1000), k, k).Draw(t, "reward")
		rate := rapid.Float64Range(0.05, 1).Draw(t, "rate")
		endless, err := ValueInfinite(p, reward, rate)
		if err != nil {
			t.Fatal(err)
		}
		// The sum converges to its limit: what is left after n periods is at most dⁿ⁺¹/(1−d)·max|R|.
		long, err := ValueFinite(p, reward, rate, 1000)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "endless", endless, long, 1e-6)
		// V = R + d·P·V.
		next := back(p, 1/(1+rate), endless)
		for i := range next {
			next[i] += reward[i]
		}
		near(t, "fixed point", next, endless, 1e-7)
		// Money in another unit is value in that unit.
		scaled := make([]float64, k)
		for i := range scaled {
			scaled[i] = 100 * reward[i]
			long[i] *= 100
		}
		cents, err := ValueFinite(p, scaled, rate, 1000)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "in cents", cents, long, 1e-6)
	})
}

func TestValueErrors(t *testing.T) {
	one := mat.NewDense(1, 1, []float64{1})
	for what, f := range map[string]func() error{
		"undiscounted for ever": func() error { _, err := ValueInfinite(one, []float64{1}, 0); return err },
		"negative rate":         func() error { _, err := ValueInfinite(one, []float64{1}, -0.1); return err },
		"rate of −1":            func() error { _, err := ValueFinite(one, []float64{1}, -1, 1); return err },
		"endless rate":          func() error { _, err := ValueFinite(one, []float64{1}, math.Inf(1), 1); return err },
		"no rate":               func() error { _, err := ValueFinite(one, []float64{1}, math.NaN(), 1); return err },
		"no reward":             func() error { _, err := ValueFinite(one, []float64{math.NaN()}, 0.1, 1); return err },
		"too many rewards":      func() error { _, err := ValueFinite(one, []float64{1, 2}, 0.1, 1); return err },
		"horizon":               func() error { _, err := ValueFinite(one, []float64{1}, 0.1, -1); return err },
		"not a probability": func() error {
			_, err := ValueFinite(mat.NewDense(1, 1, []float64{-1}), []float64{1}, 0.1, 1)
			return err
		},
		"row above 1": func() error {
			_, err := ValueInfinite(mat.NewDense(2, 2, []float64{1, 1, 0, 1}), []float64{1, 1}, 0.1)
			return err
		},
	} {
		if err := f(); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if v, err := ValueInfinite(mat.NewDense(1, 1, []float64{0.5}), []float64{1}, 0); err != nil || v[0] != 2 {
		t.Errorf("a chain that dies out needs no discount: %v, %v", v, err)
	}
}
