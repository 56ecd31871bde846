package ingest

// scatterer is one worker: it applies the row rules to batches and keeps the
// accepted rows by shard.
type scatterer struct {
	rules   *rules
	layout  recordLayout
	part    [Shards]partition
	slabs   slabs       // of the partitions
	values  []textTable // by side: distinct values of accepted rows
	counts  counts
	undated map[*groupDays]int64 // rows without a day of row groups whose footers were believed
	aside   asideCounts          // for a stored Ledger: what is set aside, by day and order; else nil

	// What is known about the entries of the current dictionaries.
	customers    customerResolver
	groups       []resolvedKey // by period of the parents
	orders       orderResolver
	sides        []sideResolver
	status       memo
	noCurrency   memo
	keptCurrency memo

	// By row of the current batch.
	reason    []reason
	high, low []int64 // see resolvedKey
	place     []place

	waiting waiting
	pager   *pager // nil = partitions stay in memory

	rejects unitRejects
}

func newScatterer(r *rules, l recordLayout) *scatterer {
	s := &scatterer{rules: r, layout: l, counts: newCounts(), undated: map[*groupDays]int64{}}
	s.waiting.columns = make([]waitingColumn, l.columns)
	s.waiting.own = make([][]int64, l.columns)
	s.values = make([]textTable, l.nSides)
	s.sides = make([]sideResolver, l.nSides)
	for k := range s.part {
		s.part[k].from = &s.slabs
	}
	for k := range s.values {
		s.values[k].id(nil) // code 0 is ""
	}
	return s
}

// beginUnit starts a row group.
func (s *scatterer) beginUnit(unit int, queue *rejectQueue) {
	s.rejects = unitRejects{queue: queue, unit: unit}
	s.customers.forget()
	s.orders.forget()
	s.status.forget()
	s.noCurrency.forget()
	s.keptCurrency.forget()
	for k := range s.sides {
		s.sides[k].forget()
	}
}

// forget drops what is remembered about numbers in the partitions, which may be given away after any batch.
func (s *scatterer) forget() {
	s.customers.forget()
	s.orders.forget()
	clear(s.groups)
}

// add applies the row rules to a batch, counts it, and scatters the accepted rows.
func (s *scatterer) add(b *batch) error {
	s.judge(b)
	if err := s.tally(b); err != nil {
		return err
	}
	s.scatter(b)
	return s.pager.keepWithin(s)
}
