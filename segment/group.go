package segment

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// Names of the built-in schemes, beside those that are found (SchemeKMeans); any other scheme is an attribute.
const (
	SchemeRFM    = "rfm"
	SchemeABC    = "abc"
	SchemeLadder = "ladder"
)

// builtIn are all of them.
var builtIn = []string{SchemeRFM, SchemeABC, SchemeLadder, SchemeKMeans, SchemeGMM}

// Grouping assigns members to the segments of one scheme.
type Grouping struct {
	Scheme  string   // "abc", "industry × region"
	Names   []string // segments
	Of      []int32  // by member: index into Names, −1 = not in this scheme
	Natural bool     // Names are in an order of their own, not to be sorted by revenue
	Order   int8     // −1 = Names are best first, +1 = lowest first, 0 = neither is above the other
	Cuts    []Cut

	Clustering *Clustering // how the segments were found, nil where they were given, or crossed
}

// name is the segment of a member, "" for none.
func (g *Grouping) name(m int) string {
	if k := g.Of[m]; k >= 0 {
		return g.Names[k]
	}
	return ""
}

// Limits of segmentations by attribute.
const (
	maxNumbers = 20 // distinct numbers that can be segments as they are
	unknown    = "(unknown)"
	CrossSign  = " × " // between the parts of a crossing and between their segments
)

// Group groups the members by a scheme: rfm, abc, ladder, kmeans, gmm, bands (see BandRule), an attribute, or several
// joined by "," = crossed. Classes and cut points are those of the whole book. Errors are *ingest.ConfigError.
func (b *Book) Group(scheme string) (*Grouping, error) {
	var g *Grouping
	for _, part := range schemeParts(scheme) {
		one, err := b.groupOne(part)
		if err != nil {
			return nil, err
		}
		if g == nil {
			g = one
		} else {
			g = cross(g, one)
		}
	}
	return g, nil
}

func (b *Book) groupOne(scheme string) (*Grouping, error) {
	switch strings.ToLower(scheme) {
	case "":
		return nil, &ingest.ConfigError{Msg: "a segmentation has an empty name: expected rfm, abc, ladder, kmeans, gmm, bands or attributes, joined by commas"}
	case SchemeRFM:
		return b.groupRFM(), nil
	case SchemeABC:
		return b.groupABC(), nil
	case SchemeLadder:
		return b.groupLadder()
	case SchemeKMeans, SchemeGMM:
		return b.groupClusters(strings.ToLower(scheme))
	}
	a := b.attribute(scheme)
	if r, ok := b.Config.bandRule(scheme); ok && a == nil {
		return b.groupBands(r)
	}
	if a == nil {
		return nil, b.unknownScheme(scheme)
	}
	return b.groupAttribute(a)
}

// unknownScheme is the error for a scheme that is none; a field of conditions can be one once it is cut.
func (b *Book) unknownScheme(scheme string) error {
	if isField(scheme) {
		return &ingest.ConfigError{Msg: fmt.Sprintf("%q is a number of every customer: cut it into bands, for example --by '%s:0,10,100' or --by %s:q4", scheme, scheme, scheme)}
	}
	known := slices.Clone(builtIn)
	for _, r := range b.Config.Bands {
		known = append(known, r.Name)
	}
	return unknownName("segmentation or attribute", scheme, append(known, b.attributeNames()...))
}

// groupProfiles is a grouping of customers only, in natural order.
func (b *Book) groupProfiles(scheme string, names []string, of func(i int) int32) *Grouping {
	g := &Grouping{Scheme: scheme, Names: names, Of: make([]int32, b.Members()), Natural: true, Order: -1}
	for m := range g.Of {
		g.Of[m] = -1
		if b.isCustomer(m) {
			g.Of[m] = of(m)
		}
	}
	return g
}

func (b *Book) groupRFM() *Grouping {
	s := b.RFM()
	names := rfmNames
	if !slices.Contains(s.R, 0) {
		names = names[:rfmNoPurchase]
	}
	g := b.groupProfiles(SchemeRFM, names, s.group)
	g.Cuts = s.cuts(b)
	return g
}

func (b *Book) groupABC() *Grouping {
	class := b.ABC()
	g := b.groupProfiles(SchemeABC, abcNames, func(i int) int32 { return int32(class[i]) })
	g.Cuts = cutsOf(SchemeABC, "revenue_12m", abcNames,
		func(i int) int { return int(class[i]) },
		func(i int) float64 { return b.money(b.Profiles.Net12.At(i)) }, b.Profiles.Len())
	return g
}

func (b *Book) groupLadder() (*Grouping, error) {
	if !b.Ledger.Has.Units {
		return nil, &ingest.ConfigError{Msg: "the ladder needs units, and no units are mapped: name the column with --units"}
	}
	l := NewLadder(b.Config.Ladder)
	units := func(i int) float64 { return b.units(b.Profiles.Units12.At(i)) }
	g := b.groupProfiles(SchemeLadder, l.Names, func(i int) int32 { return int32(l.Rung(units(i))) })
	g.Cuts = cutsOf(SchemeLadder, "units_12m", l.Names,
		func(i int) int { return int(g.Of[i]) }, units, b.Profiles.Len())
	return g, nil
}

// groupAttribute is groupText, as long as an attribute in numbers has few.
func (b *Book) groupAttribute(a *Attribute) (*Grouping, error) {
	if a.Numeric {
		if n := a.differentNumbers(); n > maxNumbers {
			return nil, &ingest.ConfigError{Msg: fmt.Sprintf("%q has %d different numbers, more than the %d that can be segments as they are: cut it into bands, for example --by '%s:q4'", a.Name, n, maxNumbers, a.Name)}
		}
	}
	return b.groupText(a), nil
}

// groupText makes a segment of every distinct value, in the order of their spelling.
func (b *Book) groupText(a *Attribute) *Grouping {
	g := &Grouping{Scheme: a.Name, Of: make([]int32, b.Members())}
	index := make(map[string]int32)
	var values []string // in the order in which they are met
	find := func(m int) int32 {
		t := a.at(m)
		k, known := index[t]
		if !known {
			k = int32(len(values))
			index[t], values = k, append(values, t)
		}
		return k
	}
	of := a.byCode(find)
	for m := range g.Of {
		if g.Of[m] = of(m); !b.isCustomer(m) && !a.Prospects {
			g.Of[m] = -1
		}
	}
	place := make([]int32, len(values)) // of each in order
	order := slices.SortedFunc(maps.Values(index), func(x, y int32) int { return strings.Compare(values[x], values[y]) })
	for at, k := range order {
		place[k] = int32(at)
		g.Names = append(g.Names, cmp.Or(values[k], unknown))
	}
	for m, k := range g.Of {
		if k >= 0 {
			g.Of[m] = place[k]
		}
	}
	return g
}

// differentNumbers counts the values of the members, unknown being one.
func (a *Attribute) differentNumbers() int {
	sorted := make([]float64, a.book.Members())
	for m := range sorted {
		sorted[m] = a.number(m)
	}
	num.SortFloats(sorted)
	return len(slices.CompactFunc(sorted, func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }))
}

// cross makes a segment of every pair that occurs, in the order of the pairs.
func cross(x, y *Grouping) *Grouping {
	g := &Grouping{
		Scheme:  x.Scheme + CrossSign + y.Scheme,
		Of:      make([]int32, len(x.Of)),
		Natural: x.Natural && y.Natural,
		Cuts:    append(slices.Clone(x.Cuts), y.Cuts...),
	}
	pair := func(m int) int64 { return int64(x.Of[m])*int64(len(y.Names)) + int64(y.Of[m]) }
	in := func(m int) bool { return x.Of[m] >= 0 && y.Of[m] >= 0 }
	var pairs []int64
	index := make(map[int64]int32)
	for m := range g.Of {
		if !in(m) {
			continue
		}
		if _, ok := index[pair(m)]; !ok {
			index[pair(m)] = 0
			pairs = append(pairs, pair(m))
		}
	}
	slices.Sort(pairs)
	for k, p := range pairs {
		index[p] = int32(k)
		g.Names = append(g.Names, x.Names[p/int64(len(y.Names))]+CrossSign+y.Names[p%int64(len(y.Names))])
	}
	for m := range g.Of {
		g.Of[m] = -1
		if in(m) {
			g.Of[m] = index[pair(m)]
		}
	}
	return g
}

// membersBySegment lists the members in (nil = all) by segment, each list ascending: 4 bytes a member in all.
func (g *Grouping) membersBySegment(n int, in []bool) [][]int32 {
	size := make([]int, len(g.Names))
	of := func(m int) int32 {
		if in != nil && !in[m] {
			return -1
		}
		return g.Of[m]
	}
	all := 0
	for m := range n {
		if k := of(m); k >= 0 {
			size[k]++
			all++
		}
	}
	room, lists := make([]int32, all), make([][]int32, len(g.Names))
	for k, n := range size {
		lists[k], room = room[:0:n], room[n:]
	}
	for m := range n {
		if k := of(m); k >= 0 {
			lists[k] = append(lists[k], int32(m))
		}
	}
	return lists
}

// customersBySegment is membersBySegment without the prospects.
func (b *Book) customersBySegment(g *Grouping, in []bool) [][]int32 {
	return g.membersBySegment(b.Profiles.Len(), in)
}

// maxDefaultValues is how many segments an attribute may make to be reported without being asked for:
// more than a page is a list of customers, not a segmentation.
const maxDefaultValues = 30

// Schemes are the segmentations of a run: those of the configuration, else abc, rfm, the ladder where
// units exist, the bands that the configuration names, and the attributes in text (a number may be a code or a measure) with 2 to 30 values.
func (b *Book) Schemes() []string {
	if len(b.Config.Segments) > 0 {
		return b.Config.Segments
	}
	schemes := []string{SchemeABC, SchemeRFM}
	if b.Ledger.Has.Units && len(b.Config.Ladder) > 0 {
		schemes = append(schemes, SchemeLadder)
	}
	for _, r := range b.Config.Bands {
		schemes = append(schemes, r.Name)
	}
	for _, name := range b.textAttributes() {
		a := b.attribute(name)
		if a.Numeric {
			continue // a column of numbers whose name differs in signs only comes before it
		}
		if n := len(b.groupText(a).Names); n >= 2 && n <= maxDefaultValues {
			schemes = append(schemes, a.Name)
		}
	}
	return schemes
}

// textAttributes are the names of the text attributes of the accounts, then of the side tables that do
// not repeat one of these; the customer's own name is none.
func (b *Book) textAttributes() []string {
	var names []string
	taken := map[string]bool{"name": true}
	if b.Accounts != nil {
		for i := range b.Accounts.Attributes {
			if a := &b.Accounts.Attributes[i]; a.Text != nil {
				names = append(names, a.Name)
				taken[identifier(a.Name)] = true
			}
		}
	}
	for _, s := range b.Ledger.Sides {
		if !taken[identifier(s.Role)] && !taken[identifier(s.Column)] {
			names = append(names, s.Role)
		}
	}
	return names
}

// everyone is the whole book as one group without a name.
func (b *Book) everyone() *Grouping {
	return &Grouping{Names: []string{""}, Of: make([]int32, b.Members()), Natural: true}
}

// eachScheme hands the grouping of every scheme on, and stops when the context does.
func eachScheme[G any](ctx context.Context, schemes []string, group func(string) (G, error), use func(string, G) error) error {
	for _, scheme := range schemes {
		if err := ctx.Err(); err != nil {
			return err
		}
		g, err := group(scheme)
		if err != nil {
			return err
		}
		if err := use(scheme, g); err != nil {
			return err
		}
	}
	return nil
}
