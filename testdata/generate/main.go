// Command generate writes the example export of a B2B company that does not exist: it sells
// machines, spare parts, consumables and service to some 380 buying accounts.
//
//	go run ./testdata/generate [-out testdata] [-truth accounts_truth.csv]
//
// It writes orders.parquet (one row per order line) and accounts.parquet. The same source gives the
// same bytes on amd64: every account draws from its own stream of one fixed seed.
//
// The process, so that a model can be held to the truth:
//
//	window      2023-11-01 to 2026-10-31, 36 months
//	accounts    22 key accounts written out in keys.go (some with a story), 358 others whose yearly
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
//	dirt        see dirt.go: under 1 % of rows is bad, some more is out of scope
//
// -truth writes what no export would know: when each account truly left, came back, and why.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

const seed = 20261031

func main() {
	out := flag.String("out", "testdata", "folder for orders.parquet and accounts.parquet")
	truth := flag.String("truth", "", "also write the truth per account to this CSV file")
	flag.Parse()
	if err := run(*out, *truth); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(out, truth string) error {
	market := newMarket()
	book := newBook(market)
	rows := soil(book.orders(market))
	if err := writeOrders(filepath.Join(out, "orders.parquet"), rows); err != nil {
		return err
	}
	if err := writeAccounts(filepath.Join(out, "accounts.parquet"), book); err != nil {
		return err
	}
	if truth == "" {
		return nil
	}
	return writeTruth(truth, book)
}
