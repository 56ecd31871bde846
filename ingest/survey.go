package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"mainstay/ingest/store"
)

// surveyed is what all rows say about days and currencies.
type surveyed struct {
	days       histogram
	currencies currencyCount
}

func (s *surveyed) merge(o *surveyed) {
	s.days.merge(&o.days)
	s.currencies.merge(o.currencies)
}

// surveyor looks at the days of an export before it is read: which row groups lie outside the window, and
// what the as-of date can be. It reads the time column of no more row groups than it takes to say the same
// as if it had read all: the footers say between which days the others lie.
type surveyor struct {
	plan    *Plan
	units   []unit      // all row groups
	groups  []groupDays // parallel to units
	unread  []int       // units that are known by their footers alone so far, ascending
	kept    []int64     // by unit: rows inside the window; −1 = not counted
	counted *dayCount   // what was read to find the format of the time; nil = nothing
	workers []surveyWorker
	last    Day // the latest that the as-of date can be by default
}

type surveyWorker struct {
	surveyed
	day []Day
	bad []bool
}

// survey finds the days and currencies of the rows inside the window, and what has to be read for the Ledger.
func (p *Plan) survey(ctx context.Context, st store.Store, threads int, now time.Time) (*surveyed, error) {
	s := &surveyor{plan: p, units: unitsOf(p), workers: make([]surveyWorker, threads), last: yesterday(now, p.Location)}
	var err error
	if s.groups, err = p.groupDays(s.units); err != nil {
		return nil, err
	}
	for i := range s.workers {
		s.workers[i] = surveyWorker{surveyed{currencies: currencyCount{}}, make([]Day, batchRows), make([]bool, batchRows)}
	}
	if p.window == nil && p.Currency == "" && !p.Config.readAll {
		s.counted = p.counted
	}
	p.counted = nil
	next := s.begin()
	for more := 2; len(next) > 0; more *= 2 { // whatever the threads: the plan is the same
		if err := s.read(ctx, st, next); err != nil {
			return nil, err
		}
		next = s.takeWanted(more)
	}
	s.note()
	return s.found(), nil
}

// begin sorts the units: what lies outside the window, what the footer tells enough of, and the rest, which
// has to be read. Currencies are in no footer.
func (s *surveyor) begin() (read []int) {
	s.kept = make([]int64, len(s.units))
	for i := range s.units {
		g, w := &s.groups[i], s.plan.window
		s.kept[i] = -1
		switch {
		case s.counted != nil && s.counted.units[s.units[i]]:
		case w != nil && g.certain() && g.nulls == 0 && g.days.beside(w.days):
			s.kept[i] = 0
		case s.plan.Currency == "" && g.certain() && (w == nil || g.days.within(w.days)):
			s.unread = append(s.unread, i)
		default:
			read = append(read, i)
		}
	}
	if len(read) == 0 {
		read = s.takeWanted(1)
	}
	return read
}

// takeWanted takes what is wanted from the unread units.
func (s *surveyor) takeWanted(most int) []int {
	want := s.wanted(most)
	taken := make([]bool, len(s.units))
	for _, u := range want {
		taken[u] = true
	}
	s.unread = slices.DeleteFunc(s.unread, func(u int) bool { return taken[u] })
	return want
}

// read counts the days and currencies of units.
func (s *surveyor) read(ctx context.Context, st store.Store, which []int) error {
	p := s.plan
	names := []string{p.Time.Column}
	if p.Currency != "" {
		names = append(names, p.Currency)
	}
	units := make([]unit, len(which))
	for i, u := range which {
		units[i], s.kept[u] = s.units[u], 0
	}
	return scanUnits(ctx, st, p, units, theSame(names...), len(s.workers), func(i int, rows *rowsRead) error {
		w := &s.workers[i]
		p.Time.Days(rows.vecs[0], rows.types[0], w.day, w.bad)
		w.days.visit(w.day[:rows.n], w.bad[:rows.n])
		s.kept[which[rows.unit]] += int64(rows.n) // a unit is one worker's
		if p.Currency != "" {
			return w.currencies.visit(rows.vecs[1], w.day, w.bad)
		}
		return nil
	})
}

// wanted are the units that have to be read before the rest need not be: at most so many of each kind.
// Until it is empty what the units that were read say may not be what all say:
//
//   - the first day, the last, and the newest that is not after yesterday are those of rows that were read;
//   - no unread unit lies on both sides of yesterday, so that rows can be counted up to it;
//   - between days that were read there is no gap, as newestDay sees them, that unread rows could lie in, nor
//     one that is real: then everything is read, for whether to believe what follows depends on all gaps.
func (s *surveyor) wanted(most int) []int {
	var want []int
	take := func(order func(a, b int) int, is func(g *groupDays) bool) {
		var of []int
		for _, u := range s.unread {
			if is(&s.groups[u]) && !slices.Contains(want, u) {
				of = append(of, u)
			}
		}
		slices.SortFunc(of, order)
		want = append(want, of[:min(most, len(of))]...)
	}
	earliest := func(a, b int) int {
		return cmp.Or(cmp.Compare(s.groups[a].days.lo, s.groups[b].days.lo), cmp.Compare(a, b))
	}
	latest := func(a, b int) int {
		return cmp.Or(cmp.Compare(s.groups[b].days.hi, s.groups[a].days.hi), cmp.Compare(a, b))
	}

	h := s.histogram()
	first, last := h.ends(latestDay)
	_, newest := h.ends(s.last)
	chosen := s.plan.Config.AsOf != ""
	if !chosen {
		take(latest, func(g *groupDays) bool { return g.days.hi <= s.last && g.days.hi > newest })
		take(latest, func(g *groupDays) bool { return g.days.lo <= s.last && g.days.hi > s.last })
	}
	for _, u := range want {
		last = max(last, s.groups[u].days.hi)
	}
	take(latest, func(g *groupDays) bool { return g.days.hi > last })
	take(earliest, func(g *groupDays) bool { return g.days.lo < first })
	if chosen || len(want) > 0 {
		return want
	}
	gap, ok := s.gap(h)
	if !ok {
		return nil
	}
	take(latest, func(g *groupDays) bool { return g.days.lo < gap.hi && g.days.hi > gap.lo })
	if len(want) == 0 {
		return slices.Clone(s.unread)
	}
	return want
}

// gap is the newest of the gaps between days that were read that could make newestDay doubt what
// follows: long enough, and with few enough rows behind it that are surely there.
func (s *surveyor) gap(h *histogram) (gap dayRange, ok bool) {
	days, rows := h.days(s.last)
	var total int64
	for _, n := range rows {
		total += n
	}
	for _, u := range s.unread {
		if g := &s.groups[u]; g.days.hi <= s.last {
			total += g.rows - g.nulls
		}
	}
	few := fewRows(total)
	var behind int64
	for i := len(days) - 1; i > 0; i-- {
		behind += rows[i]
		if gap = (dayRange{days[i-1], days[i]}); gap.hi-gap.lo <= gapDays {
			continue
		}
		sure := behind
		for _, u := range s.unread {
			if g := &s.groups[u]; g.days.hi <= s.last && g.days.lo >= gap.hi {
				sure += g.rows - g.nulls
			}
		}
		if sure <= few {
			return gap, true
		}
		return gap, false
	}
	return gap, false
}

// histogram is what the units that were read say.
func (s *surveyor) histogram() *histogram {
	h := &histogram{}
	for i := range s.workers {
		h.merge(&s.workers[i].days)
	}
	if s.counted != nil {
		h.merge(&s.counted.days)
	}
	return h
}

// found is what all units say. The rows of an unread one are counted on its last possible day: where no more
// was wanted, it makes no difference which of its days they have.
func (s *surveyor) found() *surveyed {
	all := &surveyed{days: *s.histogram(), currencies: currencyCount{}}
	for i := range s.workers {
		all.currencies.merge(s.workers[i].currencies)
	}
	for _, u := range s.unread {
		g := &s.groups[u]
		all.days.rows[g.days.hi-earliestDay] += g.rows - g.nulls
		all.days.bad += g.nulls
	}
	return all
}

// note writes down what the Ledger need not read, and what was taken from footers on trust.
func (s *surveyor) note() {
	p := s.plan
	p.groups = make([][]groupPlan, len(p.Files))
	for i := range p.Files {
		p.groups[i] = make([]groupPlan, len(p.Files[i].File.RowGroups))
	}
	for i, u := range s.units {
		p.groups[u.file][u.group].outside = p.window != nil && s.kept[i] == 0 && !p.Config.readAll
	}
	for _, i := range s.unread {
		u := s.units[i]
		p.groups[u.file][u.group].trusted = &s.groups[i]
	}
}

// rowsOutside counts the rows of the row groups that are not read.
func (p *Plan) rowsOutside() (n int64) {
	for i := range p.groups {
		for g := range p.groups[i] {
			if p.groups[i][g].outside {
				n += p.Files[i].File.RowGroups[g]
			}
		}
	}
	return n
}

// reconcileRows holds what was read to what the footers say.
func (p *Plan) reconcileRows(workers []*scatterer) error {
	rows, inside, outside := int64(0), int64(0), p.rowsOutside()
	for i := range p.Files {
		rows += p.Files[i].File.Rows
	}
	for _, w := range workers {
		inside, outside = inside+w.counts.rows, outside+w.counts.outside
	}
	if inside+outside != rows {
		return fmt.Errorf("rows do not reconcile: the files hold %d, of which %d were read and %d lie outside the window: this is a fault of mainstay, please report it", rows, inside, outside)
	}
	return nil
}
