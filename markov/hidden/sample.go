package hidden

import "math"

// sampled is how many periods the first climbs look at: what they find is then climbed from on all.
const sampled = 50_000

// sample is every n-th customer, so many that they have about so many periods; all where there are no more.
func (d *Data) sample(sampled int) *Data {
	n := len(d.Activity)
	if n <= sampled {
		return d
	}
	out := &Data{Begins: []int{0}}
	step, q := (n+sampled-1)/sampled, len(d.X)/n
	for c := step / 2; c < len(d.Begins)-1; c += step {
		lo, hi := d.Begins[c], d.Begins[c+1]
		out.Activity = append(out.Activity, d.Activity[lo:hi]...)
		if d.Spend != nil {
			out.Spend = append(out.Spend, d.Spend[lo:hi]...)
		}
		out.X = append(out.X, d.X[lo*q:hi*q]...)
		out.Begins = append(out.Begins, len(out.Activity))
	}
	return out
}

// onAll goes on from where a sample led: what no customer of the sample did must not be impossible for all.
func (f *Fit) onAll(p *panel, top *ascended) *ascended {
	q, trace := p.em(top.params.opened(), shortRun, gain)
	if q == nil {
		return nil
	}
	a := p.polish(ordered(q))
	if f.Certificate.Iterations += len(trace) + a.ascent.Iterations; a.ascent.Converged && !inOrder(a.params) {
		a = p.polish(ordered(a.params))
	}
	return a
}

// opened is the same with nothing impossible.
func (q *Params) opened() *Params {
	out := q.clone()
	const little = 1e-4
	for _, prob := range append([][]float64{out.Initial}, out.Moves...) {
		for j, v := range prob {
			prob[j] = max(v, little)
		}
		toOne(prob)
	}
	for i := range out.Mean {
		out.Mean[i] = max(out.Mean[i], little)
		if out.Size != nil {
			out.Size[i] = min(out.Size[i], out.Mean[i]/little)
		}
	}
	typical := 1.0
	for _, v := range out.SpendMean {
		if !math.IsNaN(v) {
			typical = v
		}
	}
	for i, v := range out.SpendMean {
		if math.IsNaN(v) {
			out.SpendMean[i] = typical
		}
	}
	return out
}
