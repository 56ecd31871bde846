package segment

import (
	"context"
	"iter"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// Description is what By finds: segments with their sizes, the cut points used, and who belongs where.
type Description struct {
	Clock     Clock
	Scale     int // of money
	Schemes   []string
	Rows      []SegmentRow
	Cuts      []Cut
	Clusters  []Clusters // of the schemes that are found
	Contracts bool       // contracts in force are part of being at risk, and of retention

	book *Book
	by   []string
	in   []bool // by member: whether the condition holds
}

// Clusters are the clusters of one scheme: how they were found, and what they are like.
type Clusters struct {
	*Clustering
	Profiles []ClusterProfile
}

// Member is one customer (or prospect) and its segments.
type Member struct {
	Key, Name   string
	Prospect    bool
	AtRisk      bool
	RecencyDays int      // −1 without a purchase day
	Net12       int64    // at the Ledger's scale
	Segments    []string // parallel to Description.Schemes; "" = not in that scheme
}

// By describes segmentations without fitting anything: rows for every scheme of by ("rfm", "abc",
// "ladder", bands such as "recency_days:q4", an attribute, or several joined by "," = crossed), over the customers for which where holds
// (empty = all), with cut points and members. It is what `mainstay segment` prints. An empty by means
// Book.Schemes. Classes, cut points and key accounts are those of the whole book, as in a run: where
// chooses who is counted, not how they are classed.
func By(ctx context.Context, l *ingest.Ledger, inputs *table.Inputs, cfg Config, by []string, where string, threads int) (*Description, error) {
	b, err := OpenBook(l, inputs, cfg, threads)
	if err != nil {
		return nil, err
	}
	in, err := b.Where(where)
	if err != nil {
		return nil, err
	}
	past, err := ObserveRetention(b)
	if err != nil {
		return nil, err
	}
	if len(by) == 0 {
		by = b.Schemes()
	}
	d := &Description{Clock: b.Clock, Scale: l.Scale, Contracts: b.Inputs.Contracts != nil, book: b, by: by, in: in}
	for _, scheme := range by {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g, err := b.Group(scheme)
		if err != nil {
			return nil, err
		}
		rows, err := b.Aggregate(scheme, g, where, in, past, nil)
		if err != nil {
			return nil, err
		}
		d.Schemes = append(d.Schemes, g.Scheme)
		d.Rows = append(d.Rows, rows...)
		d.Cuts = appendNewCuts(d.Cuts, g.Cuts)
		if err := d.addClusters(b, scheme, in); err != nil {
			return nil, err
		}
	}
	return d, l.Err()
}

// addClusters describes the clusters that a scheme, or a part of a crossing, is made of, once.
func (d *Description) addClusters(b *Book, scheme string, in []bool) error {
	for _, part := range schemeParts(scheme) {
		if !isFound(part) || slices.ContainsFunc(d.Clusters, func(o Clusters) bool { return strings.EqualFold(o.Scheme, part) }) {
			continue
		}
		g, err := b.Group(part)
		if err != nil {
			return err
		}
		d.Clusters = append(d.Clusters, Clusters{g.Clustering, b.clusterProfiles(g, in)})
	}
	return nil
}

// Counted is the number of members for whom the condition holds.
func (d *Description) Counted() int { return count(d.in) }

// Members yields them with their segments, sorted by key bytes, so many at a time, the last batch shorter. A batch is
// valid until the next one is asked for; its texts stay. After an error nothing follows.
func (d *Description) Members(size int) iter.Seq2[[]Member, error] {
	return func(yield func([]Member, error) bool) {
		b := d.book
		groups := make([]*Grouping, len(d.by))
		for k, scheme := range d.by {
			var err error
			if groups[k], err = b.Group(scheme); err != nil {
				yield(nil, err)
				return
			}
		}
		names := b.attribute("name")
		if err := b.Ledger.Err(); err != nil {
			yield(nil, err)
			return
		}
		order, batch := newKeyOrder(b), make([]Member, 0, size)
		segments := make([]string, size*len(groups))
		for m, ok := order.next(); ok; m, ok = order.next() {
			if !d.in[m] {
				continue
			}
			at := len(batch) * len(groups)
			one := Member{Key: string(b.Key(m)), Name: names.at(m), Prospect: !b.isCustomer(m), RecencyDays: -1, Segments: segments[at : at+len(groups)]}
			if !one.Prospect {
				one.AtRisk, one.Net12 = b.atRisk(m), b.Profiles.Net12.At(m)
				if b.Profiles.Frequency[m] > 0 {
					one.RecencyDays = int(b.Clock.AsOf - b.Profiles.Last[m])
				}
			}
			for k, g := range groups {
				one.Segments[k] = g.name(m)
			}
			if batch = append(batch, one); len(batch) == size {
				if !yield(batch, nil) {
					return
				}
				batch = batch[:0]
			}
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}

// appendNewCuts leaves out the cuts of a scheme that are there already (from a crossing).
func appendNewCuts(cuts, more []Cut) []Cut {
	for _, c := range more {
		if !slices.ContainsFunc(cuts, func(o Cut) bool { return o.Scheme == c.Scheme && o.Measure == c.Measure && o.Group == c.Group }) {
			cuts = append(cuts, c)
		}
	}
	return cuts
}
