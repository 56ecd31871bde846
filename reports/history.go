package reports

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strings"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// History is how the closed months of a run compare with those of the run that latest.json pointed to when
// it began. A run's files do not depend on what lies beside them: history is said on the screen and in
// the log, and is in no file.
type History struct {
	Before  string                   // the other run's name
	Through string                   // the last month that both had closed, YYYY-MM
	Changed [][2]ingest.StoredPeriod // before and after, by month; a month without rows has none
}

// runHistory is what a manifest says that matters here.
type runHistory struct {
	Schema       string                `json:"schema"`
	ClosedMonths []ingest.StoredPeriod `json:"closed_months"`
	Money        MoneyCounts           `json:"money"`
	Config       struct {
		Input map[string]any `json:"input"`
	} `json:"config"`
}

// rememberLatest notes which run came before; the lock is held.
func (r *Run) rememberLatest() {
	if l, err := readLatest(r.place); err == nil && l.Path == path.Base(l.Path) && l.Path != r.Name {
		r.before = l.Path
	}
}

// History compares the published run with the one before it; nil where there is none, or where it had
// other rules (mapping, zone, currency, …) and says nothing about this one.
func (r *Run) History() *History {
	then, ok1 := readHistory(r.place, r.before)
	now, ok2 := readHistory(r.place, r.Name)
	if r.before == "" || !ok1 || !ok2 || !then.sameRules(&now) {
		return nil
	}
	h := &History{Before: r.before, Through: min(lastMonth(then.ClosedMonths), lastMonth(now.ClosedMonths))}
	if h.Through == "" {
		return nil
	}
	for i, j := 0, 0; i < len(then.ClosedMonths) || j < len(now.ClosedMonths); {
		var x, y ingest.StoredPeriod
		if j == len(now.ClosedMonths) || i < len(then.ClosedMonths) && then.ClosedMonths[i].Period <= now.ClosedMonths[j].Period {
			x = then.ClosedMonths[i]
		}
		if x.Period == "" || j < len(now.ClosedMonths) && now.ClosedMonths[j].Period == x.Period {
			y = now.ClosedMonths[j]
			j++
		}
		if x.Period != "" {
			i++
		}
		if x != y && max(x.Period, y.Period) <= h.Through {
			h.Changed = append(h.Changed, [2]ingest.StoredPeriod{x, y})
		}
	}
	return h
}

// sameRules reports whether two runs read their inputs alike, but for the as-of date.
func (h *runHistory) sameRules(o *runHistory) bool {
	delete(h.Config.Input, "as_of")
	delete(o.Config.Input, "as_of")
	return reflect.DeepEqual(h.Config.Input, o.Config.Input) && h.Money.Scale == o.Money.Scale && h.Money.Currency == o.Money.Currency
}

func readHistory(p place, run string) (h runHistory, ok bool) {
	b, err := read(p, run+"/"+manifestName)
	return h, err == nil && json.Unmarshal(b, &h) == nil && h.Schema == ManifestSchema
}

func lastMonth(months []ingest.StoredPeriod) string {
	if len(months) == 0 {
		return ""
	}
	return months[len(months)-1].Period
}

// say is the history in words.
func (h *History) say(style Style) string {
	if len(h.Changed) == 0 {
		return style.say("history.same", h.Through)
	}
	const most = 3
	var parts []string
	for i, c := range h.Changed {
		if i == most {
			parts = append(parts, style.say("history.more", count(len(h.Changed)-most)))
			break
		}
		parts = append(parts, style.say("history.month", max(c[0].Period, c[1].Period), fmt.Sprintf("%+d", c[1].Rows-c[0].Rows), sumOrNone(c[0].Sales), sumOrNone(c[1].Sales)))
	}
	return style.say("history.changed", count(len(h.Changed)), h.Before, strings.Join(parts, ", "))
}

// sumOrNone is a sum for people; a month without rows has none.
func sumOrNone(s string) string {
	if s == "" {
		return dash
	}
	return compact(s)
}

// Warnings says that closed months changed, once for the log.
func (h *History) Warnings() []num.Warning {
	if h == nil || len(h.Changed) == 0 {
		return nil
	}
	return []num.Warning{{Code: ingest.WarnChanged, Message: h.say(Style{Lang: English})}}
}
