package generate

import (
	"cmp"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// orderRow is the schema of orders. Times are local (not adjusted to UTC), as ERPs write them.
type orderRow struct {
	OrderID   int64   `parquet:"order_id"`
	Date      *int64  `parquet:"order_date,optional,timestamp(microsecond:local)"`
	Customer  *string `parquet:"customer_id,optional"`
	Industry  string  `parquet:"industry"`
	Region    string  `parquet:"region"`
	Manager   string  `parquet:"account_manager"`
	Category  string  `parquet:"category"`
	Product   string  `parquet:"product_id"`
	Channel   string  `parquet:"channel"`
	Quantity  int32   `parquet:"quantity"`
	UnitPrice int64   `parquet:"unit_price,decimal(2:12)"`
	UnitCost  int64   `parquet:"unit_cost,decimal(2:12)"`
	Amount    *int64  `parquet:"amount,optional,decimal(2:14)"`
	Status    string  `parquet:"status"`
}

// Offsets of damaged dates, in days.
const (
	ancient     = -25569       // 1899-12-30 as days since 1970-01-01
	distantDays = 306 * 365.25 // added
	futureDays  = 36 * 365.25
)

// pages turns lines into row groups. It belongs to one worker.
type pages struct {
	*process
	keys
	encoder *encoder

	sorted  []sorting
	wide    []int64
	narrow  []int32
	number  []uint32
	present []uint8
}

// sorting is what rows are ordered by; at is where the line lies.
type sorting struct {
	key uint64
	seq uint32
	at  uint32
}

func newPages(p *process, codec format.CompressionCodec) *pages {
	out := &pages{process: p, keys: keys{ids: p.IDs, seed: p.Seed}}
	out.encoder = newEncoder(out.schema(schemaOf[orderRow]()), codec)
	return out
}

// key is what decides a line's place in the file.
func (p *process) key(l *line) uint64 {
	if p.Order == "shuffled" {
		return mix(mix(p.Seed+uint64(l.customer)*golden) + uint64(l.seq))
	}
	return uint64(l.at)<<32 | uint64(l.customer)
}

// sort orders lines by time and customer, or by a hash. No two lines are alike, so that the order in which they
// came leaves no trace.
func (p *pages) sort(lines []line) {
	p.sorted = slices.Grow(p.sorted[:0], len(lines))
	for i := range lines {
		p.sorted = append(p.sorted, sorting{p.key(&lines[i]), lines[i].seq, uint32(i)})
	}
	slices.SortFunc(p.sorted, func(a, b sorting) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.seq, b.seq), cmp.Compare(lines[a.at].customer, lines[b.at].customer))
	})
}

// asDrawn leaves lines in the order of customers.
func (p *pages) asDrawn(lines []line) {
	p.sorted = slices.Grow(p.sorted[:0], len(lines))
	for i := range lines {
		p.sorted = append(p.sorted, sorting{at: uint32(i)})
	}
}

// encode makes the row group of lines in the order of p.sorted.
func (p *pages) encode(lines []line, g *rowGroup) {
	n := len(p.sorted)
	if cap(p.wide) < n {
		p.wide, p.narrow = make([]int64, n*5/4), make([]int32, n*5/4)
		p.number, p.present = make([]uint32, n*5/4), make([]uint8, n*5/4)
	}
	e, wide, narrow, present, number := p.encoder, p.wide[:n], p.narrow[:n], p.present[:n], p.number[:n]
	e.begin(g, n)
	each := func(f func(i int, l *line)) {
		for i := range p.sorted {
			f(i, &lines[p.sorted[i].at])
		}
	}
	without := func(f fate) {
		each(func(i int, l *line) {
			present[i] = 1
			if l.fate == f {
				present[i] = 0
			}
		})
	}
	each(func(i int, l *line) { wide[i] = int64(l.customer)*ordersEach + int64(l.order) + 1 })
	e.int64s(wide, nil)
	without(nullDate)
	each(func(i int, l *line) { wide[i] = p.micros(l) })
	e.int64s(wide, present)
	without(noCustomer)
	each(func(i int, l *line) { number[i] = l.customer })
	p.dictionary(e, number, present, narrow)
	coded := func(place func(l *line) int32, entries int, entry func([]byte, int) []byte) {
		each(func(i int, l *line) { narrow[i] = place(l) })
		e.indices(narrow, entries, entry, nil)
	}
	coded(func(l *line) int32 { return int32(l.industry) }, len(p.industries), p.industryName)
	coded(func(l *line) int32 { return int32(l.region) }, len(p.Regions), words(p.Regions))
	coded(func(l *line) int32 { return int32(l.manager) }, p.seats.managers, appendManager)
	coded(func(l *line) int32 { return int32(l.product) % 4 }, len(categories), words(categories[:]))
	coded(func(l *line) int32 { return int32(l.product) }, products, func(b []byte, i int) []byte { return appendNumber(b, 'P', i+1, 4) })
	coded(func(l *line) int32 { return int32(l.channel) }, len(channels), words(channels[:]))
	each(func(i int, l *line) { narrow[i] = l.quantity })
	e.int32s(narrow, nil)
	each(func(i int, l *line) { wide[i] = int64(l.price) })
	e.int64s(wide, nil)
	each(func(i int, l *line) { wide[i] = (int64(l.price)*costShare[l.product%4] + 50) / 100 })
	e.int64s(wide, nil)
	without(nullAmount)
	each(func(i int, l *line) { wide[i] = l.amount() })
	e.int64s(wide, present)
	coded(func(l *line) int32 {
		if l.fate == cancel {
			return 1
		}
		return 0
	}, len(statuses), words(statuses[:]))
}

// ordersEach is how far the order ids of two customers lie apart.
const ordersEach = 1_000_000

func appendManager(dst []byte, i int) []byte { return appendNumber(dst, 'M', i+1, 4) }

// micros is the time as exported, in microseconds since 1970-01-01.
func (p *process) micros(l *line) int64 {
	s := int64(p.first)*86400 + int64(l.at)
	switch l.fate {
	case ancientDate:
		s = ancient * 86400
	case distantDate:
		s += distantDays * 86400
	case futureDate:
		s += futureDays * 86400
	}
	return s * 1_000_000
}
