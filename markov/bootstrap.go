package markov

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"

	"mainstay/internal/num"

	"gonum.org/v1/gonum/mat"
)

// Bootstrap draws customers with replacement and answers all questions for each sample: the moves of one customer stay
// together, as they are not independent (Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 6 and 13; Kulperger
// & Prakasa Rao 1989 for chains).
type Bootstrap struct {
	Samples int
	Moves   []Move    // those of a customer together
	Weight  []float64 // by row of the moves' table; nil: 1
	Stays   []Stay    // with Earned: what the rewards were estimated from, those of a customer together
	Earned  []float64 // by stay; nil: rewards are known
}

// mostFailed is the share of samples that may have no answer, for a state that nobody leaves, say.
const mostFailed = .05

// bootstrapSeed begins the sequence of every bootstrap: the same samples every time.
const bootstrapSeed = 1993

// customer is what a sample takes of one.
type customer struct {
	cells  []cellCount
	leaps  []Leap
	earned []earnedIn
}

type cellCount struct {
	cell       int32
	n          int64
	w, squares float64
}

type earnedIn struct {
	state int
	sum   float64
	n     int64
}

// resample replaces standard errors and intervals by the standard deviation of the samples and their quantiles. An error
// is a *RefusedError where more than a twentieth of the samples have no answer.
func (a *Analysis) resample(q Questions) error {
	b := q.Bootstrap
	k := len(a.Chain.States)
	customers := b.customers(k, q.Leaps)
	slots := a.slots()
	drawn := make([][]float64, b.Samples)
	num.Blocks(b.Samples, 1, runtime.GOMAXPROCS(0), func(s, _, _ int) {
		drawn[s] = b.sample(customers, uint64(s), q, a)
	})
	var values [][]float64
	for _, d := range drawn {
		if d != nil {
			values = append(values, d)
		}
	}
	if failed := b.Samples - len(values); float64(failed) > mostFailed*float64(b.Samples) {
		return &RefusedError{fmt.Sprintf("%d of %d samples of customers have no chain or no answer: too few customers for a bootstrap; ask less, or leave it out", failed, b.Samples)}
	}
	a.Drawn = len(values)
	a.settle(slots, values, q.Level)
	return nil
}

// customers are the moves, gaps and earnings of each.
func (b *Bootstrap) customers(k int, leaps []Leap) []customer {
	var all []customer
	place := map[int32]int{}
	of := func(who int32) *customer {
		i, known := place[who]
		if !known {
			i = len(all)
			place[who] = i
			all = append(all, customer{})
		}
		return &all[i]
	}
	for _, m := range b.Moves {
		of(m.Who).move(int32(int(m.From)*k+int(m.To)), b.weight(m))
	}
	for _, l := range leaps {
		of(l.Who).leaps = append(of(l.Who).leaps, l)
	}
	for i, v := range b.Earned {
		of(b.Stays[i].Who).earn(int(b.Stays[i].State), v)
	}
	return all
}

func (b *Bootstrap) weight(m Move) float64 {
	if b.Weight == nil {
		return 1
	}
	return b.Weight[m.Row]
}

func (c *customer) move(cell int32, w float64) {
	for i := range c.cells {
		if c.cells[i].cell == cell {
			c.cells[i].n++
			c.cells[i].w += w
			c.cells[i].squares += w * w
			return
		}
	}
	c.cells = append(c.cells, cellCount{cell, 1, w, w * w})
}

func (c *customer) earn(state int, v float64) {
	for i := range c.earned {
		if c.earned[i].state == state {
			c.earned[i].sum += v
			c.earned[i].n++
			return
		}
	}
	c.earned = append(c.earned, earnedIn{state, v, 1})
}

// sample answers the questions for one sample, nil where there is no answer as to the original.
func (b *Bootstrap) sample(customers []customer, number uint64, q Questions, original *Analysis) []float64 {
	k := len(original.Chain.States)
	r := rand.New(rand.NewPCG(bootstrapSeed, number))
	c := NewCounts(original.Chain.States)
	w := &Weights{make([]float64, k*k), make([]float64, k*k)}
	sums, n := make([]float64, k), make([]float64, k)
	q.Leaps = nil
	for range customers {
		one := &customers[r.IntN(len(customers))]
		for _, cell := range one.cells {
			c.N[cell.cell] += cell.n
			w.W[cell.cell] += cell.w
			w.Squares[cell.cell] += cell.squares
		}
		q.Leaps = append(q.Leaps, one.leaps...)
		for _, e := range one.earned {
			sums[e.state] += e.sum
			n[e.state] += float64(e.n)
		}
	}
	if b.Weight != nil {
		q.Weights = w
	}
	if b.Earned != nil {
		q.Reward = make([]float64, k)
		for i := range q.Reward {
			if n[i] > 0 {
				q.Reward[i] = sums[i] / n[i]
			}
		}
	}
	a, err := analyse(c, q, true)
	if err != nil {
		return nil
	}
	values := a.values()
	if len(values) != k*k+len(original.slots()) {
		return nil
	}
	return values
}

// slots are all estimates, in a fixed order.
func (a *Analysis) slots() (out []*Estimate) {
	lists := append([][]Estimate{a.Stationary, a.Steps}, a.Ends...)
	lists = append(append(lists, a.Forecast...), a.ValueTo, a.Value, a.Stay, a.LongRun)
	lists = append(lists, a.Passages...)
	if a.Decision != nil {
		lists = append(lists, a.Decision.Value)
	}
	if a.Remaining != nil {
		lists = append(lists, a.Remaining.Share)
		out = append(out, &a.Remaining.Keep)
	}
	for _, list := range lists {
		for i := range list {
			out = append(out, &list[i])
		}
	}
	return out
}

// values are the entries of P and what the slots hold.
func (a *Analysis) values() []float64 {
	out := append([]float64(nil), a.Chain.P.RawMatrix().Data...)
	for _, e := range a.slots() {
		out = append(out, e.Value)
	}
	return out
}

// settle writes what samples say of P and of the slots.
func (a *Analysis) settle(slots []*Estimate, samples [][]float64, level float64) {
	k := len(a.Chain.States)
	a.Low, a.High, a.Chain.SE = mat.NewDense(k, k, nil), mat.NewDense(k, k, nil), mat.NewDense(k, k, nil)
	tail := (1 - level) / 2
	for at := range k*k + len(slots) {
		column := make([]float64, 0, len(samples))
		for _, v := range samples {
			if !math.IsInf(v[at], 0) {
				column = append(column, v[at])
			}
		}
		if len(column) < 2 { // endless in all samples
			continue
		}
		mean, squares := num.Mean(column), 0.0
		for _, v := range column {
			squares += (v - mean) * (v - mean)
		}
		se := math.Sqrt(squares / float64(len(column)-1))
		num.SortFloats(column)
		low, high := num.Quantile(column, tail), num.Quantile(column, 1-tail)
		switch {
		case at < k*k:
			a.Chain.SE.Set(at/k, at%k, se)
			a.Low.Set(at/k, at%k, low)
			a.High.Set(at/k, at%k, high)
		default:
			e := slots[at-k*k]
			if e.SE, e.Low, e.High = se, low, high; se <= tinySpread*math.Abs(e.Value) {
				e.SE, e.Low, e.High = 0, math.NaN(), math.NaN()
			}
		}
	}
	a.Heads = nil
}
