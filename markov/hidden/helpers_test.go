package hidden

import (
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

// quakes are the numbers of major earthquakes (magnitude 7 and above) in the world, 1900–2006: Zucchini & MacDonald 2009, Hidden Markov
// Models for Time Series, table 1.1.
var quakes = []float64{13, 14, 8, 10, 16, 26, 32, 27, 18, 32, 36, 24, 22, 23, 22, 18, 25, 21, 21, 14, 8, 11, 14, 23, 18, 17, 19, 20, 22, 19, 13, 26,
	13, 14, 22, 24, 21, 22, 26, 21, 23, 24, 27, 41, 31, 27, 35, 26, 28, 36, 39, 21, 17, 22, 17, 19, 15, 34, 10, 15, 22, 18, 15, 20, 15, 22, 19, 16,
	30, 27, 29, 23, 20, 16, 21, 21, 25, 16, 18, 15, 18, 14, 10, 15, 8, 15, 6, 11, 8, 7, 18, 16, 13, 12, 13, 20, 15, 16, 12, 18, 15, 16, 13, 15, 16, 11, 11}

func series(activity []float64) *Data {
	return &Data{Begins: []int{0, len(activity)}, Activity: activity}
}

// truth is a relationship of three states: dormant, occasional, strong.
func truth(law Law) (*Model, *Params) {
	m := &Model{States: 3, Activity: law, Start: Free, Spend: true}
	q := &Params{Initial: []float64{0.3, 0.5, 0.2}, Moves: [][]float64{{0.9, 0.08, 0.02}, {0.1, 0.8, 0.1}, {0.03, 0.12, 0.85}},
		Mean: []float64{0.2, 2, 6}, SpendMean: []float64{50, 120, 400}, SpendShape: 3}
	if law == NegativeBinomial {
		q.Size = []float64{1, 3, 8}
	}
	return m, q
}

// peerModel is what peer.R was run on: 60 customers over 12 periods, seed 21.
func peerData() (*Model, *Data) {
	m := &Model{States: 2, Activity: NegativeBinomial, Start: Free, Spend: true}
	q := &Params{Initial: []float64{0.5, 0.5}, Moves: [][]float64{{0.85, 0.15}, {0.2, 0.8}}, Mean: []float64{0.6, 4}, Size: []float64{1, 4}, SpendMean: []float64{50, 200}, SpendShape: 2}
	d, _ := simulate(m, q, 60, 12, 21)
	return m, d
}

// simulate draws customers from a model.
func simulate(m *Model, q *Params, customers, periods int, seed uint64) (*Data, []int) {
	r := rand.New(rand.NewPCG(seed, 7))
	d, states := &Data{Begins: []int{0}}, []int(nil)
	for range customers {
		state := draw(r, q.Initial)
		for t := range periods {
			if t > 0 {
				state = draw(r, movesOf(m, q, d, len(d.Activity)-1)[state])
			}
			if m.Covariates != nil { // a quarter of the year, and a price index that wanders
				d.X = append(d.X, num.Indicator(t%4 == 3), 1+0.5*r.NormFloat64())
			}
			mean := q.Mean[state]
			if s := q.size(state); !math.IsInf(s, 1) {
				mean *= gamma(r, s) / s
			}
			n := poisson(r, mean)
			d.Activity = append(d.Activity, n)
			states = append(states, state)
			if m.Spend {
				v := 0.0
				if n > 0 {
					v = gamma(r, q.SpendShape) * q.SpendMean[state] / q.SpendShape
				}
				d.Spend = append(d.Spend, v)
			}
		}
		d.Begins = append(d.Begins, len(d.Activity))
	}
	return d, states
}

func draw(r *rand.Rand, prob []float64) int {
	u := r.Float64()
	for i, p := range prob {
		if u -= p; u < 0 {
			return i
		}
	}
	return len(prob) - 1
}

func poisson(r *rand.Rand, mean float64) float64 {
	n, sum := 0.0, r.ExpFloat64()
	for sum < mean {
		n++
		sum += r.ExpFloat64()
	}
	return n
}

// gamma is by Marsaglia & Tsang 2000, ACM TOMS 26:363–372.
func gamma(r *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(r, shape+1) * math.Pow(r.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	for {
		x := r.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// anyModel draws a model, parameters and a few short histories with gaps.
func anyModel(t *rapid.T, longest int) (*Model, *Params, *Data) {
	k := rapid.IntRange(1, 3).Draw(t, "states")
	m := &Model{States: k, Activity: rapid.SampledFrom([]Law{Poisson, NegativeBinomial}).Draw(t, "law"),
		Start: rapid.SampledFrom([]Start{Free, Stationary}).Draw(t, "start"), Spend: rapid.Bool().Draw(t, "spend")}
	positive := func(name string, low, high float64) []float64 {
		out := make([]float64, k)
		for i := range out {
			out[i] = rapid.Float64Range(low, high).Draw(t, name)
		}
		return out
	}
	q := &Params{Initial: positive("initial", 0.05, 1), Mean: positive("mean", 0.1, 8)}
	toOne(q.Initial)
	for range k {
		row := positive("move", 0.05, 1)
		toOne(row)
		q.Moves = append(q.Moves, row)
	}
	if m.Start == Stationary {
		q.Initial = stationary(q.Moves)
	}
	if m.Activity == NegativeBinomial {
		q.Size = positive("size", 0.3, 20)
	}
	if m.Spend {
		q.SpendMean, q.SpendShape = positive("spend", 10, 100), rapid.Float64Range(0.5, 10).Draw(t, "shape")
	}
	if m.Start == Free && rapid.Bool().Draw(t, "depends") {
		anySlopes(t, m, q)
	}
	d := &Data{Begins: []int{0}}
	for range rapid.IntRange(1, 4).Draw(t, "customers") {
		for range rapid.IntRange(1, longest).Draw(t, "periods") {
			x := float64(rapid.IntRange(-1, 9).Draw(t, "count"))
			if x < 0 {
				x = math.NaN()
			}
			d.Activity = append(d.Activity, x)
			for range m.Covariates {
				d.X = append(d.X, rapid.SampledFrom([]float64{0, 1, -2.5, 11}).Draw(t, "x"))
			}
			if m.Spend {
				d.Spend = append(d.Spend, rapid.SampledFrom([]float64{0, math.NaN(), 0.5, 7, 33.25, 60}).Draw(t, "spent"))
			}
		}
		d.Begins = append(d.Begins, len(d.Activity))
	}
	return m, q, d
}

// anySlopes makes the moves depend on one or two covariates.
func anySlopes(t *rapid.T, m *Model, q *Params) {
	m.Covariates = []string{"season", "price"}[:rapid.IntRange(1, 2).Draw(t, "covariates")]
	for range m.Covariates {
		q.Centre = append(q.Centre, rapid.Float64Range(-1, 3).Draw(t, "centre"))
	}
	if rapid.Bool().Draw(t, "some moves") {
		for range m.Covariates {
			m.Acts = append(m.Acts, Act{Up: rapid.Bool().Draw(t, "up"), Down: rapid.Bool().Draw(t, "down")})
		}
	}
	for i := range m.States {
		q.Slopes = append(q.Slopes, nil)
		for j := range m.States {
			b := make([]float64, len(m.Covariates))
			for c := range b {
				if m.acts(c, i, j) {
					b[c] = rapid.Float64Range(-0.5, 0.5).Draw(t, "slope")
				}
			}
			q.Slopes[i] = append(q.Slopes[i], b)
		}
	}
}

// movesOf are the probabilities of moves out of a period, by hand.
func movesOf(m *Model, q *Params, d *Data, t int) [][]float64 {
	n := len(m.Covariates)
	if n == 0 {
		return q.Moves
	}
	var out [][]float64
	for i, row := range q.Moves {
		next := make([]float64, len(row))
		for j, v := range row {
			var eta float64
			for c, x := range d.X[t*n : (t+1)*n] {
				eta += q.Slopes[i][j][c] * (x - q.Centre[c])
			}
			next[j] = v * math.Exp(eta)
		}
		toOne(next)
		out = append(out, next)
	}
	return out
}

func near(t testing.TB, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
		t.Errorf("%s is %.12g, expected %.12g", what, got, want)
	}
}
