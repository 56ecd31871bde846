package generate

import (
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

	byKey, spare []sorting
	sorted       []line
	wide         []int64
	narrow       []int32
	number       []uint32
	present      []uint8
}

// sorting is a line's place in the file, and where it lies.
type sorting struct {
	key uint64
	at  uint32
}

func newPages(p *process, codec format.CompressionCodec) *pages {
	out := &pages{process: p, keys: keys{ids: p.IDs, seed: p.Seed}}
	out.encoder = newEncoder(out.schema(schemaOf[orderRow]()), codec)
	return out
}

// key is what decides a line's place in the file: time and customer, or a hash that no two lines share, as mix maps
// different numbers to different ones.
func (p *process) key(l *line) uint64 {
	if p.Order == "shuffled" {
		return mix(uint64(l.customer)<<32 + uint64(l.seq) + mix(p.Seed))
	}
	return uint64(l.at)<<32 | uint64(l.customer)
}

// sort returns the lines in the order of their keys. Lines of a customer at one time stay in their order, and no
// others share a key, so that the order in which blocks of customers came leaves no trace. The result is good
// until the next call.
func (p *pages) sort(lines []line) []line {
	p.byKey, p.spare = slices.Grow(p.byKey[:0], len(lines)), slices.Grow(p.spare[:0], len(lines))[:len(lines)]
	for i := range lines {
		p.byKey = append(p.byKey, sorting{p.key(&lines[i]), uint32(i)})
	}
	p.byKey, p.spare = radix(p.byKey, p.spare)
	p.sorted = slices.Grow(p.sorted[:0], len(lines))
	for _, s := range p.byKey {
		p.sorted = append(p.sorted, lines[s.at])
	}
	return p.sorted
}

// radix sorts a by its keys, stably, least digits first; digits that are all alike are skipped. b is scratch of the
// same length.
func radix(a, b []sorting) (sorted, scratch []sorting) {
	const digit = 11
	for shift := 0; shift < 64; shift += digit {
		var start [1<<digit + 1]uint32
		for i := range a {
			start[a[i].key>>shift&(1<<digit-1)+1]++
		}
		if len(a) == 0 || start[a[0].key>>shift&(1<<digit-1)+1] == uint32(len(a)) {
			continue
		}
		for d := range 1 << digit {
			start[d+1] += start[d]
		}
		for i := range a {
			at := &start[a[i].key>>shift&(1<<digit-1)]
			b[*at] = a[i]
			*at++
		}
		a, b = b, a
	}
	return a, b
}

// encode makes the row group of lines.
func (p *pages) encode(lines []line, g *rowGroup) {
	n := len(lines)
	if cap(p.wide) < n {
		p.wide, p.narrow = make([]int64, n*5/4), make([]int32, n*5/4)
		p.number, p.present = make([]uint32, n*5/4), make([]uint8, n*5/4)
	}
	e, wide, narrow, present, number := p.encoder, p.wide[:n], p.narrow[:n], p.present[:n], p.number[:n]
	e.begin(g, n)
	each := func(f func(i int, l *line)) {
		for i := range lines {
			f(i, &lines[i])
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
const ordersEach = 10_000_000

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
