package hidden

// sampled is how many periods the first climbs look at: what they find is then climbed from on all.
const sampled = 50_000

// sample is every n-th customer, so many that they have about sampled periods; all where there are no more.
func (d *Data) sample() *Data {
	n := len(d.Activity)
	if n <= sampled {
		return d
	}
	out := &Data{Begins: []int{0}}
	step := (n + sampled - 1) / sampled
	for c := step / 2; c < len(d.Begins)-1; c += step {
		lo, hi := d.Begins[c], d.Begins[c+1]
		out.Activity = append(out.Activity, d.Activity[lo:hi]...)
		if d.Spend != nil {
			out.Spend = append(out.Spend, d.Spend[lo:hi]...)
		}
		out.Begins = append(out.Begins, len(out.Activity))
	}
	return out
}
