package hidden

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// density is what is seen in a period given the state, by gonum's distributions (a negative binomial is a mixture: its recursion by hand).
func density(m *Model, q *Params, d *Data, t, i int) float64 {
	f := 1.0
	if x := d.Activity[t]; !math.IsNaN(x) {
		if q.Size == nil {
			f = distuv.Poisson{Lambda: q.Mean[i]}.Prob(x)
		} else {
			r, p := q.Size[i], q.Mean[i]/(q.Mean[i]+q.Size[i])
			f = math.Pow(1-p, r)
			for n := 1.0; n <= x; n++ {
				f *= (r + n - 1) / n * p
			}
		}
	}
	if m.Spend && d.Spend[t] > 0 {
		f *= distuv.Gamma{Alpha: q.SpendShape, Beta: q.SpendShape / q.SpendMean[i]}.Prob(d.Spend[t])
	}
	return f
}

// paths visits all sequences of states of periods [from, to) with their joint density with the data.
func paths(m *Model, q *Params, d *Data, from, to int, visit func(path []int, joint float64)) {
	path := make([]int, to-from)
	var walk func(t int, joint float64)
	walk = func(t int, joint float64) {
		if t == to {
			visit(path, joint)
			return
		}
		for i := range m.States {
			p := q.Initial[i]
			if t > from {
				p = movesOf(m, q, d, t-1)[path[t-from-1]][i]
			}
			path[t-from] = i
			walk(t+1, joint*p*density(m, q, d, t, i))
		}
	}
	walk(from, 1)
}

func fitOf(m *Model, q *Params) *Fit {
	f := &Fit{Model: *m, Params: q}
	f.Certificate.Converged, f.Certificate.InfoPosDef = true, true
	return f
}

// Likelihood, filtered and smoothed probabilities and the likeliest path are those of all paths, summed one by one.
func TestAllPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, q, d := anyModel(t, 5)
		s, err := fitOf(m, q).Decode(d, 1)
		if err != nil {
			t.Fatal(err)
		}
		var logLik float64
		for c := range len(d.Begins) - 1 {
			from, to := d.Begins[c], d.Begins[c+1]
			var total, best float64
			smoothed := make([]float64, (to-from)*m.States)
			paths(m, q, d, from, to, func(path []int, joint float64) {
				total += joint
				best = max(best, joint)
				for i, state := range path {
					smoothed[i*m.States+state] += joint
				}
			})
			logLik += math.Log(total)
			if math.Abs(s.LogLik[c]-math.Log(total)) > 1e-10*(1+math.Abs(math.Log(total))) {
				t.Fatalf("customer %d: log-likelihood %v, all paths give %v", c, s.LogLik[c], math.Log(total))
			}
			var joint float64
			paths(m, q, d, from, to, func(path []int, j float64) {
				same := true
				for i, state := range path {
					same = same && state == s.Path[from+i]
				}
				if same {
					joint = j
				}
			})
			if joint < best*(1-1e-9) {
				t.Fatalf("customer %d: the path %v has %v, the likeliest %v", c, s.Path[from:to], joint, best)
			}
			for at, v := range smoothed {
				if got := s.Smoothed[from+at/m.States][at%m.States]; math.Abs(got-v/total) > 1e-10 {
					t.Fatalf("customer %d: smoothed %d is %v, expected %v", c, at, got, v/total)
				}
			}
			for cut := from + 1; cut <= to; cut++ { // filtered are smoothed of the data so far
				now, sum := make([]float64, m.States), 0.0
				paths(m, q, d, from, cut, func(path []int, joint float64) { now[path[cut-from-1]] += joint; sum += joint })
				for i, v := range now {
					if math.Abs(s.Filtered[cut-1][i]-v/sum) > 1e-10 {
						t.Fatalf("period %d: filtered %v, expected %v", cut-1, s.Filtered[cut-1], now)
					}
				}
			}
		}
		p, err := newPanel(m, d, 1)
		if err != nil {
			t.Fatal(err)
		}
		if v := p.logLik(q); math.Abs(v-logLik) > 1e-10*(1+math.Abs(logLik)) {
			t.Fatalf("log-likelihood %v, expected %v", v, logLik)
		}
	})
}

// The score is the derivative of the log-likelihood, for each law and start.
func TestScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, q, d := anyModel(t, 12)
		p, err := newPanel(m, d, 1)
		if err != nil {
			t.Fatal(err)
		}
		if p.x != nil {
			if slices.Min(p.x.scale) == 0 { // refused before it comes to scores
				return
			}
			q.Centre = p.x.centre
		}
		w := p.working(q)
		theta := w.theta()
		score := w.score(q, p.pass(q))
		for i := range theta {
			const h = 1e-5
			at := append([]float64(nil), theta...)
			at[i] += h
			up := p.logLik(w.params(at))
			at[i] -= 2 * h
			down := p.logLik(w.params(at))
			if slope := (up - down) / (2 * h); math.Abs(score[i]-slope) > 1e-5*(1+math.Abs(slope)) {
				t.Fatalf("score of %+v is %v, differences give %v", w.coords[i], score[i], slope)
			}
		}
	})
}

// The likelihood never falls in a step of expectation-maximisation.
func TestEMRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, q, d := anyModel(t, 12)
		p, err := newPanel(m, d, 1)
		if err != nil {
			t.Fatal(err)
		}
		if p.x != nil { // of moves that depend on covariates a step is Newton's
			return
		}
		m.Start = Free // of a stationary start a step is not the maximum; em ends where it falls
		last := math.Inf(-1)
		for step := range 12 {
			s := p.pass(q)
			if s.logLik < last-1e-9*(1+math.Abs(last)) {
				t.Fatalf("step %d fell from %v to %v", step, last, s.logLik)
			}
			if q.SpendShape >= mostShape { // each state is one amount: the likelihood has no maximum
				return
			}
			last = s.logLik
			q = p.maximise(q, s)
		}
	})
}

// Densities far below the smallest double are told apart.
func TestNothingUnderflows(t *testing.T) {
	m := &Model{States: 2, Activity: Poisson, Start: Free}
	q := &Params{Initial: []float64{1, 0}, Moves: [][]float64{{1, 0}, {0.5, 0.5}}, Mean: []float64{0.001, 1000}}
	d := series([]float64{0, 1000, 900, 0})
	p, err := newPanel(m, d, 1)
	if err != nil {
		t.Fatal(err)
	}
	var want float64
	for _, x := range d.Activity {
		l, _ := math.Lgamma(x + 1)
		want += x*math.Log(0.001) - 0.001 - l
	}
	near(t, "log-likelihood", p.pass(q).logLik, want, 1e-12)
}
