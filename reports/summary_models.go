package reports

import (
	"fmt"
	"math"
	"strings"

	"mainstay/ingest"
	"mainstay/segment"
)

// Targets of the tournament, as in segment.Contest.Target.
const (
	targetChurn = "churn"
	targetValue = "value"
)

func (s *summary) models() {
	s.section("label.models")
	s.text(s.style.say("models.churn", s.showing(targetChurn, s.res.ChurnModel)), 2)
	s.text(s.style.say("models.value", s.showing(targetValue, s.res.ValueModel))+s.otherStakes(), 2)
	verdict := s.style.say("models.certified")
	switch {
	case !s.res.ChurnCertified || !s.res.ValueCertified:
		verdict = s.style.say("models.uncertified", s.uncertified())
	case s.res.DeclineCertified:
		verdict = s.decliner() + s.style.say("models.all")
	}
	switch {
	case s.res.ChurnCertified && s.res.ValueCertified: // nothing that a reader must know
		verdict += s.style.say("models.whywhere")
	case s.res.ModelWhy != "":
		verdict += s.style.say("models.why", s.style.tell(printable(once(s.res.ModelWhy))))
	}
	s.text(verdict, 2)
	if line := storedLine(s.style, s.res); line != "" {
		s.text(line, 2)
	}
	if l := s.res.Learnt; !l.Whole() {
		s.text(s.style.say("models.learnt", count(l.Customers), count(l.Of)), 2)
	}
}

// toldApart is how many times the least of a range the most must be for the range to be told.
const toldApart = 1.1

// otherStakes says how far value at risk depends on the model; "" where it hardly does, or is not known.
func (s *summary) otherStakes() string {
	if f := &s.res.Forecast; f.StakeHigh > toldApart*f.StakeLow {
		return s.style.say("models.stake", s.value(f.StakeLow), s.value(f.StakeHigh))
	}
	return ""
}

// storedLine says which run learnt the models, or why a stored one was not used; "" where nothing was looked at.
func storedLine(style Style, res *segment.Result) string {
	switch u := res.Reuse; {
	case u == nil:
		return ""
	case u.Used:
		return style.say("models.stored", printable(u.Run), u.LearntOn, count(u.AgeDays))
	case u.From != "":
		return style.say("models.refit", style.tell(printable(u.Why)))
	}
	return ""
}

// Fallback is the error of --strict, nil when both champions are certified.
func Fallback(res *segment.Result) error {
	if res.ChurnCertified && res.ValueCertified {
		return nil
	}
	return &ingest.QualityError{Msg: fmt.Sprintf("--strict: churn by %s, value by %s, because %s; nothing was published: give a longer history, or run without --strict",
		res.ChurnModel, res.ValueModel, once(res.ModelWhy))}
}

// once says a reason that holds for both targets, "churn: x; value: x", one time.
func once(why string) string {
	churn, value, two := strings.Cut(why, "; value: ")
	if two && churn == "churn: "+value {
		return value
	}
	return why
}

// uncertified names the models that score without a certificate.
func (s *summary) uncertified() string {
	var names []string
	if !s.res.ChurnCertified && s.res.ChurnModel != "" {
		names = append(names, s.res.ChurnModel)
	}
	if !s.res.ValueCertified && s.res.ValueModel != "" && s.res.ValueModel != s.res.ChurnModel {
		names = append(names, s.res.ValueModel)
	}
	return strings.Join(names, ", ")
}

// showing says how a champion did in the tournament, beside the naive rule and on the last fold.
func (s *summary) showing(target, model string) string {
	if model == "" {
		return s.style.say("models.none")
	}
	champion, naive := s.contestants(target, model)
	if champion == nil || math.IsNaN(champion.Loss) {
		return model + s.style.say("models.unproven")
	}
	line := model
	if target == targetChurn {
		line += s.style.say("models.logloss", fixed(champion.Loss, textFloatPlaces))
		if naive != nil {
			line += s.style.say("models.naive", naive.Candidate, fixed(naive.Loss, textFloatPlaces))
		}
		line += s.style.say("models.auc", fixed(champion.AUC, textFloatPlaces))
		if s.res.ChurnCorrection.Changes() {
			line += s.style.say("models.corrected")
		}
	} else {
		line += s.style.say("models.rmse", s.value(champion.RMSE))
		if naive != nil {
			line += s.style.say("models.naive", naive.Candidate, s.value(naive.RMSE))
		}
		line += s.style.say("models.capture", percent(champion.TopCapture))
	}
	return line + s.style.say("models.bias", signed(champion.LastBias))
}

// decliner names the model of decline and how well it ranks, "" where it was not judged.
func (s *summary) decliner() string {
	champion, _ := s.contestants(targetDecline, s.res.DeclineModel)
	if champion == nil || math.IsNaN(champion.AUC) {
		return ""
	}
	return s.style.say("models.decline", s.res.DeclineModel, fixed(champion.AUC, textFloatPlaces))
}

// contestants finds the rows of the scoring model and of the simplest other candidate.
func (s *summary) contestants(target, model string) (champion, naive *segment.Contest) {
	for i := range s.res.Contests {
		c := &s.res.Contests[i]
		switch {
		case c.Target != target:
		case c.Candidate == model:
			champion = c
		case naive == nil || c.Rank < naive.Rank:
			naive = c
		}
	}
	if champion != nil && naive != nil && (naive.Rank > champion.Rank || math.IsNaN(naive.Loss)) {
		naive = nil // the champion is the naive rule, or it could not be judged
	}
	return champion, naive
}
