package example

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"
)

// line is one row of the export before it is soiled. Money is in cents.
type line struct {
	orderID  string
	at       time.Time
	posted   int64 // minutes; the order in which the branch exported it
	account  *account
	region   string
	manager  string
	product  *product
	channel  string
	quantity int32
	price    int64
	cost     int64
	discount int64 // basis points
	status   string
	credit   bool
}

// amount is quantity × price × (1 − discount), rounded to cents, half away from zero.
func (l *line) amount() int64 {
	x := int64(l.quantity) * l.price * (10_000 - l.discount)
	if x < 0 {
		return -((-x + 5_000) / 10_000)
	}
	return (x + 5_000) / 10_000
}

const (
	returnRate  = 0.025
	noiseValue  = 0.4
	inflation   = 0.03 // a year, in order values as in prices
	openDays    = 12   // orders younger than this may still be open
	cancelRate  = 0.01
	sampleRate  = 0.003 // free samples and warranty: zero price
	counterRate = 0.25  // chance per branch and working day of a sale over the counter, to nobody known
)

// orders are all lines of all accounts and of the counter, numbered in the order of time.
func (b *book) orders(m *market) []*line {
	var lines []*line
	for _, a := range b.accounts {
		for _, l := range a.lives {
			lines = append(lines, a.buy(m, l)...)
		}
	}
	lines = append(lines, counter(m)...)
	sort.SliceStable(lines, func(i, j int) bool { return lines[i].at.Before(lines[j].at) })
	renumber(lines)
	return lines
}

// buy is what an account orders, and returns, during one life.
func (a *account) buy(m *market, l life) []*line {
	var out []*line
	d := float64(l.from) + a.gap*a.r.uniform()
	if l.from > windowStart {
		d = float64(l.from) // a new or returning account starts with an order
	}
	for day(d) <= l.to {
		on := day(d)
		if a.monthEnd {
			on = lastOfMonth(on)
			d = float64(on)
		}
		fade, stretch := a.fade(on), 1.0
		if a.stretch != 1 && on >= a.stretchOn {
			stretch = a.stretch
		}
		season := a.industry.season[on.time().Month()-1]
		out = append(out, a.order(m, on, fade*math.Sqrt(season)*ramp(on-a.since))...)
		gap := a.gap * a.r.gamma(a.shape)
		if a.shape == 30 { // a schedule: season changes how much, not when
			season = 1
		}
		if a.monthEnd {
			gap, fade, stretch, season = 1, 1, 1, 1 // into the next month
		}
		d += math.Max(1, gap*stretch/math.Sqrt(fade*season))
	}
	return out
}

func lastOfMonth(d day) day {
	y, m, _ := d.time().Date()
	return day(time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ramp lets new accounts start small.
func ramp(age day) float64 { return math.Min(1, 0.4+0.6*float64(age)/180) }

// level is the account's trend on day d, 1 in the middle of the window.
func (a *account) level(d day) float64 {
	middle := (windowStart + windowEnd) / 2
	x := a.growth * float64(d-middle) / 365
	if a.declineOn > 0 && d > a.declineOn {
		x += a.decline * float64(d-a.declineOn) / 365
	}
	return math.Exp(x) * math.Pow(1+inflation, float64(d-middle)/365)
}

// workday moves a weekend to Monday, or to Friday at the end of the window.
func workday(d day) day {
	after := map[time.Weekday]day{time.Saturday: 2, time.Sunday: 1}[d.time().Weekday()]
	if d+after > windowEnd {
		return d + after - 3
	}
	return d + after
}

func (a *account) order(m *market, on day, factor float64) []*line {
	value := a.yearly * 100 * a.gap / 365 * a.level(on) * factor * a.r.lognormal(noiseValue)
	channel := []string{"direct", "dealer", "online"}[a.r.pick([]float64{1 - a.dealer - a.online, a.dealer, a.online})]
	if channel != "online" {
		on = workday(on)
	}
	at := on.time().Add(time.Duration(7*60+a.r.intn(11*60)) * time.Minute)
	status := "completed"
	switch {
	case a.r.chance(cancelRate):
		status = "cancelled"
	case windowEnd-on < openDays && a.r.chance(0.5):
		status = "open"
	}
	var lines []*line
	n := 1 + a.r.intn(4+int(math.Min(4, value/1_500_000))) // one to four lines, up to eight for large orders
	for range n {
		l := a.line(m, at, value*a.r.between(0.6, 1.4)/float64(n))
		same := func(o *line) bool { return o.product == l.product && o.price == l.price }
		if i := slices.IndexFunc(lines, same); i >= 0 {
			lines[i].quantity += l.quantity
			continue
		}
		l.channel, l.status = channel, status
		l.posted = at.Unix()/60 + int64(a.r.intn(2)*a.r.intn(3*1440))
		lines = append(lines, l)
	}
	for _, l := range lines {
		if c := a.credit(l, on); c != nil {
			lines = append(lines, c)
		}
	}
	return lines
}

// line spends about value cents on one product of the basket; what is too dear for that is replaced by
// the dearest that is not.
func (a *account) line(m *market, at time.Time, value float64) *line {
	year := at.Year()
	p := &m.products[a.basket[int(float64(len(a.basket))*a.r.uniform()*a.r.uniform())]]
	if float64(p.listPrice(year)) > 1.5*value {
		for _, i := range a.basket {
			if q := &m.products[i]; float64(q.price) <= value && (float64(p.price) > value || q.price > p.price) {
				p = q
			}
		}
	}
	l := &line{at: at, account: a, region: a.region, product: p, price: p.listPrice(year), cost: p.unitCost(year)}
	l.manager = a.manager(day(at.Unix() / 86400))
	if p.category != 3 { // service is never discounted
		l.discount = a.discount
	}
	l.quantity = int32(math.Max(1, math.Round(value/float64(l.price))))
	if l.quantity > 20 { // packs
		l.quantity = (l.quantity + 2) / 5 * 5
	}
	if a.r.chance(sampleRate) {
		l.quantity, l.price = 1, 0
	}
	return l
}

// credit is the return of some of a line, or nil.
func (a *account) credit(l *line, on day) *line {
	rate := returnRate
	if a.returns > 0 && on >= a.returnsOn {
		rate = a.returns
	}
	if !a.r.chance(rate) || l.status != "completed" || l.price == 0 || l.product.category == 3 {
		return nil
	}
	c := *l
	c.credit = true
	c.at = l.at.AddDate(0, 0, 3+a.r.intn(23))
	if c.at.After((windowEnd + 1).time()) {
		return nil
	}
	c.posted = c.at.Unix() / 60
	c.quantity = -int32(math.Ceil(float64(l.quantity) * a.r.between(0.1, 1)))
	c.manager = a.manager(day(c.at.Unix() / 86400))
	return &c
}

// counter are sales over the counter: paid at once, customer unknown.
func counter(m *market) []*line {
	var out []*line
	r := newRandom(4)
	for d := windowStart; d <= windowEnd; d++ {
		for _, region := range regions[:4] {
			if d.time().Weekday() == time.Sunday || !r.chance(counterRate/4) {
				continue
			}
			c := 1 + r.intn(2)
			p := &m.products[m.byCategory[c][r.intn(len(m.byCategory[c]))]]
			at := d.time().Add(time.Duration(8*60+r.intn(8*60)) * time.Minute)
			out = append(out, &line{at: at, posted: at.Unix() / 60, region: region, product: p, channel: "direct", status: "completed",
				quantity: int32(1 + r.intn(6)), price: p.listPrice(at.Year()), cost: p.unitCost(at.Year())})
		}
	}
	return out
}

// renumber gives orders and credit notes their ids in the order of time; the lines of an order are
// those of one account at one minute.
func renumber(lines []*line) {
	type key struct {
		a      *account
		at     int64
		credit bool
		region string
	}
	ids := map[key]string{}
	orders, credits := 41_000, 7_000
	for _, l := range lines {
		k := key{l.account, l.at.Unix(), l.credit, l.region}
		if ids[k] == "" && l.credit {
			credits++
			ids[k] = fmt.Sprintf("CN-%06d", credits)
		} else if ids[k] == "" {
			orders++
			ids[k] = fmt.Sprintf("SO-%06d", orders)
		}
		l.orderID = ids[k]
	}
}
