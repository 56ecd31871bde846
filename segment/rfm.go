package segment

import "mainstay/internal/num"

// RFM holds the scores of every profile: 1 (worst) to Groups (best), 0 for customers without a
// purchase day.
//
//	R  recency: days since the last purchase day, fewer is better
//	F  frequency: purchase days of all history
//	M  monetary: net revenue of all history
//
// A customer's score is 1 + ⌊Groups × share of customers with a strictly worse value⌋: equal values
// always share a score and row order never matters, so that where many tie (one purchase day) groups
// are unequal and some are empty. (Bult & Wansbeek 1995, Marketing Science 14:378–394; Hughes 1994,
// Strategic Database Marketing.)
type RFM struct {
	Groups  int
	R, F, M []int8
}

// ScoreRFM scores the profiles in groups (2 to 9).
func ScoreRFM(p *Profiles, groups, threads int) RFM {
	s := RFM{Groups: groups}
	measures := []struct {
		score *[]int8
		of    func(i int) int64
	}{
		{&s.R, func(i int) int64 { return int64(p.Last[i]) }}, // as the negative of the days since
		{&s.F, func(i int) int64 { return int64(p.Frequency[i]) }},
		{&s.M, p.Net},
	}
	num.Blocks(len(measures), 1, threads, func(k, _, _ int) { *measures[k].score = scoreByRank(p, groups, measures[k].of) })
	return s
}

// scoreByRank scores a measure of which more is better, over the customers with a purchase day.
func scoreByRank(p *Profiles, groups int, measure func(i int) int64) []int8 {
	sorted := make([]int64, 0, p.Len())
	for i, frequency := range p.Frequency {
		if frequency > 0 {
			sorted = append(sorted, measure(i))
		}
	}
	num.SortInts(sorted)
	limits := quantiles(sorted, groups)
	score := make([]int8, p.Len())
	for i, frequency := range p.Frequency {
		if frequency > 0 {
			score[i] = int8(1 + quantileGroup(limits, measure(i)))
		}
	}
	return score
}

// The named groups, best first; rfmGrid holds indexes into them. "Slipping" is called "at risk" in the
// literature, which here means something else (a purchase within one churn horizon).
var rfmNames = []string{
	"champions", "loyal", "potential", "new", "promising", "needs attention",
	"slipping", "can't lose", "about to sleep", "hibernating", "lost", "no purchase",
}

const rfmNoPurchase = 11

// rfmGrid names the combinations of R (row, 5 first) and FM (column, 1 first), both on 1 to 5, where FM
// is the mean of F and M, halves up. It is the customary partition of the R × F grid (Putler; Martin's
// "RFM analysis"), with the worst corner apart as lost.
var rfmGrid = [5][5]int{
	{3, 2, 2, 0, 0},  // R 5: new, potential, potential, champions, champions
	{4, 2, 2, 1, 1},  // R 4: promising, potential, potential, loyal, loyal
	{8, 8, 5, 1, 1},  // R 3: about to sleep ×2, needs attention, loyal, loyal
	{9, 9, 6, 6, 7},  // R 2: hibernating ×2, slipping ×2, can't lose
	{10, 9, 6, 6, 7}, // R 1: lost, hibernating, slipping ×2, can't lose
}

// Group is the index into the named groups of profile i. Other numbers of groups than five are
// stretched to 1 to 5 first, ends on ends, halves up.
func (s *RFM) group(i int) int32 {
	if s.R[i] == 0 {
		return rfmNoPurchase
	}
	r := s.five(s.R[i])
	fm := (s.five(s.F[i]) + s.five(s.M[i]) + 1) / 2
	return int32(rfmGrid[5-r][fm-1])
}

// five maps a score in 1..Groups to 1..5.
func (s *RFM) five(score int8) int {
	g := s.Groups - 1
	return 1 + (8*(int(score)-1)+g)/(2*g)
}

// Name is the named group of profile i, such as "champions".
func (s *RFM) Name(i int) string { return rfmNames[s.group(i)] }

// cuts publishes what each score means: the closed range of the values in it.
func (s *RFM) cuts(b *Book) []Cut {
	var all []Cut
	measures := []struct {
		name, letter string
		score        []int8
		value        func(i int) float64
	}{
		{"recency_days", "R", s.R, func(i int) float64 { return float64(b.Clock.AsOf - b.Profiles.Last[i]) }},
		{"frequency", "F", s.F, func(i int) float64 { return float64(b.Profiles.Frequency[i]) }},
		{"monetary", "M", s.M, func(i int) float64 { return b.money(b.Profiles.Net(i)) }},
	}
	for _, m := range measures {
		names := make([]string, s.Groups)
		for g := range names {
			names[g] = m.letter + string(rune('1'+g))
		}
		all = append(all, cutsOf("rfm", m.name, names,
			func(i int) int { return int(m.score[i]) - 1 }, m.value, b.Profiles.Len())...)
	}
	return all
}
