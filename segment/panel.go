package segment

import (
	"math"
	"sort"
	"sync"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// study is the book with what every model and fold shares.
type study struct {
	*Book
	states      states
	unit        float64                  // money units per coefficient: 10^−scale
	label       int                      // days of a value label
	declineDays int                      // days of a decline label: either that, or the churn horizon
	start       [ingest.Shards + 1]int32 // running number of each shard's first customer
	sample      int                      // the models learn from the customers of so many shards
	logits      *logits
	laws        laws

	climber *climber // nil without a ladder
	used    lazily[[]bool]

	sources    []placed
	covariates []feature // the columns of the sources
	measures   []bool    // by model attribute: in numbers that are no codes
}

func newStudy(b *Book) *study {
	st := &study{Book: b, states: newStates(b.Clock), unit: math.Pow10(-b.Ledger.Scale), label: valueLabel(b.Clock), declineDays: declineLabel(b.Clock),
		sample: sampleShards(b), logits: &logits{on: map[ingest.Day]*lazily[trained[chanceModel]]{}}}
	st.climber = newClimber(b.Ledger, b.Config.Ladder, b.Clock.First)
	st.sources, st.covariates = place(b.newSources())
	for _, name := range b.Config.ModelAttributes {
		st.measures = append(st.measures, b.isMeasure(name))
	}
	for i := range ingest.Shards {
		st.start[i+1] = st.start[i] + int32(b.Ledger.ShardCustomers(i))
	}
	return st
}

// subject is one customer who has bought, as the models see it on the panel's day. Money is in
// money units (not scaled).
type subject struct {
	id       int32 // running number in the Ledger: the cluster of its rows in stacked fits
	profile  int32 // index into the profiles of the day
	x        int32 // row of the panel's X; meaningful when atRisk
	recency  int32 // days since the last purchase day
	contract standing
	state    int16
	atRisk   bool
	held     bool // a contract is certain to be in force at the end of the churn horizon

	// labels, what came after the day, stand beside what selects them: most passes over a panel look at nothing else. Filled by labels only
	silent   bool    // no purchase day within the churn horizon; meaningful when panel.Churn
	ended    bool    // no contract in force at its end; meaningful when panel.Churn
	churned  bool    // no purchase day within the churn horizon, nor, of those at risk, a contract in force at its end; meaningful when panel.Churn
	bought   bool    // a purchase day within the value label; meaningful when panel.Value
	lower    bool    // a lower rung of the ladder at the end of the decline label
	declined bool    // see the outcome of that name; meaningful when panel.Decline
	usual    float64 // value of a decline label at the usual pace, see study.usual
	future   float64 // value within the value label; meaningful when panel.Value
	life     life    // of those at risk, from the panel's day on; meaningful when panel.Churn or panel.Value
	soon     float64 // value within the churn horizon; meaningful when panel.Churn

	periods int32   // rolling periods with a purchase day
	spend   float64 // mean value per such period
	within  float64 // Σ (value of a period − spend)² over such periods
	rhythm  rhythm
	past    float64 // value of the last label days
	past12  float64 // value of the trailing 12 months
}

// panel is customers as of a day, and, for days far enough back, what came next: those of the sample, or
// those of one shard.
type panel struct {
	Day        ingest.Day
	Subjects   []subject // Ledger order
	X          []float64 // customers at risk × width
	width      int
	typical    typical              // of the sample, like Mean12
	clocks     [len(clocks)]float64 // likewise, see clockMeans
	Mean12     float64              // mean trailing-12-month value of the sample's customers at risk, at least zero: the unit of value
	Churn      bool                 // churn labels are known
	Attributes [][]string           // the model attributes: by attribute, then by row of X
	Value      bool                 // value labels are known
	Decline    bool                 // decline labels are known
	season     float64              // of the decline label that follows, of the sample

	asked sync.Once
	risk  []int32 // see live
}

// live are the subjects at risk, in order: a third of a book, say. Every candidate goes over them several times, and a subject is large.
func (p *panel) live() []int32 {
	p.asked.Do(func() {
		p.risk = make([]int32, 0, p.atRisk())
		for i := range p.Subjects {
			if p.Subjects[i].atRisk {
				p.risk = append(p.risk, int32(i))
			}
		}
	})
	return p.risk
}

// row is the feature row of subject i, who is at risk.
func (p *panel) row(i int) []float64 {
	x := int(p.Subjects[i].x) * p.width
	return p.X[x : x+p.width]
}

// atRisk is the number of customers at risk.
func (p *panel) atRisk() int { return len(p.X) / p.width }

// newPanel reads the sample as of day from the profiles of its customers on that day; profiles of others are not
// looked at. Labels are filled where they close on or before the as-of date.
func (b *study) newPanel(day ingest.Day, profiles *Profiles) *panel {
	_, n := profiles.OfShard(b.sample - 1)
	p := &panel{Day: day, width: b.width(), typical: b.typicalOn(day, profiles, n),
		Churn: day+ingest.Day(b.Clock.Horizon) <= b.Clock.AsOf,
		Value: day+ingest.Day(b.label) <= b.Clock.AsOf, Decline: day+ingest.Day(b.declineDays) <= b.Clock.AsOf}
	b.seat(p, profiles, 0, n, b.textsOn(day, profiles))
	look, first := b.lookOn(day), 0
	// The sample of a huge book is a few shards: its customers, not its shards, are shared among threads.
	b.Ledger.ScanFirst(b.sample, 1, func(k int, sh *ingest.Shard) {
		lo := first
		_, end := profiles.OfShard(k)
		for first < len(p.Subjects) && int(p.Subjects[first].profile) < end {
			first++
		}
		num.Blocks(first-lo, panelBlock, b.Threads, func(_, from, to int) { b.observe(p, sh, profiles, look, lo+from, lo+to) })
	})
	p.Mean12, p.clocks, p.season = meanValue(p.Subjects), p.clockMeans(), look.seasons.season(b.declineDays)
	b.settle(p, profiles)
	return p
}

// newShardPanel is customers lo to hi, of shard sh, on the day of a panel of the sample and measured in its units.
// profiles are those of the whole book on that day, texts their model attributes (see textsOn).
func (b *study) newShardPanel(of *panel, sh *ingest.Shard, profiles *Profiles, lo, hi int, texts []*Attribute) *panel {
	p := &panel{Day: of.Day, width: of.width, typical: of.typical, clocks: of.clocks, Mean12: of.Mean12, season: of.season, Churn: of.Churn, Value: of.Value}
	b.seat(p, profiles, lo, hi, texts)
	b.observe(p, sh, profiles, b.lookOn(p.Day), 0, len(p.Subjects))
	b.settle(p, profiles)
	return p
}

// seat makes subjects of those of the customers lo to hi who have bought, and gives those at risk a row.
func (b *study) seat(p *panel, profiles *Profiles, lo, hi int, texts []*Attribute) {
	bought, atRisk := 0, 0
	for i := lo; i < hi; i++ {
		bought += int(num.Indicator(profiles.Frequency[i] > 0))
		atRisk += int(num.Indicator(profiles.AtRisk(i, p.Day, b.Clock.Horizon)))
	}
	p.Subjects = make([]subject, 0, bought)
	p.X = make([]float64, atRisk*p.width)
	p.Attributes = make([][]string, len(texts))
	for k := range texts {
		p.Attributes[k] = make([]string, 0, atRisk)
	}
	row := int32(0)
	for i := lo; i < hi; i++ {
		if profiles.Frequency[i] > 0 {
			p.Subjects = append(p.Subjects, subject{profile: int32(i), x: row})
		}
		if profiles.AtRisk(i, p.Day, b.Clock.Horizon) {
			row++
			for k := range texts {
				p.Attributes[k] = append(p.Attributes[k], texts[k].at(i))
			}
		}
	}
}

// observe fills subjects lo to hi, of one shard, from their cells.
func (b *study) observe(p *panel, sh *ingest.Shard, profiles *Profiles, look *look, lo, hi int) {
	var w scan
	for i := lo; i < hi; i++ {
		s := &p.Subjects[i]
		pr := profiles.At(int(s.profile))
		b.observeOne(s, sh, &pr, look, &w)
		if s.atRisk {
			fillFeatures(p.row(i), &pr, p.Day, b, p.typical, &w)
			if p.Day-pr.First >= valueYear {
				look.seasons.add(pr.Frequency12, w.seasonDays)
			}
		}
		if p.Churn || p.Value {
			b.labels(s, sh, &pr, p)
		}
	}
}

// panelBlock is the number of customers one goroutine takes at a time: enough to hide the cost of
// taking, few enough to balance.
const panelBlock = 2048

// meanValue is the mean trailing-12-month value of customers at risk, losses counted as zero. It is
// 1 for a book without value, so that it can always divide.
func meanValue(subjects []subject) float64 {
	var sum num.Adder
	n := 0
	for i := range subjects {
		if subjects[i].atRisk {
			sum.Add(max(subjects[i].past12, 0))
			n++
		}
	}
	if m := sum.Sum() / float64(max(n, 1)); m > 0 {
		return m
	}
	return 1
}

// scan holds what one walk over a customer's cells finds beside the profile.
type scan struct {
	horizonDays int32 // purchase days within the last churn horizon
	seasonDays  int32 // purchase days a year before the decline label that follows
	recent      int64 // net of the last half window
	prior       int64 // net of the half window before
	sums        []float64
	pace        pace
}

// halfWindow is the length of the two windows of the trend: half a year, less in a young book.
func (b *study) halfWindow(day ingest.Day) ingest.Day {
	return min(182, (day-b.Clock.First+1)/2)
}

// look is how a day looks back.
type look struct {
	day, half, year ingest.Day // year: the last day before the trailing 12 months
	windows         *rolling
	seasons         *seasonTally
}

func (b *study) lookOn(day ingest.Day) *look {
	return &look{day, b.halfWindow(day), MonthsBefore(day, 12), newRolling(day, b.Clock.First, b.Clock.Period), new(seasonTally)}
}

// observeOne fills s and w from the customer's cells on or before the day.
func (b *study) observeOne(s *subject, sh *ingest.Shard, pr *Profile, look *look, w *scan) {
	day, half, year := look.day, look.half, look.year
	lo, hi := sh.Cells(int(pr.Row))
	hi = lo + sort.Search(hi-lo, func(k int) bool { return sh.Day[lo+k] > day })
	*w = scan{sums: w.sums[:0]}
	var past, past12 int64
	var loose float64
	var spend num.Adder
	k, last, quiet := 0, -1, 0 // window of the cell; newest window so far with a purchase; the newest of all
	for j := hi - 1; j >= lo; j-- {
		ago := day - sh.Day[j]
		v := CellValue(sh, j, b.Basis)
		if int(ago) < b.label {
			past += v
		}
		if sh.Day[j] > year {
			past12 += v
		}
		switch {
		case ago < half:
			w.recent += sh.Net(j)
		case ago < 2*half:
			w.prior += sh.Net(j)
		}
		purchase := b.Ledger.Purchase(sh, j)
		if purchase && int(ago) < b.Clock.Horizon {
			w.horizonDays++
		}
		if purchase && ago < valueYear && int(ago) >= valueYear-b.declineDays {
			w.seasonDays++
		}
		// A return is about something bought before it: value on days of periods without a purchase
		// goes to the next older period with one.
		value := float64(v) * b.unit
		spend.Add(value)
		w.pace.add(sh.Day[j], value, purchase)
		k = look.windows.window(sh.Day[j], k)
		if purchase && k != last {
			if last < 0 {
				quiet = k
			}
			last = k
			w.sums = append(w.sums, loose)
			loose = 0
		}
		if k == last {
			w.sums[len(w.sums)-1] += value
		} else {
			loose += value
		}
	}
	w.sums[len(w.sums)-1] += loose
	s.id = b.start[pr.Shard] + pr.Row
	s.recency = int32(pr.RecencyDays(day))
	s.atRisk = pr.AtRisk(day, b.Clock.Horizon)
	s.contract = b.held.on(pr.Shard, pr.Row, day)
	s.held = s.contract.holds(day, b.Clock.Horizon)
	s.periods, s.rhythm = int32(len(w.sums)), w.pace.finish(day)
	silent := int(s.recency)
	if s.atRisk { // a contract holds them, however long they are silent
		silent = min(silent, b.Clock.Horizon-1)
	}
	s.state = int16(b.states.scored(len(w.sums), quiet, silent, b.Clock.Horizon))
	s.past, s.past12 = float64(past)*b.unit, float64(past12)*b.unit
	s.spend = spend.Sum() / float64(len(w.sums))
	for _, v := range w.sums {
		s.within += (v - s.spend) * (v - s.spend)
	}
}

// labels fills what came after the panel's day, each label that is known (churn, value): one may be longer than the
// other. It reads no later cells than those of a known label, whose end newPanel has checked against the
// as-of date; of a life, none after it.
func (b *study) labels(s *subject, sh *ingest.Shard, pr *Profile, p *panel) {
	day := p.Day
	if s.atRisk {
		s.life = b.remaining(sh, pr, day)
	}
	if p.Churn {
		bought, soon := cameWithin(b.Ledger, sh, int(pr.Row), day, b.Clock.Horizon, b.Basis)
		s.soon = float64(soon) * b.unit
		s.silent, s.ended = !bought, !b.held.open(pr.Shard, pr.Row, day+ingest.Day(b.Clock.Horizon))
		s.churned = s.silent && (s.ended || !s.atRisk)
	}
	if p.Value {
		bought, future := cameWithin(b.Ledger, sh, int(pr.Row), day, b.label, b.Basis)
		s.bought, s.future = bought, float64(future)*b.unit
	}
	if p.Decline {
		s.lower = s.atRisk && b.climber.fell(sh, int(pr.Row), day, day+ingest.Day(b.declineDays))
	}
}

// cameWithin is what customer i of a shard did in (day, day+days]: whether there was a purchase day, and the
// value in the basis, at the Ledger's scale. It and climber.fell are the only readers of what came after a day.
func cameWithin(l *ingest.Ledger, s *ingest.Shard, i int, day ingest.Day, days int, basis string) (bought bool, value int64) {
	lo, hi := s.Cells(i)
	end := day + ingest.Day(days)
	for j := lo + sort.Search(hi-lo, func(k int) bool { return s.Day[lo+k] > day }); j < hi && s.Day[j] <= end; j++ {
		bought = bought || l.Purchase(s, j)
		value += CellValue(s, j, basis)
	}
	return bought, value
}
