package generate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parameters decide every byte of an export. Rates are per year of 365.25 days unless said otherwise, shares are
// of 1. docs/generate.md has the formulas.
type Parameters struct {
	Customers   int      `json:"customers"` // buying customers
	Rows        int      `json:"rows"`      // about so many order lines
	Seed        uint64   `json:"seed"`
	From        string   `json:"from"`                 // first day
	To          string   `json:"to"`                   // last day
	Industries  []string `json:"industries,omitempty"` // nil = the seven of the market
	Regions     []string `json:"regions"`
	Prospects   float64  `json:"prospects"`   // accounts that never bought, per customer
	Dirt        float64  `json:"dirt"`        // share of lines that are damaged or entered twice
	Returns     float64  `json:"returns"`     // share of lines that come back
	Cancelled   float64  `json:"cancelled"`   // share of orders
	Arrivals    float64  `json:"arrivals"`    // share of customers whose first order is in the window
	Order       string   `json:"order"`       // of rows: time, customer, shuffled
	IDs         string   `json:"ids"`         // customer keys: int, text, uuid
	Files       int      `json:"files"`       // of orders
	Compression string   `json:"compression"` // snappy, zstd, none

	RateShape   float64 `json:"rate_shape"`   // r: purchase rates are Gamma(r, α); α follows from Rows
	HazardShape float64 `json:"hazard_shape"` // s: hazards of leaving are Gamma(s, β)
	HazardScale float64 `json:"hazard_scale"` // β, in days
	Regular     float64 `json:"regular"`      // share that buys at regular gaps (Erlang 4)
	Season      float64 `json:"season"`       // strength, 0 to below 1
	Growth      float64 `json:"growth"`       // log growth of purchase rates a year
	IndexEffect float64 `json:"index_effect"` // elasticity of purchase rates to the index in series.csv

	ManagerChanges  float64 `json:"manager_changes"`  // changes a year of who holds a seat
	ManagerEffect   float64 `json:"manager_effect"`   // factor on the hazard for managerDays after
	Contracts       float64 `json:"contracts"`        // share with contracts
	ContractEffect  float64 `json:"contract_effect"`  // factor on the hazard while one is in force
	Complaints      float64 `json:"complaints"`       // a year
	ComplaintEffect float64 `json:"complaint_effect"` // factor on the hazard for complaintDays after

	OrderValue    float64 `json:"order_value"`    // mean over customers of their mean order
	SpendShape    float64 `json:"spend_shape"`    // p: an order is Gamma(p, ν) …
	CustomerShape float64 `json:"customer_shape"` // q: … with ν ~ Gamma(q, γ); γ follows from OrderValue
	Lines         float64 `json:"lines"`          // per order, geometric
}

// Choices of the settings that name something.
var (
	Orders       = []string{"time", "customer", "shuffled"}
	IDs          = []string{"int", "text", "uuid"}
	Compressions = []string{"snappy", "zstd", "none"}
)

// Default is a mid-sized book over three years.
func Default() Parameters {
	return Parameters{
		Customers: 10_000, Rows: 200_000, Seed: 1, From: "2023-11-01", To: "2026-10-31",
		Regions:   []string{"North", "South", "East", "West", "Export"},
		Prospects: 0.05, Dirt: 0.005, Returns: 0.02, Cancelled: 0.01, Arrivals: 0.3,
		Order: "time", IDs: "text", Files: 1, Compression: "snappy",
		RateShape: 0.6, HazardShape: 1.5, HazardScale: 2500, Regular: 0.3, Season: 0.3, Growth: 0.02, IndexEffect: 0.5,
		ManagerChanges: 0.2, ManagerEffect: 2.2, Contracts: 0.1, ContractEffect: 0.3, Complaints: 0.1, ComplaintEffect: 2,
		OrderValue: 800, SpendShape: 4, CustomerShape: 2.5, Lines: 2,
	}
}

// Bounds. Keys, order ids and manager numbers must fit what holds them.
const (
	mostCustomers = 1 << 31
	mostPerBuyer  = 20_000 // lines of a customer, in the mean
	mostFiles     = 10_000
	mostNames     = 250
)

// ConfigError says what is wrong with the parameters, by their flags, or with the folder to write to.
type ConfigError struct{ msg string }

func (e *ConfigError) Error() string { return e.msg }

func refuse(format string, args ...any) error { return &ConfigError{fmt.Sprintf(format, args...)} }

// Check finds what is wrong with the parameters, and says what is expected. The error is a *ConfigError.
func (p *Parameters) Check() error {
	from, err := time.Parse(time.DateOnly, p.From)
	if err != nil {
		return refuse("--from is %q; expected a date such as 2023-11-01", p.From)
	}
	to, err := time.Parse(time.DateOnly, p.To)
	if err != nil {
		return refuse("--to is %q; expected a date such as 2026-10-31", p.To)
	}
	if days := to.Sub(from).Hours() / 24; days < 30 || days > 366*40 || from.Year() < 1900 || to.Year() > 2100 {
		return refuse("--from %s to %s; expected 30 days to 40 years between 1900 and 2100", p.From, p.To)
	}
	for _, c := range []struct {
		name          string
		value, lo, hi float64
	}{
		{"customers", float64(p.Customers), 1, mostCustomers},
		{"rows", float64(p.Rows), 1, float64(p.Customers) * mostPerBuyer},
		{"prospects", p.Prospects, 0, 10}, {"dirt", p.Dirt, 0, 0.5}, {"returns", p.Returns, 0, 0.9}, {"cancelled", p.Cancelled, 0, 0.9},
		{"arrivals", p.Arrivals, 0, 1}, {"files", float64(p.Files), 1, min(mostFiles, float64(p.Customers))},
		{"rate-shape", p.RateShape, 0.1, 1000}, {"hazard-shape", p.HazardShape, 0.05, 1000}, {"hazard-scale", p.HazardScale, 1, 1e9},
		{"regular", p.Regular, 0, 1}, {"season", p.Season, 0, 0.95}, {"growth", p.Growth, -3, 3}, {"index-effect", p.IndexEffect, -10, 10},
		{"manager-changes", p.ManagerChanges, 0, 4}, {"manager-effect", p.ManagerEffect, 0, 100},
		{"contracts", p.Contracts, 0, 1}, {"contract-effect", p.ContractEffect, 0, 100},
		{"complaints", p.Complaints, 0, 12}, {"complaint-effect", p.ComplaintEffect, 0, 100},
		{"order-value", p.OrderValue, 0.1, 1e6}, {"spend-shape", p.SpendShape, 0.2, 1000}, {"customer-shape", p.CustomerShape, 2.05, 1000},
		{"lines", p.Lines, 1, 50},
	} {
		if !(c.value >= c.lo && c.value <= c.hi) || math.IsInf(c.value, 0) {
			return refuse("--%s is %s; expected %s to %s", c.name, plain(c.value), plain(c.lo), plain(c.hi))
		}
	}
	for _, c := range []struct {
		name, value string
		of          []string
	}{{"order", p.Order, Orders}, {"ids", p.IDs, IDs}, {"compression", p.Compression, Compressions}} {
		if !slices.Contains(c.of, c.value) {
			return refuse("--%s is %q; expected %s", c.name, c.value, strings.Join(c.of, ", "))
		}
	}
	if n := len(p.Industries); n > mostNames || slices.Contains(p.Industries, "") {
		return refuse("--industries are %q; expected 1 to %d names", p.Industries, mostNames)
	}
	if n := len(p.Regions); n < 1 || n > mostNames || slices.Contains(p.Regions, "") {
		return refuse("--regions are %q; expected 1 to %d names", p.Regions, mostNames)
	}
	return nil
}

// plain spells a number without an exponent.
func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
