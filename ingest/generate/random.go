package generate

import (
	"math"
	"math/bits"
)

// stream is a source of draws that costs two words and no set-up, so that every customer has its own:
// SplitMix64 (Steele, Lea & Flood 2014). Floats are made from the raw bits here, so that files do not depend
// on how a library version turns bits into distributions.
type stream struct{ state uint64 }

const golden = 0x9e3779b97f4a7c15

// Purposes of streams: each draws apart from the others.
const (
	ofCustomers = 1 + iota
	ofSeats
	ofSeries
	ofKeys
	ofDesk
	ofGroups
)

// newStream is the stream of one thing (a customer, a seat) for one purpose.
func newStream(seed, purpose, which uint64) stream {
	return stream{mix(mix(mix(seed)+purpose*golden) + which*golden)}
}

// mix is the finaliser of SplitMix64: a bijection of 64 bits.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (s *stream) bits() uint64 {
	s.state += golden
	return mix(s.state)
}

// uniform is in (0, 1).
func (s *stream) uniform() float64 { return (float64(s.bits()>>11) + 0.5) / (1 << 53) }

// below is an integer in [0, n).
func (s *stream) below(n int) int {
	hi, _ := bits.Mul64(s.bits(), uint64(n))
	return int(hi)
}

func (s *stream) between(lo, hi float64) float64 { return lo + s.uniform()*(hi-lo) }

func (s *stream) chance(p float64) bool { return p > 0 && s.uniform() < p }

// exponential has mean 1.
func (s *stream) exponential() float64 { return -math.Log(s.uniform()) }

// normal is a standard normal, by the polar method (Marsaglia & Bray 1964).
func (s *stream) normal() float64 {
	for {
		u, v := 2*s.uniform()-1, 2*s.uniform()-1
		if q := u*u + v*v; q < 1 {
			return u * math.Sqrt(-2*math.Log(q)/q)
		}
	}
}

// gamma has the given shape and scale 1 (Marsaglia & Tsang 2000, with their boost for shapes below 1).
func (s *stream) gamma(shape float64) float64 {
	if shape < 1 {
		return s.gamma(shape+1) * math.Pow(s.uniform(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.normal()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := s.uniform()
		if u < 1-0.0331*x*x*x*x || math.Log(u) < x*x/2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}

// geometric counts trials up to the first success: 1, 2, … with the given mean.
func (s *stream) geometric(mean float64) int {
	if mean <= 1 {
		return 1
	}
	return 1 + int(math.Log(s.uniform())/math.Log1p(-1/mean))
}
