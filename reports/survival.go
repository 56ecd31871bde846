package reports

import (
	"bufio"
	"cmp"
	"io"
	"math"

	"mainstay/regress/survival"
	"mainstay/segment"
)

// Survival is one row per segment and step of its curve.
func Survival(curves []segment.SurvivalCurve) *Table {
	type step struct {
		curve *segment.SurvivalCurve
		survival.Step
	}
	var rows []step
	for k := range curves {
		for _, s := range curves[k].Steps {
			rows = append(rows, step{&curves[k], s})
		}
	}
	b := newColumns("survival", len(rows))
	b.text("scheme", "the segmentation; null for the whole book", func(i int) string { return rows[i].curve.Scheme })
	b.text("segment", "the segment, as of the as-of date; null for the whole book", func(i int) string { return rows[i].curve.Segment })
	b.integer("days", "days since the first purchase day", func(i int) int64 { return int64(rows[i].Time) })
	b.integer("customers", "customers who have not been lost or censored before that day", func(i int) int64 { return int64(rows[i].AtRisk) })
	b.integer("lost", "of them, lost on that day: one churn horizon has passed without a purchase", func(i int) int64 { return int64(rows[i].Events) })
	b.float("survival", "Kaplan–Meier estimate of the share that is still a customer from that day on", func(i int) float64 { return rows[i].Survival })
	b.float("se", "its standard error (Greenwood); null at 0", func(i int) float64 { return rows[i].SE })
	b.float("low", "lower end of its 95 % interval, on the scale of log(−log S)", func(i int) float64 { return rows[i].Low })
	b.float("high", "upper end of its 95 % interval", func(i int) float64 { return rows[i].High })
	return &b.t
}

// survivalMonths are the ages at which a terminal shows a curve.
var survivalMonths = []int{1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 84, 120}

// monthDays is the mean length of a month.
const monthDays = 365.2425 / 12

// ShowSurvival draws how long customers stay, with a line per segment of every scheme.
func ShowSurvival(w io.Writer, b *segment.Book, curves []segment.SurvivalCurve, style Style) error {
	out := bufio.NewWriter(w)
	v := view{style: style, book: b, out: out}
	v.title(style.say("survival.title", b.Clock.Horizon))
	for scheme := range chunkBy(curves, func(x, y *segment.SurvivalCurve) bool { return x.Scheme == y.Scheme }) {
		if scheme[0].Scheme == "" {
			v.curve(&scheme[0])
		} else {
			v.curves(scheme)
		}
	}
	v.note("survival.note", b.Clock.Horizon)
	return out.Flush()
}

// survivalAt is the curve after so many months, undefined beyond the longest follow-up.
func survivalAt(c *segment.SurvivalCurve, months int) survival.Step {
	day := math.Round(float64(months) * monthDays)
	s, ok := survival.At(c.Steps, day)
	if !ok || day > c.Last {
		nan := math.NaN()
		return survival.Step{Survival: nan, Low: nan, High: nan}
	}
	return s
}

// curve is a bar per age.
func (v *view) curve(c *segment.SurvivalCurve) {
	v.line(v.style.say("survival.sizes", count(c.Customers), count(c.Lost), count(c.Truncated)))
	if len(c.Steps) == 0 {
		v.line(v.style.say("survival.none"))
		v.line("")
		return
	}
	const columns = 50
	g := grid{right: []bool{true, true, false, false}}
	for _, months := range survivalMonths {
		s := survivalAt(c, months)
		if beforeLoss := float64(months)*monthDays < float64(v.book.Clock.Horizon); !beforeLoss && !math.IsNaN(s.Survival) {
			interval := v.style.interval(100*s.Low, 100*s.High, func(x float64) string { return fixed(x, 1) })
			g.rows = append(g.rows, []string{v.style.say("survival.months", months), percent(s.Survival), interval, bar(s.Survival, columns)})
		}
	}
	v.grid(&g)
	if median := survival.Median(c.Steps); math.IsNaN(median) {
		v.line(v.style.say("survival.open"))
	} else {
		v.line(v.style.say("survival.median", fixed(median, 0)))
	}
	v.line("")
}

// curves is a line per segment.
func (v *view) curves(curves []segment.SurvivalCurve) {
	shown := []int{3, 6, 12, 24}
	g := grid{right: []bool{false, true, true, true, true, true, true, true}}
	head := []string{printable(curves[0].Scheme), v.style.say("column.customers"), v.style.say("survival.lost"), v.style.say("survival.half")}
	for _, months := range shown {
		head = append(head, v.style.say("survival.months", months))
	}
	g.rows = append(g.rows, head)
	for k := range curves {
		c := &curves[k]
		row := []string{printable(cmp.Or(c.Segment, dash)), count(c.Customers), count(c.Lost), dash}
		if median := survival.Median(c.Steps); !math.IsNaN(median) {
			row[3] = v.style.say("survival.days", fixed(median, 0))
		}
		for _, months := range shown {
			row = append(row, percent(survivalAt(c, months).Survival))
		}
		g.rows = append(g.rows, row)
	}
	g.squeeze(0, pageWidth, segmentLeast)
	v.grid(&g)
	v.line("")
}
