package ingest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mainstay/ingest/column"
)

// maxCurrencies is how many different values a currency column may have: ISO 4217
// lists fewer than 200.
const maxCurrencies = 1000

// currencyCount is the use of each currency, as currencyName spells it. Null, blank
// and rows without a day are not counted.
type currencyCount map[string]currencyUse

// currencyUse is the rows of a currency and the day of the first: with it, what was
// in use as of a day can be told without knowing that day while reading.
type currencyUse struct {
	rows  int64
	first Day
}

func (u currencyUse) merge(o currencyUse) currencyUse {
	if u.rows == 0 {
		return o
	}
	return currencyUse{u.rows + o.rows, min(u.first, o.first)}
}

// visit counts a batch, each entry of the dictionary once unless there are more of them
// than rows: every batch of a row group comes with the same dictionary.
func (c currencyCount) visit(v *column.Vector, day []Day, bad []bool) error {
	add := func(entry uint32, u currencyUse) {
		if name := currencyName(string(v.Dict.Value(entry))); name != "" {
			c[name] = c[name].merge(u)
		}
	}
	var uses []currencyUse
	if v.Dict.Len() <= v.N {
		uses = make([]currencyUse, v.Dict.Len())
	}
	for i := range v.N {
		if v.IsNull(i) || bad[i] {
			continue
		}
		u, e := currencyUse{1, day[i]}, v.Code[i]
		if uses == nil {
			add(e, u)
		} else {
			uses[e] = uses[e].merge(u)
		}
	}
	for e, u := range uses {
		if u.rows > 0 {
			add(uint32(e), u)
		}
	}
	if len(c) > maxCurrencies {
		return &MappingError{Role: RoleCurrency, Msg: fmt.Sprintf("the currency column has more than %d different values; choose another with --currency-column, or --currency-column none", maxCurrencies)}
	}
	return nil
}

func (c currencyCount) merge(o currencyCount) {
	for name, u := range o {
		c[name] = c[name].merge(u)
	}
}

// upTo leaves out the currencies that only later rows have: a Ledger does not depend
// on them.
func (c currencyCount) upTo(asOf Day) {
	maps.DeleteFunc(c, func(_ string, u currencyUse) bool { return u.first > asOf })
}

// sorted lists the currencies, the most frequent first.
func (c currencyCount) sorted() []string {
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(c[b].rows, c[a].rows), cmp.Compare(a, b)) })
	return names
}

// String lists currencies with their rows.
func (c currencyCount) String() string {
	const most = 12
	var parts []string
	for i, name := range c.sorted() {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(c)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%s %s", clip(name), plural(c[name].rows, "row")))
	}
	return strings.Join(parts, ", ")
}

// settleCurrency makes sure that amounts are of one currency: there is only one, or
// one is kept, or rates are given. It notes what is left out.
func settleCurrency(p *Plan, c *catalog, count currencyCount) error {
	cfg := &p.Config
	if p.Currency == "" {
		if cfg.Currency != "" {
			p.Notes = append(p.Notes, fmt.Sprintf("no currency column: all amounts are taken to be %s", cfg.Currency))
		}
		return nil
	}
	names := count.sorted()
	p.Currencies = names
	if cfg.Currency != "" {
		kept := count[currencyName(cfg.Currency)].rows
		if kept == 0 && !cfg.converts() {
			return &MappingError{Role: RoleCurrency, Msg: fmt.Sprintf("--currency %s: no row has it up to the as-of date; column %q has %s", cfg.Currency, p.Currency, count)}
		}
		if !cfg.converts() && len(names) > 1 {
			p.Notes = append(p.Notes, fmt.Sprintf("only %s is kept (%s), other currencies are out of scope: %s", currencyName(cfg.Currency), plural(kept, "row"), count))
		}
		if p.rates != nil {
			p.noteUnrated(count)
		}
		return nil
	}
	if len(names) < 2 { // not written into the configuration: there it would drop others, some other night
		return nil
	}
	rate := "COLUMN"
	for _, col := range c.columns {
		if listed(col.name, rateNames) {
			rate = shellQuote(col.name)
		}
	}
	main := shellQuote(names[0])
	return &MappingError{Role: RoleCurrency, Msg: fmt.Sprintf("amounts of %d currencies are not added up (column %q: %s); "+
		"keep one with --currency %s, or convert to it with --currency %s --rate-column %s and --rate-direction local-per-base (amounts are divided by the rate) or base-per-local (multiplied); a table of dated rates is given with --rates FILE in the column's place",
		len(names), p.Currency, count, main, main, rate)}
}

// noteUnrated says which currencies in use have no rates at all.
func (p *Plan) noteUnrated(count currencyCount) {
	for _, name := range p.Currencies {
		if name != currencyName(p.Config.Currency) && p.rates.of[name] == nil {
			p.Notes = append(p.Notes, fmt.Sprintf("no rates of %s: %s cannot be converted and are bad (no_rate)", clip(name), plural(count[name].rows, "row")))
		}
	}
}
