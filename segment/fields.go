package segment

import (
	"math"
	"slices"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// Field is a name that conditions may use besides attributes.
type Field struct {
	Name, Type, Words string // Type: "number", "text", "yes/no"
}

// column is a field or attribute of a Book, read by member; exactly one of the three is set. Unknown
// numbers are NaN: every comparison with them is false, except "is not equal".
type column struct {
	number func(m int) float64
	text   func(m int) string
	flag   func(m int) bool
}

// kind is the type in the words of Field.
func (c column) kind() string {
	switch {
	case c.number != nil:
		return "number"
	case c.text != nil:
		return "text"
	}
	return yesNo
}

// yesNo is the type of a flag.
const yesNo = "yes/no"

// field is a Field with the way to its values in a Book.
type field struct {
	name, words string
	bind        func(b *Book) (column, error)
}

// fields is the one table of what conditions may use. Money and units are plain numbers; windows end on
// the as-of date. (A function, because key accounts may be defined by conditions.)
func fields() []field {
	nan := math.NaN()
	return append([]field{
		{"customer_id", "key of the customer", textField(func(b *Book, m int) string { return string(b.Key(m)) })},
		{"recency_days", "days since the last purchase day", numberField(nan, func(b *Book, i int) float64 {
			return b.sincePurchase(i, b.Profiles.Last)
		})},
		{"tenure_days", "days since the first purchase day", numberField(nan, func(b *Book, i int) float64 {
			return b.sincePurchase(i, b.Profiles.First)
		})},
		{"frequency", "purchase days, all history", numberField(0, func(b *Book, i int) float64 { return float64(b.Profiles.Frequency[i]) })},
		{"frequency_12m", "purchase days of the trailing 12 months", numberField(0, func(b *Book, i int) float64 { return float64(b.Profiles.Frequency12[i]) })},
		{"monetary", "net revenue, all history", numberField(0, func(b *Book, i int) float64 { return b.money(b.Profiles.Net(i)) })},
		{"revenue_12m", "net revenue of the trailing 12 months", numberField(0, func(b *Book, i int) float64 { return b.money(b.Profiles.Net12.At(i)) })},
		{"revenue_prior_12m", "net revenue of the 12 months before", numberField(0, func(b *Book, i int) float64 { return b.money(b.Profiles.NetPrior12.At(i)) })},
		{"margin_12m", "margin of the trailing 12 months; needs cost", mappedField("cost", func(h ingest.Has) bool { return h.Cost },
			func(b *Book, i int) float64 { return b.money(b.Profiles.Value12(i, Margin)) })},
		{"value_12m_realised", "value of the trailing 12 months: margin or revenue, by the value basis", numberField(0, func(b *Book, i int) float64 { return b.money(b.Profiles.Value12(i, b.Basis)) })},
		{"units_12m", "units of the trailing 12 months; needs units", mappedField("units", func(h ingest.Has) bool { return h.Units },
			func(b *Book, i int) float64 { return b.units(b.Profiles.Units12.At(i)) })},
		{"orders", "orders, all history; needs an order column", mappedField("order", func(h ingest.Has) bool { return h.Orders },
			func(b *Book, i int) float64 { return float64(b.Profiles.Orders.At(i)) })},
		{"gap_mean", "mean days between purchase days", numberField(nan, func(b *Book, i int) float64 { return b.Profiles.GapMean(i) })},
		{"gap_median", "median days between purchase days", numberField(nan, func(b *Book, i int) float64 { return b.Profiles.GapMedian(i) })},
		{"returns_share", "returns as a share of sales, all history", numberField(nan, func(b *Book, i int) float64 {
			sales := b.Profiles.Sales.At(i)
			if sales == 0 {
				return nan
			}
			return -float64(b.Profiles.Returns.At(i)) / float64(sales)
		})},
		{"at_risk", "bought within one churn horizon, or under contract", flagField(func(b *Book, m int) bool {
			return b.isCustomer(m) && b.atRisk(m)
		})},
		{"prospect", "an account that has not bought yet", flagField(func(b *Book, m int) bool { return !b.isCustomer(m) })},
		{"key_account", "selected by the key-account rule", func(b *Book) (column, error) {
			selected, _, err := b.KeyAccounts()
			return column{flag: func(m int) bool { return selected[m] }}, err
		}},
		{"rfm", "named group of recency, frequency and monetary", func(b *Book) (column, error) {
			s := b.RFM()
			return column{text: b.orEmpty(s.Name)}, nil
		}},
		{"rfm_r", "recency score, 1 (worst) up", scoreField(func(s *RFM) []int8 { return s.R })},
		{"rfm_f", "frequency score", scoreField(func(s *RFM) []int8 { return s.F })},
		{"rfm_m", "monetary score", scoreField(func(s *RFM) []int8 { return s.M })},
		{"abc", "class by trailing-12-month net revenue: A, B, C", func(b *Book) (column, error) {
			class := b.ABC()
			return column{text: b.orEmpty(func(i int) string { return abcNames[class[i]] })}, nil
		}},
		{"rung", "rung of the volume ladder; needs units", func(b *Book) (column, error) {
			g, err := b.groupLadder()
			if err != nil {
				return column{}, err
			}
			return column{text: b.orEmpty(func(i int) string { return g.Names[g.Of[i]] })}, nil
		}},
	}, tableFields()...)
}

// Fields lists what conditions may use besides attributes, for the manual and for errors.
func Fields() []Field {
	all := fields()
	out := make([]Field, len(all))
	empty := &Book{Profiles: &Profiles{}, Ledger: &ingest.Ledger{Has: ingest.Has{Orders: true, Units: true, Cost: true, Discount: true}}, Config: DefaultConfig(), Basis: Revenue,
		Inputs: table.Inputs{Contracts: &table.Contracts{}, Activities: &table.Activities{}, People: &table.People{}}}
	for i, f := range all {
		c, err := f.bind(empty)
		if err != nil {
			panic("segment: field " + f.name + " cannot describe itself: " + err.Error())
		}
		out[i] = Field{Name: f.name, Type: c.kind(), Words: f.words}
	}
	return out
}

// numberField is a number of the customers, and what it is for prospects.
func numberField(prospect float64, f func(b *Book, i int) float64) func(*Book) (column, error) {
	return func(b *Book) (column, error) {
		return column{number: func(m int) float64 {
			if b.isCustomer(m) {
				return f(b, m)
			}
			return prospect
		}}, nil
	}
}

// sincePurchase is the days since a purchase day of customer i, NaN without one.
func (b *Book) sincePurchase(i int, day []ingest.Day) float64 {
	if b.Profiles.Frequency[i] == 0 {
		return math.NaN()
	}
	return float64(b.Clock.AsOf - day[i])
}

// mappedField is a number that exists only when a role is mapped, 0 for prospects.
func mappedField(role string, has func(ingest.Has) bool, f func(b *Book, i int) float64) func(*Book) (column, error) {
	return func(b *Book) (column, error) {
		if !has(b.Ledger.Has) {
			return column{}, &ingest.ConfigError{Msg: "no " + role + " is mapped: name the column with --" + role}
		}
		return numberField(0, f)(b)
	}
}

func textField(f func(b *Book, m int) string) func(*Book) (column, error) {
	return func(b *Book) (column, error) {
		return column{text: func(m int) string { return f(b, m) }}, nil
	}
}

func flagField(f func(b *Book, m int) bool) func(*Book) (column, error) {
	return func(b *Book) (column, error) {
		return column{flag: func(m int) bool { return f(b, m) }}, nil
	}
}

func scoreField(of func(*RFM) []int8) func(*Book) (column, error) {
	return func(b *Book) (column, error) {
		scores := of(b.RFM())
		return column{number: func(m int) float64 {
			if m >= len(scores) {
				return math.NaN()
			}
			return float64(scores[m])
		}}, nil
	}
}

// orEmpty is f for customers and "" for prospects.
func (b *Book) orEmpty(f func(i int) string) func(m int) string {
	return func(m int) string {
		if !b.isCustomer(m) {
			return ""
		}
		return f(m)
	}
}

// isField reports whether a name is one of the fields.
func isField(name string) bool {
	want := identifier(name)
	return slices.ContainsFunc(fields(), func(f field) bool { return f.name == want })
}

// columnOf finds a field, else an attribute, else the bands of the configuration, by name.
func (b *Book) columnOf(name string) (column, error) {
	want := identifier(name)
	table := fields()
	for _, f := range table {
		if f.name == want {
			return f.bind(b)
		}
	}
	a := b.attribute(name)
	if k := slices.IndexFunc(b.Config.Bands, func(r BandRule) bool { return identifier(r.Name) == want }); k >= 0 && a == nil {
		g, err := b.groupBands(b.Config.Bands[k])
		if err != nil {
			return column{}, err
		}
		return column{text: g.name}, nil
	}
	if a == nil {
		known := make([]string, 0, len(table))
		for _, f := range table {
			known = append(known, f.name)
		}
		return column{}, unknownName("field or attribute", name, append(known, b.attributeNames()...))
	}
	if a.Numeric {
		return column{number: a.number}, nil
	}
	return column{text: a.at}, nil
}
