package generate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"mainstay/ingest/money"
	"mainstay/ingest/store"
)

// TruthSchema names the layout of truth.json.
const TruthSchema = "mainstay.generate-truth/1"

// Truth is truth.json: every parameter, and what was written, counted while writing.
type Truth struct {
	Schema     string     `json:"schema"`
	Parameters Parameters `json:"parameters"`
	Industries []industry `json:"industries"`
	RateScale  float64    `json:"rate_scale"`  // α, in days
	SpendScale float64    `json:"spend_scale"` // γ, in currency units
	Days       int        `json:"days"`        // of the window
	Customers  int        `json:"customers"`   // with at least one chance to buy; some have no order
	Prospects  int        `json:"prospects"`
	Managers   int        `json:"managers"`
	StayedOn   int64      `json:"stayed_on"` // customers that had not left by the last day
	Orders     int64      `json:"orders"`
	Rows       int64      `json:"rows"`
	Money      string     `json:"money"`   // of all rows with an amount
	Returns    Amount     `json:"returns"` // contained in used
	Lines      []Fate     `json:"lines"`   // add up to Rows and Money
}

// Amount is a number of rows and their money.
type Amount struct {
	Rows  int64  `json:"rows"`
	Money string `json:"money"`
}

// Fate is a kind of line, and what a reader should do with it: use it, set it aside as out of scope, or as bad.
type Fate struct {
	Kind   string `json:"kind"`
	Expect string `json:"expect"`
	Amount
}

var expected = [fates]string{"used", "out of scope", "bad", "bad", "bad", "out of scope", "bad", "out of scope", "used"}

func (x *export) truth() *Truth {
	t := &Truth{
		Schema: TruthSchema, Parameters: x.Parameters, Industries: x.industries, RateScale: x.alpha, SpendScale: x.gamma / 100,
		Days: int(x.days), Customers: x.Customers, Prospects: x.accounts - x.Customers, Managers: x.seats.managers,
		StayedOn: x.tally.StayedOn, Orders: x.tally.Orders, Returns: x.tally.Returns.amount(),
	}
	var all Sum
	for f, s := range x.tally.Fates {
		all.merge(s)
		t.Lines = append(t.Lines, Fate{fateNames[f], expected[f], s.amount()})
	}
	t.Rows, t.Money = all.Rows, all.amount().Money
	return t
}

func (s Sum) amount() Amount { return Amount{s.Rows, money.Format(s.Cents, 2)} }

func (t *Truth) write(path string) error {
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return store.WriteSynced(path, append(b, '\n'))
}

// lagDays is when a value of the series is known, after the first of its month.
const lagDays = 45

// writeSeries writes the index that drives purchase rates: one value a month.
func (c *calendar) writeSeries(path string) error {
	var b bytes.Buffer
	b.WriteString("date,value,lag_days\n")
	first := time.Unix(int64(c.first)*86400, 0).UTC()
	for i, v := range c.index {
		month := time.Date(first.Year(), first.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
		fmt.Fprintf(&b, "%s,%.1f,%d\n", month.Format(time.DateOnly), v, lagDays)
	}
	return store.WriteSynced(path, b.Bytes())
}
