package ingest

import "slices"

// RateReport is the rates of one currency in use that a run draws on. Days are YYYY-MM-DD.
type RateReport struct {
	Currency string `json:"currency"`
	Rates    int    `json:"rates"`           // of the table, up to the as-of date
	First    string `json:"first,omitempty"` // day of the earliest and latest; none without any
	Last     string `json:"last,omitempty"`
	Gap      int    `json:"longest_gap_days"`   // longest time that rows, from the first day to the as-of date, have to do with one rate
	GapFrom  string `json:"gap_from,omitempty"` // the day of that rate; none where the gap is before the first
}

// rateReports describes the table of rates, by currency in use but the base; nil without one.
func (p *Plan) rateReports() []RateReport {
	if p.rates == nil {
		return nil
	}
	var out []RateReport
	for _, name := range slices.Sorted(slices.Values(p.Currencies)) {
		if name == currencyName(p.Config.Currency) {
			continue
		}
		r := RateReport{Currency: name}
		if s := p.rates.of[name]; s != nil {
			r.fill(s, p.FirstDay, p.AsOf)
		}
		out = append(out, r)
	}
	return out
}

// fill describes the rates up to asOf. Only gaps behind the first day count.
func (r *RateReport) fill(s *rateSeries, first, asOf Day) {
	n, found := slices.BinarySearch(s.day, asOf)
	if found {
		n++
	}
	if n == 0 {
		return
	}
	days := s.day[:n]
	r.Rates, r.First, r.Last = n, days[0].String(), days[n-1].String()
	r.Gap = max(0, int(days[0]-first))
	for i, d := range days {
		next := asOf
		if i+1 < n {
			next = days[i+1]
		}
		if gap := int(next - d); next >= first && gap > r.Gap {
			r.Gap, r.GapFrom = gap, d.String()
		}
	}
}
