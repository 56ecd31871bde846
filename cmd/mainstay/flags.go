package main

import (
	"errors"
	"runtime"
	"strconv"

	"github.com/spf13/pflag"
)

// addInputFlags binds the flags of everything that turns an export into a Ledger. Help shows flags in the
// order in which they are added.
func (c *config) addInputFlags(f *pflag.FlagSet) {
	i := &c.Ingest
	m := &i.Columns
	for _, role := range []struct {
		target     *string
		flag, text string
	}{
		{&m.Customer, "customer", "`COLUMN` of the customer key"},
		{&m.Time, "time", "`COLUMN` of the date or time"},
		{&m.Amount, "amount", "`COLUMN` of the amount, or an expression such as 'Quantity*UnitPrice'"},
		{&m.Order, "order", "`COLUMN` of the order id"},
		{&m.Units, "units", "`COLUMN` or expression of the units sold"},
		{&m.Price, "price", "`COLUMN` of the unit price"},
		{&m.Cost, "cost", "`COLUMN` or expression of the cost of the line"},
		{&m.Discount, "discount", "`COLUMN` or expression of the discount"},
		{&m.Currency, "currency-column", "`COLUMN` of the currency code"},
		{&m.Status, "status", "`COLUMN` of the order's status"},
		{&m.Category, "category", "`COLUMN` of the product category"},
		{&m.Product, "product", "`COLUMN` of the product"},
		{&m.Channel, "channel", "`COLUMN` of the channel or outlet"},
		{&m.Region, "region", "`COLUMN` of the region or country"},
		{&m.Manager, "manager", "`COLUMN` of the account manager"},
		{&m.LineType, "line-type", "`COLUMN` of the line type"},
		{&m.Name, "name", "`COLUMN` of the customer's name"},
		{&m.Industry, "industry", "`COLUMN` of the customer's industry"},
	} {
		f.StringVar(role.target, role.flag, *role.target, role.text)
	}
	f.StringSliceVar(&m.Attributes, "attribute", nil, "further `COLUMNS` to segment by")
	f.StringVar(&i.Unit, "unit", i.Unit, "what is analysed: customer, or parent (buying groups, from the accounts table)")
	f.StringVar(&i.TimeFormat, "time-format", i.TimeFormat, "auto, yyyymmdd, epoch-days, epoch-s, epoch-ms, epoch-us, epoch-ns, iso, or a layout such as %d/%m/%Y")
	f.StringVar(&i.Zone, "zone", i.Zone, "time `ZONE` in which a day begins, for example Asia/Shanghai")
	f.StringVar(&i.AsOf, "as-of", i.AsOf, "compute everything as of this `DATE` (default: the newest complete day)")
	f.StringVar(&i.From, "from", i.From, "look only at rows from this `DATE` on")
	f.StringVar(&i.To, "to", i.To, "look only at rows up to this `DATE`")
	f.StringArrayVar(&i.Partitions, "partition", nil, "read only files of these folders: `KEY=VALUES`, such as year=2025, region=North,South or month=1..6 (repeatable)")
	f.IntVar(&i.MoneyPlaces, "money-places", i.MoneyPlaces, "decimal places kept of floating and text amounts")
	f.StringVar(&i.ZeroDays, "zero-days", i.ZeroDays, "days with only zero amounts: ignore, or count as purchase days")
	f.StringSliceVar(&i.ExcludeStatus, "exclude-status", i.ExcludeStatus, "statuses whose rows are out of scope (any case)")
	f.StringSliceVar(&i.ExcludeCustomers, "exclude-customer", nil, "customer `KEYS` or globs that are out of scope, such as 'INTERNAL-*'")
	f.StringSliceVar(&i.Exclude, "exclude", nil, "lists (`FILES`) of customers that are out of scope: one key per line, or a table with a reason")
	f.StringVar(&i.Currency, "currency", i.Currency, "keep only this currency; with rates, the currency to convert to")
	f.StringVar(&i.RateColumn, "rate-column", i.RateColumn, "`COLUMN` of the exchange rate of each row")
	f.StringSliceVar(&i.Rates.Source, "rates", nil, "dated exchange rates (`FILES`): date, currency, rate, or date and a column per currency")
	f.StringVar(&i.Rates.Date, "rates-date", "", "rates `COLUMN` of the date")
	f.StringVar(&i.Rates.Currency, "rates-currency", "", "rates `COLUMN` of the currency (none = a column per currency)")
	f.StringVar(&i.Rates.Rate, "rates-rate", "", "rates `COLUMN` of the rate")
	f.StringVar(&i.RateDirection, "rate-direction", i.RateDirection, "local-per-base (divide) or base-per-local (multiply)")
	f.Float64Var(&i.MaxBadRate, "max-bad-rate", i.MaxBadRate, "largest share of bad rows that is accepted")
	c.Tables.addFlags(f)
}

// addBookFlags binds the flags of everything that describes customers.
func (c *config) addBookFlags(f *pflag.FlagSet) {
	s := &c.Segment
	f.IntVar(&s.ChurnHorizon, "churn-horizon", s.ChurnHorizon, "`DAYS` without a purchase after which a customer has left (0 = 3 × the median gap)")
	f.StringVar(&s.ValueBasis, "value-basis", s.ValueBasis, "what value means: auto, margin or revenue")
}

// addModelFlags binds the flags of everything that turns a Ledger into scores.
func (c *config) addModelFlags(f *pflag.FlagSet) {
	s := &c.Segment
	c.addBookFlags(f)
	f.StringVar(&s.Period, "period", s.Period, "step of the chains: auto, week, month, quarter, year")
	f.Float64Var(&s.DiscountRate, "discount-rate", s.DiscountRate, "annual effective discount rate of residual value")
	f.StringSliceVar(&s.Segments, "segments", nil, "segmentations to write (default: all that the data allows)")
}

// addLimits binds what the work may take. Results do not depend on it, so it is no part of a run's identity.
func (c *config) addLimits(f *pflag.FlagSet, threads *int) {
	addThreads(f, threads)
	f.StringVar(&c.Memory, "memory", c.Memory, "`SIZE` of the memory to keep within, such as 2GiB or 50%; beyond it work goes to temporary files (auto = 65% of the machine's or the container's)")
	f.StringVar(&c.TempDir, "temp", c.TempDir, "`FOLDER` for temporary files (default: the system's)")
}

// What commands that answer questions share. The level of the intervals is 0.95 unless it is asked for.
func addLevel(f *pflag.FlagSet, level *float64) {
	f.Float64Var(level, "level", 0.95, "confidence `LEVEL` of the intervals")
}

func addJSON(f *pflag.FlagSet, json *bool) {
	f.BoolVar(json, "json", false, "print JSON instead of tables")
}

func addOutFile(f *pflag.FlagSet, out *string, what string) {
	f.StringVarP(out, "out", "o", "", "write "+what+" to `FILE` (.csv, .parquet, .arrow, .json)")
}

func addOutTables(f *pflag.FlagSet, out *string, what string) {
	f.StringVarP(out, "out", "o", "", "write "+what+" to `FILE` (.csv, .parquet, .arrow, .json), or every table to a folder")
}

// addThreads binds --threads. Results do not depend on it, so it is not configuration.
func addThreads(f *pflag.FlagSet, threads *int) {
	*threads = runtime.GOMAXPROCS(0)
	f.Var((*threadsFlag)(threads), "threads", "worker threads; results do not depend on it")
}

// threadsFlag is a number of threads, of which one is the least.
type threadsFlag int

func (n *threadsFlag) Set(s string) error {
	v, err := strconv.Atoi(s)
	if err != nil || v < 1 {
		return errors.New("expected a whole number, 1 or more")
	}
	*n = threadsFlag(v)
	return nil
}

func (n *threadsFlag) String() string { return strconv.Itoa(int(*n)) }
func (n *threadsFlag) Type() string   { return "int" }
