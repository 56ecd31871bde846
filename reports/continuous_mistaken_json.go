package reports

import "math"

type mistakenInfo struct {
	SeenAs     []probabilityOf `json:"seen_as"`
	Beginnings []estimateInfo  `json:"beginnings"` // null where the first true state is known
	Impossible bool            `json:"impossible_without"`
	Test       *ratioTest      `json:"test"` // that no mistakes are made; null where they must be, or the chain without was refused
	Starts     int             `json:"starts"`
	Agree      int             `json:"agree"`
	Doubtful   []doubtInfo     `json:"probably_another"`
}

type probabilityOf struct {
	State string         `json:"state"`
	Seen  []estimateInfo `json:"seen"`
}

type doubtInfo struct {
	ID       string `json:"id"`
	Time     string `json:"time"`
	Seen     string `json:"seen"`
	Chance   number `json:"probability_seen"`
	Likely   string `json:"likelier"`
	Likelier number `json:"probability"`
}

// newMistakenInfo is nil where states are seen as they are.
func newMistakenInfo(c *ContinuousChain) *mistakenInfo {
	if c.Mistaken == nil {
		return nil
	}
	f := c.Mistaken.Fit
	out := &mistakenInfo{Beginnings: stateFigures(f.States, f.Beginnings(c.Level)), Starts: f.Starts, Agree: f.Agree, Doubtful: []doubtInfo{}}
	for s, row := range f.SeenAs(c.Level) {
		out.SeenAs = append(out.SeenAs, probabilityOf{f.States[s], stateFigures(f.States, row)})
	}
	chi2, df, p := f.Mistaken()
	if out.Impossible = math.IsInf(chi2, 1); !out.Impossible && !math.IsNaN(chi2) {
		out.Test = &ratioTest{number(chi2), df, number(p)}
	}
	for _, at := range c.doubtful() {
		m := c.Mistaken
		likely := likeliestOf(m.True.Smoothed[at])
		out.Doubtful = append(out.Doubtful, doubtInfo{m.Seen.ID[at], m.Seen.Time[at], m.Seen.State[at], number(m.True.Smoothed[at][m.Seen.Seen[at]]), f.States[likely], number(m.True.Smoothed[at][likely])})
	}
	return out
}
