package segment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// BandRule cuts a number of every customer (a field of conditions, or an attribute) into bands, either at
// Bounds b₁ < … < b_k,
//
//	under b₁;  b₁ to <b₂;  …;  ≥b_k        closed below, open above
//
// or at Quantiles: band 1 + ⌊k × share of the known values that are strictly smaller⌋, so that equal values
// always share a band, and bands of ties are unequal or empty.
type BandRule struct {
	Name      string    `yaml:"name" json:"name"`
	Of        string    `yaml:"of" json:"of"`
	Bounds    []float64 `yaml:"bounds" json:"bounds"`
	Quantiles int       `yaml:"quantiles" json:"quantiles"`
	Labels    []string  `yaml:"labels" json:"labels"` // instead of the names that the bounds give, lowest first
}

// mostBands is as many as a page shows; more is a histogram.
const mostBands = 50

// count is the number of bands.
func (r *BandRule) count() int {
	if r.Quantiles > 0 {
		return r.Quantiles
	}
	return len(r.Bounds) + 1
}

// check says what is wrong with a rule, "" if nothing.
func (r *BandRule) check() string {
	ascending := func(b []float64) bool {
		for i, v := range b {
			if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && v <= b[i-1] {
				return false
			}
		}
		return true
	}
	switch {
	case r.Of == "":
		return "nothing to cut: name a number such as revenue_12m"
	case (len(r.Bounds) > 0) == (r.Quantiles != 0):
		return "expected either bounds, such as 0,1000,10000, or a number of quantiles, such as q4"
	case r.Quantiles < 0 || r.Quantiles == 1 || r.count() > mostBands:
		return fmt.Sprintf("%d bands: expected 2 to %d", max(r.count(), r.Quantiles), mostBands)
	case !ascending(r.Bounds):
		return "bounds must ascend, each once: 0,1000,10000"
	case len(r.Labels) > 0 && len(r.Labels) != r.count():
		return fmt.Sprintf("%d labels for %d bands", len(r.Labels), r.count())
	}
	return ""
}

// names are the bands', lowest first.
func (r *BandRule) names() []string {
	if len(r.Labels) > 0 {
		return slices.Clone(r.Labels)
	}
	names := make([]string, r.count())
	for k := range names {
		switch {
		case r.Quantiles > 0:
			names[k] = fmt.Sprintf("q%d", k+1)
		case k == 0:
			names[k] = "under " + decimal(r.Bounds[0])
		case k == len(r.Bounds):
			names[k] = "≥" + decimal(r.Bounds[k-1])
		default:
			names[k] = decimal(r.Bounds[k-1]) + " to <" + decimal(r.Bounds[k])
		}
	}
	if n := r.Quantiles; n > 0 {
		names[0], names[n-1] = names[0]+" (lowest)", names[n-1]+" (highest)"
	}
	return names
}

// schemeParts splits a scheme at the commas that cross, not at those between the bounds of a band: after
// "name:", numbers belong to the bounds.
func schemeParts(scheme string) []string {
	var parts []string
	for part := range strings.SplitSeq(scheme, ",") {
		part = strings.TrimSpace(part)
		if n := len(parts); n > 0 && strings.Contains(parts[n-1], ":") {
			if _, err := strconv.ParseFloat(part, 64); err == nil {
				parts[n-1] += "," + part
				continue
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// parseBands reads "revenue_12m:0,1000,10000" or "recency_days:q4"; false when it is neither.
func parseBands(part string) (BandRule, bool) {
	of, cut, found := strings.Cut(part, ":")
	r := BandRule{Name: part, Of: strings.TrimSpace(of)}
	cut = strings.TrimSpace(cut)
	if !found || cut == "" {
		return r, false
	}
	if n, quantiles := strings.CutPrefix(strings.ToLower(cut), "q"); quantiles {
		k, err := strconv.Atoi(n)
		r.Quantiles = k
		return r, err == nil && k != 0
	}
	for text := range strings.SplitSeq(cut, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return r, false
		}
		r.Bounds = append(r.Bounds, v)
	}
	return r, true
}

// bandRule finds the rule of a part of a scheme: one of the configuration by name, else one written out.
func (c *Config) bandRule(part string) (BandRule, bool) {
	for _, r := range c.Bands {
		if identifier(r.Name) == identifier(part) {
			return r, true
		}
	}
	return parseBands(part)
}

// Columns are the fields and attributes that schemes read, so that a caller can keep those of the
// transactions.
func (c *Config) Columns(schemes []string) []string {
	var columns []string
	for _, scheme := range schemes {
		for _, part := range schemeParts(scheme) {
			r, bands := c.bandRule(part)
			switch {
			case isFound(part):
				columns = append(columns, c.Clusters.Features...)
			case bands:
				columns = append(columns, r.Of)
			default:
				columns = append(columns, part)
			}
		}
	}
	return columns
}

// numberOf is a field or attribute in numbers by member, NaN where unknown, and whether prospects have it.
func (b *Book) numberOf(name string) (value func(m int) float64, prospects bool, err error) {
	c, err := b.columnOf(name)
	if err != nil {
		return nil, false, err
	}
	if !isField(name) {
		if a := b.describedAttribute(name); a != nil {
			prospects = a.Prospects
		}
	}
	switch {
	case c.number != nil:
		return c.number, prospects, nil
	case c.text != nil:
		values, err := parseNumbers(name, c.text, b.Members())
		return func(m int) float64 { return values[m] }, prospects, err
	}
	return nil, false, &ingest.ConfigError{Msg: fmt.Sprintf("%q is yes/no, not a number", name)}
}

// parseNumbers reads text that holds numbers, as attributes of the transactions do.
func parseNumbers(name string, text func(m int) string, n int) ([]float64, error) {
	values := make([]float64, n)
	for m := range values {
		values[m] = math.NaN()
		if t := text(m); t != "" {
			v, err := strconv.ParseFloat(t, 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, &ingest.ConfigError{Msg: fmt.Sprintf("%q holds text such as %q: only numbers can be cut into bands or clustered", name, t)}
			}
			values[m] = v
		}
	}
	return values, nil
}

// groupBands groups the members by a rule. Members whose number is unknown are a band of their own, last.
func (b *Book) groupBands(r BandRule) (*Grouping, error) {
	if wrong := r.check(); wrong != "" {
		return nil, &ingest.ConfigError{Msg: fmt.Sprintf("bands %q: %s", r.Name, wrong)}
	}
	value, prospects, err := b.numberOf(r.Of)
	if err != nil {
		return nil, err
	}
	n := b.Profiles.Len()
	if prospects {
		n = b.Members()
	}
	g := &Grouping{Scheme: r.Name, Names: r.names(), Of: make([]int32, b.Members()), Natural: true, Order: 1}
	band := r.cutter(value, n)
	missing := false
	for m := range g.Of {
		switch v := value(m); {
		case m >= n:
			g.Of[m] = -1
		case math.IsNaN(v):
			g.Of[m] = int32(r.count())
			missing = true
		default:
			g.Of[m] = int32(band(v))
		}
	}
	g.Cuts = cutsOf(r.Name, r.Of, g.Names, func(m int) int {
		if int(g.Of[m]) >= r.count() {
			return -1
		}
		return int(g.Of[m])
	}, value, n)
	if missing {
		g.Names = append(g.Names, unknown)
	}
	return g, nil
}

// cutter is the band of a known value, among those of the first n members.
func (r *BandRule) cutter(value func(m int) float64, n int) func(v float64) int {
	if r.Quantiles == 0 {
		return func(v float64) int {
			k, equal := slices.BinarySearch(r.Bounds, v)
			return k + int(num.Indicator(equal))
		}
	}
	known := make([]float64, 0, n)
	for m := range n {
		if v := value(m); !math.IsNaN(v) {
			known = append(known, v)
		}
	}
	num.SortFloats(known)
	limits := quantiles(known, r.Quantiles)
	return func(v float64) int { return quantileGroup(limits, v) }
}
