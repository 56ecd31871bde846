package reports

import (
	"math"

	"mainstay/ingest"
	"mainstay/segment"
)

// concentrationRow is one figure of the concentration file.
type concentrationRow struct {
	measure   string
	share     float64
	customers int64 // −1 = does not apply
	value     float64
	amount    int64
	hasAmount bool
}

// Concentration is Gini, HHI, the top-share table and what they leave out: customers below zero, and
// revenue without a customer.
func Concentration(res *segment.Result, tally *ingest.Tally) *Table {
	c := &res.Concentration
	rows := []concentrationRow{
		{measure: "gini", share: math.NaN(), customers: -1, value: c.Gini},
		{measure: "hhi", share: math.NaN(), customers: -1, value: c.HHI},
	}
	for _, t := range c.Top {
		rows = append(rows, concentrationRow{measure: "top_share", share: t.Share, customers: int64(t.N), value: t.Revenue})
	}
	rows = append(rows, concentrationRow{measure: "negative", share: math.NaN(), customers: int64(c.NegativeCustomers), value: math.NaN(), amount: c.Negative, hasAmount: true})
	rows = append(rows, withoutCustomer(tally))

	b := newColumns("concentration", len(rows))
	b.key("measure", "gini, hhi, top_share, negative over max(0, net revenue) of the trailing 12 months; no_customer over all history", func(i int) string { return rows[i].measure })
	b.float("share", "top_share: the best share of the customers", func(i int) float64 { return rows[i].share })
	b.integerOr("customers", "top_share: how many they are; negative: customers below zero", func(i int) (int64, bool) { return rows[i].customers, rows[i].customers >= 0 })
	b.float("value", "gini and hhi: 0 (even) to 1 (one customer); top_share: their share of the revenue", func(i int) float64 { return rows[i].value })
	b.decimalOr("amount", "negative: net revenue of the customers below zero, which the other rows leave out; no_customer: revenue of the rows set aside for want of a customer, null beyond 18 digits", res.Scale, func(i int) (int64, bool) { return rows[i].amount, rows[i].hasAmount })
	return &b.t
}

// withoutCustomer is the revenue of the rows set aside because they name no customer.
func withoutCustomer(tally *ingest.Tally) concentrationRow {
	row := concentrationRow{measure: ingest.ReasonNoCustomer, share: math.NaN(), customers: -1, value: math.NaN(), hasAmount: true}
	for _, r := range tally.Reasons {
		if r.Reason == ingest.ReasonNoCustomer {
			row.amount, row.hasAmount = r.Money.Int64()
			row.hasAmount = row.hasAmount && row.amount <= maxCoefficient && row.amount >= -maxCoefficient
		}
	}
	return row
}
