package segment

import (
	"context"
	"slices"
	"strings"

	"mainstay/ingest"
	"mainstay/ingest/table"
)

// Description is what By finds: segments with their sizes, the cut points used, and who belongs where.
type Description struct {
	Clock   Clock
	Scale   int // of money
	Schemes []string
	Rows    []SegmentRow
	Cuts    []Cut
	Members []Member // sorted by key bytes

	Clusters  []Clusters // of the schemes that are found
	Contracts bool       // contracts in force are part of being at risk, and of retention
}

// Clusters are the clusters of one scheme: how they were found, and what they are like.
type Clusters struct {
	*Clustering
	Profiles []ClusterProfile
}

// Member is one customer (or prospect) and its segments.
type Member struct {
	Key, Name string
	Profile   *Profile // nil for a prospect
	AtRisk    bool
	Segments  []string // parallel to Description.Schemes; "" = not in that scheme
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
	d := &Description{Clock: b.Clock, Scale: l.Scale, Contracts: b.Inputs.Contracts != nil}
	var groups []*Grouping
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
		d.Schemes, groups = append(d.Schemes, g.Scheme), append(groups, g)
		d.Rows = append(d.Rows, rows...)
		d.Cuts = appendNewCuts(d.Cuts, g.Cuts)
		if err := d.addClusters(b, scheme, in); err != nil {
			return nil, err
		}
	}
	d.Members = b.describe(groups, in)
	return d, nil
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

// describe lists the members in with their segments, sorted by key.
func (b *Book) describe(groups []*Grouping, in []bool) []Member {
	names := b.text("name")
	var members []Member
	for m := range b.Members() {
		if in != nil && !in[m] {
			continue
		}
		one := Member{Key: string(b.Key(m)), Name: names.at(m), Profile: b.Profile(m), Segments: make([]string, len(groups))}
		one.AtRisk = one.Profile != nil && one.Profile.AtRisk(b.Clock.AsOf, b.Clock.Horizon)
		for i, g := range groups {
			one.Segments[i] = g.name(m)
		}
		members = append(members, one)
	}
	slices.SortFunc(members, func(x, y Member) int { return strings.Compare(x.Key, y.Key) })
	return members
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
