package reports

import (
	"regexp"
	"strings"

	"mainstay/internal/num"
)

// How many lines the warnings take.
const (
	warningLines = 3  // of each
	summaryLines = 39 // of summary.txt where it can; with where the files are, 40
)

func (s *summary) warnings() {
	all := s.told(Warnings(s.plan, s.res))
	if len(all) == 0 {
		return
	}
	s.section("label.warnings")
	texts := make([]string, len(all))
	need := 0
	for i, w := range all {
		texts[i] = printable(w.Code + ": " + w.Message)
		need += min(len(wrap(texts[i], s.room())), warningLines)
	}
	left := max(1, summaryLines-s.lines())
	most, shown := warningLines, len(all)
	if need > left { // one line each, and how many are not shown at the end of the last
		most, shown = 1, min(shown, left)
	}
	for k, text := range texts[:shown] {
		if more := len(all) - shown; more > 0 && k == shown-1 {
			note := s.style.say("warnings.more", more)
			text = clip(text, s.room()-width(note)) + note
		}
		s.text(text, most)
	}
}

// unusedCandidate is what the analysis says of a candidate that did not take part.
var unusedCandidate = regexp.MustCompile(`^(churn|value) candidate (\S+) was not used: `)

// told is the warnings as the summary says them: one line for all candidates that did not take part, one for
// what holds for churn and for value, in the style's language.
func (s *summary) told(all []num.Warning) []num.Warning {
	var out []num.Warning
	var unused []string
	for _, w := range joinTargets(all) {
		if m := unusedCandidate.FindStringSubmatch(w.Message); m != nil {
			unused = append(unused, m[2]+" ("+s.style.say("target."+m[1])+")")
			continue
		}
		w.Message = s.style.tell(w.Message)
		out = append(out, w)
	}
	if len(unused) > 0 {
		out = append(out, num.Warning{Code: warnNotCertified, Message: s.style.say("warnings.unused", strings.Join(unused, ", "))})
	}
	return out
}

// warnNotCertified is segment's code for a candidate that did not take part.
const warnNotCertified = "not-certified"

// joinTargets says one time what holds for churn and for value.
func joinTargets(all []num.Warning) []num.Warning {
	var out []num.Warning
	for _, w := range all {
		if rest, ok := strings.CutPrefix(w.Message, targetValue+": "); ok && len(out) > 0 {
			if last := &out[len(out)-1]; last.Code == w.Code && last.Message == targetChurn+": "+rest {
				last.Message = rest
				continue
			}
		}
		out = append(out, w)
	}
	return out
}
