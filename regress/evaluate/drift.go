package evaluate

import (
	"math"
	"slices"
)

// Band is how large a drift is, in a word.
type Band string

// The bands of a population stability index beyond chance: under 0.1 nothing to heed, 0.1 to 0.25 some, above much
// (customary: Siddiqi 2006, Credit Risk Scorecards, p. 136).
const (
	Stable  Band = "stable"
	Shifted Band = "shifted"
	Large   Band = "large"
)

func bandOf(v float64) Band {
	switch {
	case v < 0.1:
		return Stable
	case v < 0.25:
		return Shifted
	}
	return Large
}

// Shift is how far a feature has moved since a reference.
type Shift struct {
	Name   string
	PSI    float64
	Chance float64  // what PSI comes to by chance where nothing moved
	Band   Band     // of PSI − Chance
	New    float64  // share of rows now at levels that the reference does not name
	Gone   []string // levels of the reference that nobody has now
}

// Compare is the population stability index of a feature now against its reference,
//
//	PSI = Σ_b (a_b − e_b) ln(a_b/e_b)
//
// over the reference's tenths (fewer in small books: cuts) or levels and a bin for what is missing, e the shares of the reference, a those of now, each smoothed by half
// a row, (n·share + ½)/(n + B/2): Jeffreys' divergence (Jeffreys 1946, Proc. Royal Society A 186:453–461). Where nothing moved
// PSI is by chance about (B − 1)(1/n + 1/m) (Yurdakul & Naranjo 2020, J. Risk Model Validation 14(4)). It is an effect size:
// with more rows it does not grow, and Chance vanishes. ok is false where one side has no rows or is of another kind.
func (d *Distribution) Compare(now *Distribution) (s Shift, ok bool) {
	s.Name = d.Name
	if d.Rows == 0 || now.Rows == 0 || len(d.Levels) > 0 && len(now.Points) > 0 || len(d.Points) > 0 && len(now.Levels) > 0 {
		return s, false
	}
	var expected, actual []float64
	if len(d.Levels) > 0 || len(now.Levels) > 0 {
		expected, actual = d.levelShares(now, &s)
	} else {
		expected, actual = d.partShares(now)
	}
	expected, actual = append(expected, d.Missing), append(actual, now.Missing)
	bins := 0
	for b := range expected {
		if expected[b] > 0 || actual[b] > 0 {
			bins++
		}
	}
	n, m := float64(d.Rows), float64(now.Rows)
	smooth := func(share, rows float64) float64 { return (share*rows + 0.5) / (rows + float64(bins)/2) }
	for b := range expected {
		if expected[b] > 0 || actual[b] > 0 {
			e, a := smooth(expected[b], n), smooth(actual[b], m)
			s.PSI += (a - e) * math.Log(a/e)
		}
	}
	s.Chance = float64(bins-1) * (1/n + 1/m)
	s.Band = bandOf(s.PSI - s.Chance)
	return s, true
}

func (d *Distribution) partShares(now *Distribution) (expected, actual []float64) {
	var e, a float64
	for _, x := range d.cuts() {
		u, v := d.upto(x)*(1-d.Missing), now.upto(x)*(1-now.Missing)
		expected, actual = append(expected, u-e), append(actual, v-a)
		e, a = u, v
	}
	return append(expected, 1-d.Missing-e), append(actual, 1-now.Missing-a)
}

// levelShares has the reference's levels, and all others in one. The rarer ones that neither names are not told apart; one that the
// reference names and now only may have, among its rarer ones, is taken to have as much of its share as those leave room for: a
// level that chance moved from the fiftieth place to the next has not gone.
func (d *Distribution) levelShares(now *Distribution, s *Shift) (expected, actual []float64) {
	e, a := 1-d.Missing, 1-now.Missing
	room, most := (1-now.named())*a, 0.0 // of the levels that now does not name: of all, and of one
	if n := len(now.Shares); n > 0 {
		most = now.Shares[n-1] * a
	}
	for k, level := range d.Levels {
		had, share := d.Shares[k]*(1-d.Missing), 0.0
		if at := slices.Index(now.Levels, level); at >= 0 {
			share = now.Shares[at] * (1 - now.Missing)
		} else if room > 1e-9 {
			share = min(had, most, room)
			room -= share
		} else if now.named() > 1-1e-9 { // nobody is at a level that is not named
			s.Gone = append(s.Gone, level)
		}
		expected, actual = append(expected, had), append(actual, share)
		e, a = e-had, a-share
	}
	if d.named() > 1-1e-9 {
		s.New = max(a, 0)
	}
	return append(expected, max(e, 0)), append(actual, max(a, 0))
}

// named is the share of the values known whose level is named.
func (d *Distribution) named() (sum float64) {
	for _, v := range d.Shares {
		sum += v
	}
	return sum
}
