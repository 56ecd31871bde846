// Package example writes the example export of a B2B company that does not exist: it sells
// machines, spare parts, consumables and service to some 380 buying accounts.
//
// Transactions are orders.parquet (one row per order line), and beside them lie accounts.parquet,
// contracts.csv, activities.csv, people.csv and series.csv. The same source gives the same bytes on
// amd64: every account draws from its own stream of one fixed seed.
//
// The process, so that a model can be held to the truth:
//
//	window      2023-11-01 to 2026-10-31, 36 months
//	accounts    22 key accounts written out in stories.go (some with a story), 358 others whose yearly
//	            revenue is lognormal (median 78,000, σ 1.05); three in ten of those arrive during the window
//	rhythm      gaps between orders are gamma with a mean and a shape of the account: scheduled
//	            buyers (shape 30), regular (5), irregular (1.6); seasons stretch or shorten gaps
//	value       order value = yearly revenue × mean gap ÷ 365 × trend × season × lognormal noise
//	            (σ 0.4); yearly log growth is N(0.02, 0.12), one account in fourteen halves every year from some day on
//	leaving     monthly hazard = 0.0135 × industry × size × tenure × 2.2 within half a year of a new
//	            account manager; six leavers in ten fade first (smaller and rarer orders for 120 days)
//	returning   one leaver in four comes back after 180 to 420 days
//	managers    14 names; three leave and hand everything over, and 4 % of accounts a year change hands
//	returns     2.5 % of lines, in part, 3 to 25 days later, as a credit note with negative quantity
//	season      per industry and month (season in market.go); public buyers spend their budgets in
//	            November and December
//	contracts   see contracts.go; they neither hold nor lose an account
//	activities  see activities.go; leavers complain more often before they go
//	series      see series.go; an index that drives nothing, so its true effect is zero
//	dirt        see dirt.go (orders: under 1 % of rows is bad, some more is out of scope) and the few
//	            lines that each of the CSV files adds on purpose
//
// truth.csv says what no export would know: when each account truly left, came back, and why.
package example

import "path/filepath"

const seed = 20261031

// Write writes the example into a folder that exists.
func Write(dir string) error {
	market := newMarket()
	book := newBook(market)
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := writeOrders(at("orders.parquet"), soil(book.orders(market))); err != nil {
		return err
	}
	if err := writeAccounts(at("accounts.parquet"), book); err != nil {
		return err
	}
	for name, table := range map[string]csvTable{
		"contracts.csv":  book.contracts(),
		"activities.csv": book.activities(),
		"people.csv":     book.people(),
		"series.csv":     series(),
		"truth.csv":      book.truth(),
	} {
		if err := table.write(at(name)); err != nil {
			return err
		}
	}
	return nil
}
