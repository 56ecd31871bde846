package reports

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"mainstay/internal/num"
	"mainstay/markov/attrition"
	"mainstay/segment/latent"
)

// RenewalsText writes what is known of contracts for a terminal.
func RenewalsText(w io.Writer, s *latent.ContractStudy) error {
	b := bufio.NewWriter(w)
	paragraph(b, fmt.Sprintf("%s: a period is a %s; discounted by %s; intervals of %s", printable(strings.Join(s.Files, ", ")), periodWord(s), renewalRate(&s.Config), confidence(s.Config.Level)))
	section(b, "PARAMETERS  of the shifted-beta-geometric model", renewalParameters(s))
	for k := range s.Groups {
		g := &s.Groups[k]
		title := "SURVIVAL"
		if s.Config.By != "" {
			title += " OF " + printable(g.Name)
		}
		section(b, clip(title+"  by renewals due", pageWidth), renewalRows(s, g))
	}
	notes(b, renewalNotes(s))
	return b.Flush()
}

// renewalRate is what a payment loses by waiting.
func renewalRate(c *latent.ContractConfig) string {
	switch {
	case !c.Annual():
		return percent(c.Rate) + " a period"
	case c.Every == "year":
		return percent(c.Rate) + " a year"
	}
	return fmt.Sprintf("%s a year, %s a %s", percent(c.Rate), percent(c.PeriodRate()), c.Every)
}

func periodWord(s *latent.ContractStudy) string {
	if s.Config.Survivors != "" {
		return "row of the table"
	}
	return s.Config.Every
}

func renewalParameters(s *latent.ContractStudy) *grid {
	g := &grid{right: []bool{false, true, true, true, false, true, false, true, false}}
	g.rows = append(g.rows, []string{"", "start", "ended", "alpha", "", "beta", "", "when new", ""})
	three := func(v float64) string { return fixed(v, 3) }
	two := func(v float64) string { return fixed(v, 2) }
	for k := range s.Groups {
		c := &s.Groups[k]
		row := []string{printable(c.Name), fixed(c.Fit.Customers, 0), fixed(c.Ended, 0), dash, "", dash, "", dash, ""}
		if c.Fit.Certificate.Certified() {
			a, b := c.Fit.Parameters(s.Config.Level)
			row[3], row[4] = three(a.Value), Style{}.interval(a.Low, a.High, three)
			row[5], row[6] = three(b.Value), Style{}.interval(b.Low, b.High, three)
			row[7], row[8] = two(c.New.Value), Style{}.interval(c.New.Low, c.New.High, two)
		}
		g.rows = append(g.rows, row)
	}
	g.squeeze(0, pageWidth-len(columnGap), nameLeast)
	return g
}

func renewalRows(s *latent.ContractStudy, c *latent.ContractGroup) *grid {
	g := &grid{right: []bool{true, true, true, true, false, true, false, true, false}}
	g.rows = append(g.rows, []string{"renewals", "due", "there %", "expected %", "", "renew %", "", "to come", ""})
	two := func(v float64) string { return fixed(v, 2) }
	share := func(v float64) string {
		if math.IsNaN(v) {
			return ""
		}
		return fixed(100*v, 1)
	}
	for _, r := range c.Rows {
		due := fixed(r.AtRisk, 0)
		if r.AtRisk == 0 {
			due = ""
		}
		g.rows = append(g.rows, []string{count(r.T), due, share(r.Seen), share(r.Survival.Value), Style{}.interval(r.Survival.Low, r.Survival.High, share),
			share(r.Retention.Value), Style{}.interval(r.Retention.Low, r.Retention.High, share), two(r.Residual.Value), Style{}.interval(r.Residual.Low, r.Residual.High, two)})
	}
	return g
}

func renewalNotes(s *latent.ContractStudy) []string {
	out := append([]string{}, s.Notes...)
	for k := range s.Groups {
		for _, w := range s.Groups[k].Fit.Certificate.Warnings {
			out = append(out, s.Groups[k].Name+": "+w.Code+": "+w.Message)
		}
		if g := &s.Groups[k]; !g.Fit.Certificate.Certified() {
			due := 0.0
			for _, r := range g.Rows[1:] {
				due += r.AtRisk
			}
			if due == 0 {
				continue
			}
			low, high := num.Wilson(g.Ended, due, s.Config.Level)
			out = append(out, fmt.Sprintf("%s: %s of %s renewals due were not made, %s %s", g.Name, fixed(g.Ended, 0), fixed(due, 0), percent(g.Ended/due), Style{}.interval(low, high, percent)))
		}
	}
	if s.Config.Until > 0 {
		out = append(out, fmt.Sprintf("fitted to the first %s; what was there after them is held against it", plural(int64(s.Config.Until), "renewal")))
	}
	return append(out, "when new: periods paid, the first among them; to come: periods of who renewed so often and is about to renew or not; both discounted, a payment now in full")
}

// RenewalsTable is a row per group and number of renewals.
func RenewalsTable(s *latent.ContractStudy) *Table {
	type place struct{ g, r int }
	var at []place
	for g := range s.Groups {
		for r := range s.Groups[g].Rows {
			at = append(at, place{g, r})
		}
	}
	row := func(i int) *latent.Renewal { return &s.Groups[at[i].g].Rows[at[i].r] }
	b := newColumns("attrition_renewals", len(at))
	b.text("group", "of --by; all without it", func(i int) string { return s.Groups[at[i].g].Name })
	b.integer("renewals", "renewals due since the start", func(i int) int64 { return int64(row(i).T) })
	b.float("due", "contracts seen to be due", func(i int) float64 { return row(i).AtRisk })
	b.float("seen", "share there after so many renewals (Kaplan-Meier); null where none was due", func(i int) float64 { return row(i).Seen })
	b.attritionColumns("survival", "share expected to be there", func(i int) attrition.Estimate { return row(i).Survival })
	b.attritionColumns("retention", "chance that who renewed once less does so again; null at 0", func(i int) attrition.Estimate { return row(i).Retention })
	b.attritionColumns("residual", "discounted periods to come of who renewed so often and is about to renew or not", func(i int) attrition.Estimate { return row(i).Residual })
	b.boolean("fitted", "the fit knows it", func(i int) bool { return row(i).Fitted })
	return &b.t
}

// RenewalsSchema is the version of what WriteRenewalsJSON writes.
const RenewalsSchema = "mainstay.attrition-contracts/1"

type renewalsDocument struct {
	Schema    string          `json:"schema"`
	Files     []string        `json:"files"`
	Period    string          `json:"period"`
	Until     int             `json:"until"`
	Rate      float64         `json:"rate"` // as asked
	PerPeriod float64         `json:"rate_per_period"`
	Level     float64         `json:"level"`
	Groups    []renewalsGroup `json:"groups"`
	Notes     []string        `json:"notes"`
}

type renewalsGroup struct {
	Name        string            `json:"name"`
	Contracts   number            `json:"contracts"`
	Ended       number            `json:"ended"`
	Parameters  []attritionFigure `json:"parameters"`
	New         renewalFigure     `json:"lifetime_when_new"`
	Renewals    []renewalLine     `json:"renewals"`
	Certificate certificate       `json:"certificate"`
}

type renewalFigure struct {
	Estimate number `json:"estimate"`
	SE       number `json:"se"`
	Low      number `json:"low"`
	High     number `json:"high"`
}

type renewalLine struct {
	Renewals  int           `json:"renewals"`
	Due       number        `json:"due"`
	Seen      number        `json:"seen"`
	Survival  renewalFigure `json:"survival"`
	Retention renewalFigure `json:"retention"`
	Residual  renewalFigure `json:"residual"`
	Fitted    bool          `json:"fitted"`
}

// WriteRenewalsJSON writes everything that is known of contracts.
func WriteRenewalsJSON(w io.Writer, s *latent.ContractStudy) error {
	doc := renewalsDocument{Schema: RenewalsSchema, Files: s.Files, Period: periodWord(s), Until: s.Config.Until, Rate: s.Config.Rate, PerPeriod: s.Config.PeriodRate(), Level: s.Config.Level, Groups: []renewalsGroup{}, Notes: renewalNotes(s)}
	figure := func(e attrition.Estimate) renewalFigure {
		return renewalFigure{number(e.Value), number(e.SE), number(e.Low), number(e.High)}
	}
	for k := range s.Groups {
		c := &s.Groups[k]
		g := renewalsGroup{Name: c.Name, Contracts: number(c.Fit.Customers), Ended: number(c.Ended), Parameters: []attritionFigure{}, New: figure(c.New), Renewals: []renewalLine{}, Certificate: newCertificate(&c.Fit.Certificate)}
		if c.Fit.Certificate.Certified() {
			a, b := c.Fit.Parameters(s.Config.Level)
			g.Parameters = append(g.Parameters, attritionFigure{"alpha", number(a.Value), number(a.SE), number(a.Low), number(a.High), false}, attritionFigure{"beta", number(b.Value), number(b.SE), number(b.Low), number(b.High), false})
		}
		for _, r := range c.Rows {
			g.Renewals = append(g.Renewals, renewalLine{r.T, number(r.AtRisk), number(r.Seen), figure(r.Survival), figure(r.Retention), figure(r.Residual), r.Fitted})
		}
		doc.Groups = append(doc.Groups, g)
	}
	text, err := encodeJSON(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
