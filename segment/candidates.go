package segment

import (
	"fmt"

	"mainstay/ingest"
	"mainstay/internal/num"
)

// candidate is one model that competes for a target. Lists of them come simplest first; the first is the naive rule that
// stands in where there is no tournament.
type candidate[M any] struct {
	name    string
	large   bool                                  // barred where the book is small, see smallBook
	offered func(b *study) bool                   // whether it competes at all: nil where it always does
	train   func(b *study, at *origin) trained[M] // for any goroutine
}

// origin is what is known on a day: what a candidate is trained on.
type origin struct {
	day   ingest.Day
	panel *panel   // the customers as of the day
	train []*panel // earlier days whose labels are known on the day, newest first
	chain *chainModel
}

// trained is a fitted candidate. Model is nil, and Note says why, where it cannot be used.
type trained[M any] struct {
	Model M
	OK    bool // certified: may be used for scores
	Note  string
	Fits  []*Model // what is published of it; none for rules
}

// refused is a candidate that may not be used, and why.
func refused[M any](note string) trained[M] { return trained[M]{Note: note} }

// certificateNote is the last remark of a certificate that is not certified, as a rule the one that refused it.
func certificateNote(c *num.Certificate) string {
	if len(c.Warnings) == 0 {
		return num.WarnNotConverged + ": the fit is not certified"
	}
	w := c.Warnings[len(c.Warnings)-1]
	return w.Code + ": " + w.Message
}

func namesOf[M any](list []candidate[M]) []string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.name
	}
	return names
}

// offered are the candidates that compete in a book.
func offered[M any](b *study, list []candidate[M]) []candidate[M] {
	var out []candidate[M]
	for _, c := range list {
		if c.offered == nil || c.offered(b) {
			out = append(out, c)
		}
	}
	return out
}

// Below so many events in training, or customers at the newest training day, a book is small: it carries a rate, and a regression on a
// handful of columns that is kept from overfitting, but nothing larger. The bounds are low, for the backtest judges too: in simulated books of 70
// customers at risk with 70 events at four training days the usual regression still predicted best.
const (
	fewEvents    = 30
	fewCustomers = 50
)

func smallBook(events, customers int) bool { return events < fewEvents || customers < fewCustomers }

// tooSmall says why a large candidate is barred from a small book, "" where it is not.
func (o outcome) tooSmall(train []*panel) string {
	events, customers := 0, 0
	for k, p := range train {
		for _, i := range p.live() {
			if s := &p.Subjects[i]; o.eligible(s) {
				events += int(o.came(s))
				if k == 0 {
					customers++
				}
			}
		}
	}
	if !smallBook(events, customers) {
		return ""
	}
	return fmt.Sprintf("%s: %d events in training and %d customers at its newest day, this model needs %d and %d",
		num.WarnTooFew, events, customers, fewEvents, fewCustomers)
}
