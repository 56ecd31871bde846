package reports

import (
	"fmt"

	"mainstay/segment"
	"mainstay/segment/cluster"
)

// clusterLines say how clusters were found, why as many, and what they are like: medians of the features.
func clusterLines(c *segment.Clusters, style Style) []string {
	lines := wrap(style.tell(c.Describe()), pageWidth-len(columnGap))
	if len(c.Tried) > 0 {
		lines = append(lines, criterionGrid(c, style).lines()...)
	}
	if c.Note != "" {
		lines = append(lines, wrap(style.tell(c.Note), pageWidth-len(columnGap))...)
	}
	g := grid{right: append([]bool{false}, trues(1+len(c.Features))...)}
	head := []string{style.say("clusters.median"), style.say("column.customers")}
	for _, f := range c.Features {
		head = append(head, printable(f.Name))
	}
	g.rows = append(g.rows, head)
	for _, p := range c.Profiles {
		row := []string{p.Name, count(p.Customers)}
		for _, m := range p.Medians {
			row = append(row, fixed(m, textMoneyPlaces))
		}
		g.rows = append(g.rows, row)
	}
	return append(lines, g.lines()...)
}

// criterionGrid is the criterion by number of clusters, the chosen one marked.
func criterionGrid(c *segment.Clusters, style Style) *grid {
	places, names := textFloatPlaces, map[bool]string{false: style.say("clusters.best")}
	if c.Scheme == segment.SchemeGMM {
		places, names = 0, map[bool]string{false: style.say("clusters.bic"), true: style.say("clusters.full")}
	}
	g := &grid{right: []bool{false}, rows: [][]string{{style.say("clusters.number")}}}
	rows := map[bool]int{} // by the kind of covariances
	columns := map[int]int{}
	cell := func(one cluster.Candidate, chosen bool) string {
		text := fixed(one.Value, places)
		if chosen {
			return text + "*"
		}
		return text + " "
	}
	for k, one := range c.Tried {
		row, known := rows[one.Full]
		if !known {
			row = len(g.rows)
			rows[one.Full] = row
			g.rows = append(g.rows, []string{names[one.Full]})
		}
		if _, known := columns[one.K]; !known {
			columns[one.K] = len(g.rows[0])
			g.rows[0] = append(g.rows[0], fmt.Sprintf("%d ", one.K))
			g.right = append(g.right, true)
		}
		g.rows[row] = append(g.rows[row], cell(one, k == c.Chosen))
	}
	return g
}

// clustersInfo is how clusters were found and what they are like, for machines.
type clustersInfo struct {
	Found    string        `json:"found"`
	Note     string        `json:"note"`
	Features []featureInfo `json:"features"`
	Tried    []triedInfo   `json:"tried"`
	Profiles []profileInfo `json:"profiles"`
}

type featureInfo struct {
	Name string `json:"name"`
	Log  bool   `json:"log"`
	Mean number `json:"mean"`
	SD   number `json:"sd"`
}

type triedInfo struct {
	Clusters  int    `json:"clusters"`
	Full      bool   `json:"full_covariances"`
	Criterion number `json:"criterion"`
	Chosen    bool   `json:"chosen"`
}

type profileInfo struct {
	Name      string   `json:"name"`
	Customers int      `json:"customers"`
	Medians   []number `json:"medians"`
}

func newClustersInfo(c *segment.Clusters) *clustersInfo {
	if c == nil {
		return nil
	}
	info := &clustersInfo{Found: c.Describe(), Note: c.Note, Tried: []triedInfo{}}
	for _, f := range c.Features {
		info.Features = append(info.Features, featureInfo{f.Name, f.Log, number(f.Mean), number(f.SD)})
	}
	for k, one := range c.Tried {
		info.Tried = append(info.Tried, triedInfo{one.K, one.Full, number(one.Value), k == c.Chosen})
	}
	for _, p := range c.Profiles {
		info.Profiles = append(info.Profiles, profileInfo{p.Name, p.Customers, numbers(p.Medians)})
	}
	return info
}
