package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"mainstay/regress/formula"
)

// Folds says how rows are held out.
type Folds struct {
	K     int // at least 2
	Seed  uint64
	Group string  // column whose equal values stay together, "" = none
	Time  string  // column of the time of a row, "" = none; excludes Group
	Days  []int32 // with Time: the day by row of the table

	// With Time. The last Gap days before a fold do not teach: what their rows say, such as "bought within 30 days", was not
	// known yet when the fold began (an embargo: López de Prado 2018, Advances in Financial Machine Learning, ch. 7). Window is how
	// many days before that teach, 0 = all (sliding and expanding windows: Tashman 2000).
	Gap, Window int

	groups []int32 // with Group: which value, by row of the frame
}

// fold is rows of the frame: those that teach, listed when they are asked for (of all folds at once they would be rows × folds), and
// those that are predicted.
type fold struct {
	train    func() []int
	test     []int
	from, to int32 // with Time: the days of test
}

// group numbers the values of Group in the rows of the frame.
func (s *study) group(d *formula.Data) {
	if s.o.Folds != nil && s.o.Folds.Group != "" {
		f := *s.o.Folds
		f.groups = groupsOf(d.Column(f.Group), s.fr.Rows)
		s.o.Folds = &f
	}
}

// split cuts the rows of the frame.
func (s *study) split(d *formula.Data) ([]fold, error) {
	k := s.o.Folds.K
	if k < 2 || k > len(s.fr.Rows) {
		return nil, fmt.Errorf("%d folds of %d rows: at least 2, and no more than the rows", k, len(s.fr.Rows))
	}
	if s.o.Folds.Time != "" {
		return s.rolling()
	}
	var number []int // by row, its fold
	var err error
	if s.o.Folds.Group != "" {
		number, err = s.byGroup(s.o.Folds.groups, k)
	} else {
		number = s.byRow(k)
	}
	if err != nil {
		return nil, err
	}
	folds := make([]fold, k)
	for i, f := range number {
		folds[f].test = append(folds[f].test, i)
	}
	for g := range folds {
		folds[g].train = func() (rows []int) {
			for i, f := range number {
				if f != g {
					rows = append(rows, i)
				}
			}
			return rows
		}
	}
	return folds, nil
}

// byRow deals rows out in an order that follows from the seed and what the rows hold; of a binomial
// response events and non-events in turn, so that every fold has its share of both (stratified:
// Kohavi 1995, IJCAI 14:1137–1143).
func (s *study) byRow(k int) []int {
	order := make([]int, len(s.keys))
	for i := range order {
		order[i] = i
	}
	rank := make([]uint64, len(s.keys))
	for i, h := range s.keys {
		rank[i] = mix(h ^ mix(s.o.Folds.Seed))
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if s.binary && s.y[a] != s.y[b] {
			return cmp.Compare(s.y[a], s.y[b])
		}
		return cmp.Compare(rank[a], rank[b])
	})
	number := make([]int, len(s.keys))
	for p, i := range order {
		number[i] = p % k
	}
	return number
}

// byGroup gives whole groups to folds, in an order that follows from the seed and each to the fold that
// has the fewest rows so far.
func (s *study) byGroup(group []int32, k int) ([]int, error) {
	groups := int(slices.Max(group)) + 1
	if groups < k {
		return nil, fmt.Errorf("%s has %d values in the rows used, too few for %d folds", s.o.Folds.Group, groups, k)
	}
	size, order := make([]int, groups), make([]int, groups)
	for g := range order {
		order[g] = g
	}
	for _, g := range group {
		size[g]++
	}
	rank := func(g int) uint64 { return mix(mix(uint64(g)) ^ mix(s.o.Folds.Seed)) }
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	rows, of := make([]int, k), make([]int, groups)
	for _, g := range order {
		least := 0
		for f := range rows {
			if rows[f] < rows[least] {
				least = f
			}
		}
		of[g] = least
		rows[least] += size[g]
	}
	number := make([]int, len(group))
	for i, g := range group {
		number[i] = of[g]
	}
	return number, nil
}

// rolling cuts time into k + 1 blocks of about as many rows, never within a day, and predicts each block
// but the first from all before it (rolling origin: Tashman 2000, International J. of Forecasting
// 16:437–450).
func (s *study) rolling() ([]fold, error) {
	k, n := s.o.Folds.K, len(s.keys)
	day := pick(s.o.Folds.Days, s.fr.Rows)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(day[a], day[b]) })
	var cuts []int // where a block begins in order
	for b := 1; b <= k; b++ {
		at := max(b*n/(k+1), 1)
		for at < n && day[order[at]] == day[order[at-1]] {
			at++
		}
		if at < n && (len(cuts) == 0 || at > cuts[len(cuts)-1]) {
			cuts = append(cuts, at)
		}
	}
	if len(cuts) < k {
		return nil, errors.New("too few days for so many folds: a day is never split, so that at least one day more than folds is needed, and rows spread over them")
	}
	folds := make([]fold, k)
	for b, at := range cuts {
		end := n
		if b+1 < k {
			end = cuts[b+1]
		}
		from := day[order[at]]
		teaches := func(i int) bool { return s.o.Folds.teaches(day[i], from) }
		if !slices.ContainsFunc(order[:at], teaches) {
			return nil, fmt.Errorf("fold %d of %d begins %d days after the first row and has no rows to learn from: a gap of %d days and a window of %d leave none; shorten the gap, lengthen the window, or take fewer folds",
				b+1, k, int64(from)-int64(day[order[0]]), s.o.Folds.Gap, s.o.Folds.Window)
		}
		folds[b] = fold{test: slices.Sorted(slices.Values(order[at:end])), from: from, to: day[order[end-1]], train: func() []int {
			rows := slices.DeleteFunc(slices.Clone(order[:at]), func(i int) bool { return !teaches(i) })
			slices.Sort(rows)
			return rows
		}}
	}
	return folds, nil
}

// teaches reports whether rows of a day teach the fold that begins on from, for which their day must come before it.
func (f *Folds) teaches(day, from int32) bool {
	after := int64(from) - int64(f.Gap) // the day after the last that teaches
	return int64(day) < after && (f.Window == 0 || int64(day) >= after-int64(f.Window))
}
