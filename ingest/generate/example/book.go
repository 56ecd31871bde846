package example

import (
	"fmt"
	"math"
	"time"
)

// day is days since 1970-01-01.
type day int

func date(s string) day {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return day(t.Unix() / 86400)
}

func (d day) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

var windowStart, windowEnd = date("2023-11-01"), date("2026-10-31")

const (
	others        = 358 // accounts besides the stories
	prospects     = 30
	medianYearly  = 78_000
	sigmaYearly   = 1.05
	shareArriving = 0.3
)

// account is a customer with everything that is true of it.
type account struct {
	key, name, parent string
	industry          *industry
	region            string
	since             day
	yearly            float64 // revenue a year in the middle of the window
	gap, shape        float64
	growth            float64
	declineOn         day
	decline           float64
	discount          int64 // basis points
	online, dealer    float64
	basket            []int // products it buys, most bought first
	managers          []tenure
	lives             []life
	stretchOn         day
	stretch           float64
	returnsOn         day
	returns           float64
	story             bool
	monthEnd          bool
	prospect          bool
	r                 *random
}

// tenure is an account manager from a day on.
type tenure struct {
	from    day
	manager string
}

// life is a stretch of days in which the account buys: [from, to]. fading says that it fades before to.
type life struct {
	from, to day
	fading   bool
}

type book struct {
	accounts []*account
	staff    *staff
}

func newBook(m *market) *book {
	b := &book{staff: newStaff()}
	names := &namer{newRandom(2), map[string]bool{}}
	for i := range stories {
		b.accounts = append(b.accounts, m.fromStory(&stories[i], newRandom(uint64(1000+i))))
	}
	for i := range others + prospects {
		r := newRandom(uint64(2000 + i))
		a := m.ordinary(r)
		if a.prospect = i >= others; a.prospect {
			a.since = 0
		}
		if a.name = names.next(a.industry, a.region); i < len(specialNames) {
			a.name = specialNames[i]
		}
		b.accounts = append(b.accounts, a)
	}
	number(b.accounts)
	group(b.accounts)
	for i, a := range b.accounts {
		if a.prospect {
			continue
		}
		a.fillBasket(m)
		b.staff.assign(a, newRandom(uint64(5000+i)))
		a.live(newRandom(uint64(7000 + i)))
	}
	return b
}

func (m *market) industryNamed(name string) *industry {
	for i := range m.industries {
		if m.industries[i].name == name {
			return &m.industries[i]
		}
	}
	panic("no industry " + name)
}

func (m *market) fromStory(s *story, r *random) *account {
	a := &account{
		name: s.name, industry: m.industryNamed(s.industry), region: s.region, story: true, r: r,
		since: date(fmt.Sprintf("%d-03-01", s.since)) + day(r.intn(250)), yearly: s.yearly, gap: s.gap, shape: s.shape,
		growth: s.growth, discount: s.discount, dealer: 0.05, returns: s.returns, stretch: 1,
		monthEnd: s.monthEnd,
	}
	if a.monthEnd {
		a.online, a.dealer = 1, 0
	}
	a.lives = []life{{windowStart, windowEnd, false}}
	if s.silentFrom != "" {
		a.lives[0].to = date(s.silentFrom)
	}
	if s.backOn != "" {
		a.lives = append(a.lives, life{date(s.backOn), windowEnd, false})
	}
	if s.declineOn != "" {
		a.declineOn, a.decline = date(s.declineOn), s.decline
	}
	if s.newManager != "" {
		a.managers = []tenure{{date(s.newManager), ""}} // staff.assign names the successor
		a.stretchOn, a.stretch = date(s.newManager), s.stretch
	}
	if s.returns > 0 {
		a.returnsOn = date("2025-11-01")
	}
	return a
}

func (m *market) ordinary(r *random) *account {
	weights := make([]float64, len(m.industries))
	for i := range weights {
		weights[i] = m.industries[i].weight
	}
	a := &account{industry: &m.industries[r.pick(weights)], region: regions[r.pick(regionWeight)], r: r, stretch: 1}
	// The very top is left to the stories.
	a.yearly = math.Min(medianYearly*math.Exp(sigmaYearly*r.normal()), 620_000)
	// Bigger accounts order more often: 38 days at the median, give or take.
	a.gap = 38 * math.Pow(a.yearly/medianYearly, -0.22) * math.Exp(0.25*r.normal())
	a.gap = math.Max(12, math.Min(a.gap, 80))
	a.shape = []float64{30, 5, 1.6}[r.pick([]float64{25, 50, 25})]
	if a.shape == 30 {
		a.gap = math.Max(14, math.Round(a.gap/7)*7) // schedules are in weeks
	}
	a.growth = 0.02 + 0.12*r.normal()
	if r.chance(1.0 / 14) {
		a.declineOn = windowStart + day(r.between(200, 950))
		a.decline = -0.7
	}
	a.since = windowStart - day(r.between(60, 20*365)*r.uniform())
	if r.chance(shareArriving) {
		a.since = windowStart + day(r.between(10, float64(windowEnd-windowStart)-20))
	}
	switch {
	case a.yearly > 250_000:
		a.discount = int64(400 + 100*r.intn(7))
	case a.yearly > 80_000:
		a.discount = int64(100 * r.intn(7))
	case r.chance(0.4):
		a.discount = 200
	}
	a.online, a.dealer = 0.05, 0.05
	switch r.pick([]float64{55, 25, 20}) {
	case 1:
		a.dealer = 0.9
	case 2:
		a.online = 0.85
	}
	return a
}

// number gives out keys in the order of arrival, as an ERP would, with gaps for deleted ones.
func number(accounts []*account) {
	order := make([]*account, 0, len(accounts))
	for _, a := range accounts {
		at := len(order)
		for at > 0 && !a.prospect && (order[at-1].prospect || order[at-1].since > a.since) {
			at--
		}
		order = append(order[:at], append([]*account{a}, order[at:]...)...)
	}
	r := newRandom(3)
	n := 1
	for _, a := range order {
		a.key = fmt.Sprintf("C%04d", n)
		n += 1 + r.intn(2)*r.intn(2)
	}
}

// group makes six buying groups: the head is the largest member, and the others name it as parent.
func group(accounts []*account) {
	for g, want := range []struct {
		industry string
		members  int
	}{{"Healthcare", 5}, {"Logistics", 4}, {"Retail", 4}, {"Manufacturing", 4}, {"Food & beverage", 3}, {"Construction", 3}} {
		var head *account
		members := 0
		for i, a := range accounts {
			if a.industry.name != want.industry || a.parent != "" || a.prospect {
				continue
			}
			if head == nil {
				head = a
				continue
			}
			if !a.story && (i+g)%3 == 0 && members < want.members-1 {
				a.parent = head.key
				members++
			}
		}
	}
}

// fillBasket chooses what the account usually buys.
func (a *account) fillBasket(m *market) {
	n := 6 + a.r.intn(7)
	if a.story {
		n = 18
	}
	for len(a.basket) < n {
		list := m.byCategory[a.r.pick(a.industry.mix[:])]
		a.basket = append(a.basket, list[a.r.intn(len(list))])
	}
}
