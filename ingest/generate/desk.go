package generate

import "math"

// What the tables beside the orders hold of one customer, contract, event or person. Dates are days since
// 1970-01-01; absent stands for null.
type (
	accountLine struct {
		number, parent            uint32 // parent 0 = none: the first customer heads no group
		industry, region, manager int32
		since                     int32
		demand                    int64
	}
	contractLine struct {
		number     uint32
		id         int64
		start, end int32
		value      int64
	}
	activityLine struct {
		number        uint32
		date          int32
		kind, manager int32
		value         int64
	}
	personLine struct {
		number   uint32
		manager  int32 // -1 = the customer's own buyer
		from, to int32
	}
	truthLine struct {
		number                         uint32
		arrived, left                  int32
		shape, orders, lines           int32
		contracts, complaints, changes int32
		rate, hazard, value            float64
	}
)

const absent = math.MinInt32

const (
	visitDays   = 90   // mean days between visits to who has a contract
	noticeDays  = 60   // of every contract
	quoteBefore = 45   // days between quote and contract
	groupOf     = 8    // customers whose numbers differ only in the last three bits may form a buying group,
	shareGroups = 0.05 // and so many of them belong to one
)

// Kinds of activities, as places in activityKinds.
const (
	visit = iota
	quote
	complaint
)

// desk gathers the tables of a block of customers.
type desk struct {
	*process
	accounts   []accountLine
	contracts  []contractLine
	activities []activityLine
	people     []personLine
	truth      []truthLine
}

func (d *desk) reset() {
	d.accounts, d.contracts, d.activities = d.accounts[:0], d.contracts[:0], d.activities[:0]
	d.people, d.truth = d.people[:0], d.truth[:0]
}

// day is day t of the window as a date.
func (c *calendar) day(t float64) int32 { return int32(c.first) + int32(math.Floor(t)) }

// add takes in what is true of a customer whose orders have been drawn.
func (d *desk) add(c *customer) {
	r := newStream(d.Seed, ofDesk, uint64(c.number))
	yearly := c.rate * yearDays * d.SpendShape / c.nu // cents, while it stays
	d.account(c, d.day(c.arrived), yearly/r.between(0.3, 1))
	for _, k := range c.contracts {
		id := (int64(c.number)+1)*100 + int64(k.from+contractDays)/contractDays
		d.contracts = append(d.contracts, contractLine{c.number, id, d.day(k.from), d.day(k.to) - 1, int64(yearly)})
		if k.from >= quoteBefore {
			d.event(c, k.from-quoteBefore, quote, int64(yearly))
		}
	}
	if until := math.Min(c.left, d.days); len(c.contracts) > 0 {
		for t := c.start() + visitDays*r.exponential(); t < until; t += visitDays * r.exponential() {
			d.event(c, t, visit, absent)
		}
	}
	for _, t := range c.complaints {
		d.event(c, t, complaint, absent)
	}
	t := truthLine{number: c.number, arrived: absent, left: absent, shape: int32(c.shape), orders: int32(c.orders), lines: int32(c.lines),
		contracts: int32(len(c.contracts)), complaints: int32(len(c.complaints)), changes: d.lookedAfter(c),
		rate: c.rate, hazard: c.hazard, value: d.SpendShape / c.nu / 100}
	if c.arrived >= 0 {
		t.arrived = d.day(c.arrived)
	}
	if !math.IsInf(c.left, 1) {
		t.left = d.day(c.left)
	}
	d.truth = append(d.truth, t)
}

// prospect adds an account that never bought; most are visited in the last year.
func (d *desk) prospect(number uint32) {
	r := newStream(d.Seed, ofDesk, uint64(number))
	c := customer{number: number, industry: r.below(len(d.industries)), region: r.below(len(d.Regions))}
	c.seat = c.region*d.seats.perRegion + r.below(d.seats.perRegion)
	d.account(&c, absent, 20*100*d.OrderValue*r.exponential())
	for t := d.days - math.Min(d.days, yearDays)*r.uniform(); t < d.days && r.chance(0.7); t += visitDays * r.exponential() {
		d.event(&c, t, visit, absent)
	}
}

func (d *desk) account(c *customer, since int32, demand float64) {
	parent := uint32(0)
	if head := c.number &^ (groupOf - 1); head != c.number {
		if r := newStream(d.Seed, ofGroups, uint64(c.number)); r.chance(shareGroups) {
			parent = head
		}
	}
	d.accounts = append(d.accounts, accountLine{c.number, parent, int32(c.industry), int32(c.region), int32(d.seats.at(c.seat, d.days)), since, int64(demand)})
}

func (d *desk) event(c *customer, t float64, kind int32, value int64) {
	d.activities = append(d.activities, activityLine{c.number, d.day(t), kind, int32(d.seats.at(c.seat, t)), value})
}

// lookedAfter adds who looked after a customer and who buys for it, and returns how often the former changed.
func (d *desk) lookedAfter(c *customer) (changes int32) {
	held := d.seats.holders[c.seat]
	for i, h := range held {
		to := int32(absent)
		if i+1 < len(held) {
			if held[i+1].from <= c.arrived {
				continue
			}
			to = d.day(held[i+1].from) - 1
			changes++
		}
		d.people = append(d.people, personLine{c.number, int32(h.manager), d.day(math.Max(h.from, c.arrived)), to})
	}
	d.people = append(d.people, personLine{c.number, -1, d.day(c.arrived), absent})
	return changes
}
