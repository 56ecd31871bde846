package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
	"mainstay/ingest/table"
)

// RatesConfig says where dated exchange rates are, and which columns hold them; an empty column is
// found by its name. A table is long (date, currency, rate) or wide (date, and a column per currency).
type RatesConfig struct {
	Source   []string `yaml:"source" json:"-"`
	Date     string   `yaml:"date" json:"date"`
	Currency string   `yaml:"currency" json:"currency"` // "none" = a column per currency
	Rate     string   `yaml:"rate" json:"rate"`
	MaxAge   int      `yaml:"max_age_days" json:"max_age_days"` // oldest rate that is still one; default 31
}

func (c *RatesConfig) given() bool { return len(c.Source) > 0 }

// rateBook is dated rates by currency, as currencyName spells them.
type rateBook struct {
	of     map[string]*rateSeries
	maxAge int
}

// rateSeries is the rates of one currency, days ascending.
type rateSeries struct {
	day  []Day
	rate []money.Decimal
}

// at is the newest rate on or before a day; ok is false without one of at most maxAge days. published is
// its day, valid where any is on or before.
func (s *rateSeries) at(day Day, maxAge int) (rate money.Decimal, published Day, ok bool) {
	i, found := slices.BinarySearch(s.day, day)
	if !found {
		i--
	}
	if i < 0 {
		return money.Decimal{}, noDay, false
	}
	return s.rate[i], s.day[i], int(day-s.day[i]) <= maxAge
}

// noDay is before every day of the calendar.
const noDay = Day(-1 << 31)

// why says why there is no rate, for people.
func (b *rateBook) why(currency string, day Day) string {
	s := b.of[currency]
	if s == nil {
		return currency + ": no rates"
	}
	_, published, _ := s.at(day, b.maxAge)
	if published == noDay {
		return fmt.Sprintf("%s: no rate on or before %s", currency, day)
	}
	return fmt.Sprintf("%s on %s: the newest rate is of %s", currency, day, published)
}

// datedRate is a rate with where it stands.
type datedRate struct {
	currency string
	day      Day
	rate     money.Decimal
	text     string // of the rate
	row      int
	column   string
}

// Names of the columns of a table of rates, beside those of the transactions' roles.
var (
	rateDateNames     = append([]string{`date day ratedate effectivedate validfrom publicationdate timeperiod`}, findRole(RoleTime).tiers...)
	rateCurrencyNames = append(findRole(RoleCurrency).tiers, `tocurrency fromcurrency foreigncurrency quotecurrency iso isocode code`, `name series 名称`)
	rateValueNames    = []string{rateNames, `rate fx value obsvalue close mid`}
	rateLagNames      = []string{`lag lagdays publicationlag publicationlagdays 滞后天数 发布滞后天数`} // as of a table of series
)

// absentRate is how published tables write that there is no rate on a day.
var absentRate = []string{"n/a", "na", "nan", "-", ".", "null"}

// readRates reads the table of rates and notes where it came from.
func (p *Plan) readRates(ctx context.Context, st store.Store) error {
	c := &p.Config.Rates
	if !c.given() {
		return nil
	}
	if p.Currency == "" {
		return &MappingError{Role: RoleCurrency, Msg: "rates are given, but no column says the currency of a row: name it with --currency-column"}
	}
	t, err := table.Read(ctx, st, c.Source, 1)
	if err != nil {
		return err
	}
	rates, columns, err := ratesOf(t, c)
	if err != nil {
		return err
	}
	if p.rates, err = newRateBook(t, rates, c.MaxAge); err != nil {
		return err
	}
	objects := make([]store.Object, 0, len(t.Files))
	for _, f := range t.Files {
		found, err := st.List(ctx, f)
		if err != nil {
			return err
		}
		objects = append(objects, found...)
	}
	p.Beside = append(p.Beside, Beside{RoleRates, objects})
	p.Notes = append(p.Notes, t.Notes...)
	p.Roles = append(p.Roles, RoleChoice{Role: "rate", Source: fmt.Sprintf("%s (%s)", strings.Join(RelativeNames(objects), ", "), columns), How: howSet})
	return nil
}

// ratesOf lists the rates of a table and says which columns they are from.
func ratesOf(t *table.Table, c *RatesConfig) (rates []datedRate, columns string, err error) {
	date, err := rateColumn(t, c.Date, "date", rateDateNames)
	if err != nil {
		return nil, "", err
	}
	days, err := t.Days(date)
	if err != nil {
		return nil, "", err
	}
	if err := publish(t, days); err != nil {
		return nil, "", err
	}
	var currency, value *table.Column
	if c.Currency != noColumn {
		if currency, err = rateColumn(t, c.Currency, "currency", rateCurrencyNames); err != nil && c.Currency+c.Rate != "" {
			return nil, "", err
		}
	}
	if currency == nil {
		rates, columns, err = wideRates(t, date, days)
		return rates, columns, err
	}
	if value, err = rateColumn(t, c.Rate, "rate", rateValueNames); err != nil {
		return nil, "", err
	}
	for row := range currency.Len() {
		name := currency.At(row)
		r := datedRate{currency: currencyName(name), day: Day(days[row]), row: row, column: value.Name}
		if r.currency == "" {
			return nil, "", t.Fail(row, currency.Name, fmt.Errorf("no currency: fill it in, or remove the row"))
		}
		if err := r.read(t, value); err != nil {
			return nil, "", err
		}
		if r.rate.Coef > 0 {
			rates = append(rates, r)
		}
	}
	return rates, fmt.Sprintf("%s, %s, %s", date.Name, currency.Name, value.Name), nil
}

// publish moves days to those on which rates were published, where a column says how many days later that was.
func publish(t *table.Table, days []int32) error {
	lag, err := findColumn(t, rateLagNames)
	if err != nil || lag == nil {
		return err
	}
	const mostDays = 3660
	for row := range lag.Len() {
		text := lag.At(row)
		if text == "" || days[row] == table.NoDay {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > mostDays {
			return t.Fail(row, lag.Name, fmt.Errorf("the publication lag is %q; expected whole days from 0 to %d", clip(text), mostDays))
		}
		days[row] += int32(n)
	}
	return nil
}

// wideRates lists the rates of a table with a column per currency.
func wideRates(t *table.Table, date *table.Column, days []int32) (rates []datedRate, columns string, err error) {
	var names []string
	for i := range t.Columns {
		c := &t.Columns[i]
		name := currencyName(c.Name)
		if c == date || !isCurrencyCode(name) {
			continue
		}
		names = append(names, name)
		for row := range c.Len() {
			r := datedRate{currency: name, day: Day(days[row]), row: row, column: c.Name}
			if err := r.read(t, c); err != nil {
				return nil, "", err
			}
			if r.rate.Coef > 0 {
				rates = append(rates, r)
			}
		}
	}
	if len(names) == 0 {
		return nil, "", &MappingError{Role: RoleRates, Msg: fmt.Sprintf("%s: no column of currencies, and none that is named like one (USD, EUR): name the columns with --rates-date, --rates-currency and --rates-rate; the columns are %s",
			strings.Join(t.Files, ", "), strings.Join(t.Names(), ", "))}
	}
	const most = 4
	if len(names) > most {
		names = append(names[:most:most], "…")
	}
	return rates, date.Name + ", " + strings.Join(names, ", "), nil
}

// isCurrencyCode reports whether a name looks like an ISO 4217 code: three letters.
func isCurrencyCode(name string) bool {
	return len(name) == 3 && strings.IndexFunc(name, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

// read takes the rate of the row from a column; it stays 0 where there is none.
func (r *datedRate) read(t *table.Table, c *table.Column) error {
	text := strings.TrimSpace(c.At(r.row))
	if text == "" || slices.Contains(absentRate, strings.ToLower(text)) {
		return nil
	}
	if r.day == table.NoDay {
		return t.Fail(r.row, c.Name, fmt.Errorf("a rate without a date: fill in the date, or remove the row"))
	}
	rate, st := money.ParseDecimal([]byte(text))
	if st != money.OK || rate.Coef <= 0 {
		return t.Fail(r.row, c.Name, fmt.Errorf("the rate of %s is %q; expected a number above zero: correct it, or leave it empty where there is none", r.currency, clip(text)))
	}
	r.rate, r.text = rate, text
	return nil
}

// rateColumn finds a column of the table of rates.
func rateColumn(t *table.Table, set, what string, tiers []string) (*table.Column, error) {
	flag := "--rates-" + what
	if set != "" {
		c, err := t.Column(set)
		if err != nil {
			return nil, &MappingError{Role: RoleRates, Msg: fmt.Sprintf("%s: %v", flag, err)}
		}
		return c, nil
	}
	c, err := findColumn(t, tiers)
	if err == nil && c == nil {
		err = fmt.Errorf("no column has a usual name of the %s; the columns are %s", what, strings.Join(t.Names(), ", "))
	}
	if err != nil {
		return nil, &MappingError{Role: RoleRates, Msg: fmt.Sprintf("%s: %v: choose with %s", strings.Join(t.Files, ", "), err, flag)}
	}
	return c, nil
}

// newRateBook sorts rates by currency and day. Two rates of a day that differ are an error that names both.
func newRateBook(t *table.Table, rates []datedRate, maxAge int) (*rateBook, error) {
	slices.SortStableFunc(rates, func(a, b datedRate) int {
		return cmp.Or(cmp.Compare(a.currency, b.currency), cmp.Compare(a.day, b.day))
	})
	b := &rateBook{of: map[string]*rateSeries{}, maxAge: maxAge}
	for i, r := range rates {
		if i > 0 && rates[i-1].currency == r.currency && rates[i-1].day == r.day {
			if first := rates[i-1]; first.rate != r.rate {
				file, row := t.At(first.row)
				return nil, t.Fail(r.row, r.column, fmt.Errorf("two rates of %s on %s: %s here, %s in %s row %d; keep one", r.currency, r.day, r.text, first.text, file, row))
			}
			continue
		}
		s := b.of[r.currency]
		if s == nil {
			s = &rateSeries{}
			b.of[r.currency] = s
		}
		s.day, s.rate = append(s.day, r.day), append(s.rate, r.rate)
	}
	return b, nil
}
