package attrition

import (
	"math"
	"sync"
)

// table is a positive figure of customers alive at T with s = 0 … k−1 ticks since the last purchase, by x and T: its logarithm is interpolated by polynomials through
// Chebyshev points, in log x and log(1 + T/α), in which it is smooth (Trefethen 2013, Approximation Theory and Approximation Practice, ch. 5). A test holds it to 1e-5. The
// first few x have a part of the table each, beyond every octave has one. Parts are made when first asked for: what they say does not depend on who asks.
type table struct {
	l       *bg
	p       [most]float64
	longest float64
	times   *places // of T
	of      func(w *work, x, end float64, s int) float64
	parts   [fewX + octaves]struct {
		once sync.Once
		logs []float64 // by x, T, s
	}
}

const (
	fewX       = 4
	octaves    = 22 // to 2²⁴ purchases
	xPoints    = 6
	timePoints = 24
)

var onePoint, octavePoints, fewTimes, manyTimes = places{[]float64{0}, []float64{1}}, newPlaces(xPoints), newPlaces(10), newPlaces(timePoints)

func newTable(l *bg, p *[most]float64, longest float64, times *places, of func(w *work, x, end float64, s int) float64) *table {
	return &table{l: l, p: *p, longest: longest, times: times, of: of}
}

// part is where x is looked up: the number of the part, its first x and its points of x.
func (t *table) part(x float64) (k int, from float64, points *places) {
	if x < fewX {
		return int(x), x, &onePoint
	}
	octave := min(math.Ilogb(x/fewX), octaves-1)
	return fewX + octave, math.Ldexp(fewX, octave), &octavePoints
}

// at is the mean over ticks.
func (t *table) at(c Customer) float64 {
	k, from, points := t.part(c.X)
	part := &t.parts[k]
	part.once.Do(func() { part.logs = t.fill(from, points) })
	var onX [xPoints]float64
	var onTime [timePoints]float64
	along, times := onX[:1], onTime[:len(t.times.at)]
	if along[0] = 1; points != &onePoint {
		along = onX[:]
		points.weigh(along, math.Log2(c.X/from))
	}
	t.times.weigh(times, math.Log1p(c.T/t.p[bgAlpha])/t.reach())
	var logs [MostRegular]float64
	i := 0
	for _, u := range along {
		for _, v := range times {
			for s := range t.l.k {
				logs[s] += u * v * part.logs[i]
				i++
			}
		}
	}
	whole, at1 := t.p[bgR]+float64(t.l.k)*c.X, t.p[bgAlpha]+c.T
	weight, known, sum := 1.0, 0.0, 0.0 // w_s, as in mixed
	for s, v := range logs[:t.l.k] {
		known += weight
		sum += weight * math.Exp(v)
		weight *= (whole + float64(s)) * (c.T - c.Last) / at1 / float64(s+1)
	}
	return sum / known
}

// reach is the coordinate of the longest time.
func (t *table) reach() float64 { return math.Log1p(t.longest / t.p[bgAlpha]) }

func (t *table) fill(from float64, points *places) (logs []float64) {
	var w work
	for _, octave := range points.at {
		x := from * math.Exp2(octave)
		for _, share := range t.times.at {
			end := t.p[bgAlpha] * math.Expm1(t.reach()*share)
			for s := range t.l.k {
				logs = append(logs, math.Log(t.of(&w, x, end, s)))
			}
		}
	}
	return logs
}

// places are Chebyshev's points of the first kind on (0, 1), and their barycentric weights.
type places struct{ at, weight []float64 }

func newPlaces(n int) (p places) {
	for i := range n {
		angle := (float64(i) + 0.5) * math.Pi / float64(n)
		p.at = append(p.at, (1-math.Cos(angle))/2)
		p.weight = append(p.weight, math.Sin(angle)*float64(1-2*(i%2)))
	}
	return p
}

// weigh sets w to the weights of a polynomial's values at the points in its value at x (Berrut & Trefethen 2004, SIAM Review 46:501–517, eq. 5.3).
func (p *places) weigh(w []float64, x float64) {
	sum := 0.0
	for i, at := range p.at {
		d := x - at
		if d == 0 {
			clear(w)
			w[i] = 1
			return
		}
		w[i] = p.weight[i] / d
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
}
