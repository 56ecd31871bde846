package segment

import (
	"cmp"

	"mainstay/ingest"
	"mainstay/ingest/money"
	"mainstay/ingest/table"
	"mainstay/internal/num"
)

// Book is what is known about the customers as of a day before any model: profiles, accounts, basis.
// Its members are the customers (profiles, in Ledger order) followed by the prospects (accounts without
// a row on or before the as-of date, in key order); slices "by member" are in that order. A Book is
// read by any goroutine: it computes scores, key accounts, clusters and what the
// side tables say when they are first asked for.
type Book struct {
	Ledger    *ingest.Ledger
	Inputs    table.Inputs    // the tables beside the transactions
	Accounts  *table.Accounts // of Inputs; nil without accounts
	Config    Config
	Clock     Clock
	Threads   int
	Profiles  *Profiles
	Prospects []int32 // rows of Accounts, ascending
	Basis     string  // Margin or Revenue
	BasisWhy  string

	account []int32 // by profile: row of Accounts, −1 without one; nil without accounts
	held    *holdings
	rfm     lazily[*RFM]
	abc     lazily[[]int8]
	keys    lazily[keyAccounts]
	kmeans  lazily[*Clustering]
	mixture lazily[*Clustering]
	latest  lazily[[]codes]
	root    *Book // the book that this one is an earlier day of; nil for one on its own
}

// OpenBook is the book as of the Ledger's day, by its own clock, in one scan. in may be nil. It checks the configuration (a
// setting that makes no sense, or a margin without costs, is an *ingest.ConfigError) and the range of the Ledger's
// integers (an *ingest.QualityError, see rangeCheck), so that nothing computed from a Book can overflow.
func OpenBook(l *ingest.Ledger, in *table.Inputs, cfg Config, threads int) (*Book, error) {
	return newBook(l, in, Clock{AsOf: l.AsOf}, newGapCounts(l, l.AsOf), cfg, threads)
}

// newBook measures the clock where it is given room to count gaps in; else it is as given.
func newBook(l *ingest.Ledger, in *table.Inputs, clock Clock, gaps *gapCounts, cfg Config, threads int) (*Book, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if in == nil {
		in = &table.Inputs{}
	}
	p := newProfiler(l, ingest.Shards, clock.AsOf)
	p.gaps = gaps
	var r rangeCheck
	l.ScanParts(ingest.Shards, threads, func(k, first int, s *ingest.Shard) {
		r.part(k, s)
		p.part(k, first, s)
	})
	if err := r.err(l); err != nil {
		return nil, err
	}
	if gaps != nil {
		clock = clockOf(l, clock.AsOf, cfg, gaps)
	}
	b := &Book{Ledger: l, Inputs: *in, Accounts: in.Accounts, Config: cfg, Clock: clock, Threads: threads}
	b.held = newHoldings(l, in.Contracts, threads)
	b.Profiles = p.finish(clock.Horizon)
	if err := b.complete(); err != nil {
		return nil, err
	}
	return b, cmp.Or(b.checkModelAttributes(), b.checkModelActivities())
}

// complete adds what lies beside the Ledger.
func (b *Book) complete() error {
	b.held.mark(b.Profiles, b.Clock.AsOf)
	b.matchAccounts()
	var err error
	b.Basis, b.BasisWhy, err = Basis(b.Ledger, b.Profiles, b.Config)
	if err == nil {
		err = b.Ledger.Err()
	}
	return err
}

// Before is the same book as of an earlier day, with the same horizon, basis and clusters, in one scan. Errors
// are those of OpenBook.
func (b *Book) Before(asOf ingest.Day) (*Book, error) {
	then := &Book{Ledger: b.Ledger, Inputs: b.Inputs, Accounts: b.Accounts, Config: b.Config, Clock: b.Clock, Threads: b.Threads, held: b.held, root: cmp.Or(b.root, b)}
	then.Clock.AsOf = asOf
	then.Config.ValueBasis = b.Basis
	then.Profiles = ProfilesOn(b.Ledger, asOf, b.Clock.Horizon, b.Threads)
	return then, then.complete()
}

// matchAccounts finds what the accounts say of each customer as of the book's day.
func (b *Book) matchAccounts() {
	if b.Accounts == nil {
		return
	}
	b.account = make([]int32, b.Profiles.Len())
	if later := b.root; later != nil && !b.Accounts.Dated() { // what is known today was always known
		for i, j := range b.Profiles.among(later.Profiles) {
			if j >= 0 {
				b.account[j] = later.account[i]
			}
		}
	} else {
		num.Blocks(ingest.Shards, 1, b.Threads, func(k, _, _ int) {
			lo, hi := b.Profiles.OfShard(k)
			find := b.Accounts.Finder() // keys ascend in a shard
			for i := lo; i < hi; i++ {
				b.account[i] = int32(find.Row(b.Ledger.Key(k, b.Profiles.Row(k, i)), int32(b.Clock.AsOf)))
			}
		})
	}
	customer := make([]bool, len(b.Accounts.Keys))
	for _, row := range b.account {
		if row >= 0 {
			customer[row] = true
		}
	}
	for _, row := range b.Accounts.Rows(int32(b.Clock.AsOf)) {
		if !customer[row] && !b.dissolved(row) {
			b.Prospects = append(b.Prospects, int32(row))
		}
	}
}

// dissolved reports whether a row of the accounts is a buying group that has no members any more.
func (b *Book) dissolved(row int) bool {
	return b.Accounts.Members != nil && len(b.Accounts.Members[row]) == 0
}

// Members is the number of customers and prospects.
func (b *Book) Members() int { return b.Profiles.Len() + len(b.Prospects) }

// Profile is the profile of a member, nil for a prospect.
func (b *Book) Profile(m int) *Profile {
	if m < b.Profiles.Len() {
		p := b.Profiles.At(m)
		return &p
	}
	return nil
}

// isCustomer reports whether a member has a profile.
func (b *Book) isCustomer(m int) bool { return m < b.Profiles.Len() }

// atRisk reports whether customer i is at risk on the book's day.
func (b *Book) atRisk(i int) bool { return b.Profiles.AtRisk(i, b.Clock.AsOf, b.Clock.Horizon) }

// Key is the key of a member; the bytes belong to the Ledger or the accounts.
func (b *Book) Key(m int) []byte {
	if b.isCustomer(m) {
		return b.Ledger.Key(b.Profiles.Place(m))
	}
	return b.Accounts.Keys[b.Prospects[m-b.Profiles.Len()]]
}

// accountRow is the row of Accounts of a member, −1 without one.
func (b *Book) accountRow(m int) int {
	switch {
	case !b.isCustomer(m):
		return int(b.Prospects[m-b.Profiles.Len()])
	case b.account == nil:
		return -1
	}
	return int(b.account[m])
}

// accountsOf is how many accounts a member stands for: those of its buying group; 0 where customers are the unit.
func (b *Book) accountsOf(m int) int {
	if b.Accounts == nil || b.Accounts.Members == nil {
		return 0
	}
	if row := b.accountRow(m); row >= 0 {
		return len(b.Accounts.Members[row])
	}
	return 1
}

// RFM are the scores of the profiles.
func (b *Book) RFM() *RFM {
	rfm, _ := b.rfm.get(func() (*RFM, error) {
		s := ScoreRFM(b.Profiles, b.Config.RFMGroups, b.Threads)
		return &s, nil
	})
	return rfm
}

// ABC are the classes of the profiles by trailing-12-month net revenue: 0 = A, 1 = B, 2 = C.
func (b *Book) ABC() []int8 {
	class, _ := b.abc.get(func() ([]int8, error) {
		values := make([]int64, b.Profiles.Len())
		for i := range values {
			values[i] = b.Profiles.Net12.At(i)
		}
		floors, class := abcFloorsOf(values), make([]int8, len(values))
		for i := range class {
			class[i] = floors.class(b.Profiles.Net12.At(i))
		}
		return class, nil
	})
	return class
}

// money and units turn the Ledger's integers into money units (of Scale) and units (of UnitsScale).
func (b *Book) money(x int64) float64 { return money.Float64(x, b.Ledger.Scale) }
func (b *Book) units(x int64) float64 { return money.Float64(x, b.Ledger.UnitsScale) }
