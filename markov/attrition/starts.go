package attrition

import "math"

// starts is a fixed grid of points around what the data say: purchases per time, and how long customers are observed. Coefficients start at 0.
func (l *likelihood) starts(m Model) [][]float64 {
	b := l.book
	var time, counts float64
	for i, w := range b.weight {
		time += w * b.end[i]
		counts += w * b.x[i]
	}
	mean := time / b.total      // observed, on average
	rate := counts / time * 1.5 // while alive
	if m == MBGCNBD {
		rate *= float64(l.law.(*bg).k)
	}
	var out [][]float64
	add := func(p ...float64) {
		theta := make([]float64, l.size())
		for i, v := range p {
			theta[i] = math.Log(v)
		}
		out = append(out, theta)
	}
	for _, r := range []float64{0.25, 0.7, 2.5} {
		for _, drop := range []float64{0.1, 0.35} {
			for _, firm := range []float64{1, 4} {
				switch m {
				case NBD:
					add(r*firm*drop*2, r*firm*drop*2/rate*1.5)
				case ParetoNBD: // mean life is a few times, or once, what is observed
					add(r, r/rate, 0.3*firm, mean*firm*0.1/drop)
				case BGBB:
					p := min(0.9, max(0.02, rate))
					add(firm*r*p*2, firm*r*(1-p)*2, drop*firm, (1-drop)*firm)
				default:
					add(r, r/rate, drop*firm, (1-drop)*firm)
				}
			}
		}
	}
	return out
}
