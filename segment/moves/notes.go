package moves

import (
	"fmt"
	"strconv"

	"mainstay/markov"
)

// sentence is said where n is not 0.
type sentence struct {
	n         int64
	one, many string
}

func sentences(all ...sentence) (out []string) {
	for _, s := range all {
		switch s.n {
		case 0:
		case 1:
			out = append(out, "1 "+s.one)
		default:
			out = append(out, strconv.FormatInt(s.n, 10)+" "+s.many)
		}
	}
	return out
}

// unevenSteps is how much longer than the shortest the longest move may take before it is said: months and
// quarters differ by a tenth.
const unevenSteps = 1.2

func panelNotes(p *markov.Panel, at *timing) []string {
	out := sentences(
		sentence{p.NoID, "row without id was set aside", "rows without id were set aside"},
		sentence{p.Unobserved, "row has no state: none is known then, and no move into it or out of it is counted", "rows have no state: none is known then, and no move into them or out of them is counted"},
		sentence{p.Repeated, "row says again what another says of the same id and time", "rows say again what others say of the same id and time"},
		sentence{p.Overtaken, "state was followed by another in the same period, whose last one counts", "states were followed by others in the same period, whose last one counts"})
	if at.auto {
		out = append(out, sentences(sentence{p.Gaps, "gap in an id's states: no single move is counted over it", "gaps in ids' states: no single move is counted over them"})...)
		if p.Longest > unevenSteps*p.Shortest {
			out = append(out, fmt.Sprintf("moves take from %.4g to %.4g %s, and each counts as one step; with --period only moves over one period count", p.Shortest, p.Longest, at.unit))
		}
		return out
	}
	return append(out, sentences(
		sentence{p.Gaps, "gap of one period or more in an id's states: no single move is counted over it", "gaps of one period or more in ids' states: no single move is counted over them"},
		sentence{p.Ended, "id has no state in the last period and is in no forecast (--start names where else one begins)", "ids have no state in the last period and are in no forecast (--start names where else one begins)"})...)
}
