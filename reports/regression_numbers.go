package reports

import (
	"math"
	"strconv"
	"strings"

	"mainstay/regress/model"
)

func between(low, high float64, format func(float64) string) string {
	return Style{}.interval(low, high, format)
}

// significant is v to four significant digits, which is more than its error leaves it; undefined is a dash.
func significant(v float64) string {
	const digits = 4
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dash
	}
	exponent := 0
	if v != 0 {
		exponent = int(math.Floor(math.Log10(math.Abs(v))))
	}
	if exponent < -4 || exponent > 6 {
		return strings.ReplaceAll(strconv.FormatFloat(v, 'e', digits-1, 64), "-", "−")
	}
	return fixed(v, max(0, digits-1-exponent))
}

// statisticText is a test statistic to two places; that of a fit without error has no end.
func statisticText(v float64) string {
	if math.Abs(v) < 1e6 {
		return fixed(v, 2)
	}
	return significant(v)
}

// ratioText is a ratio of odds, rates, hazards; close to 1 the difference is all that matters.
func ratioText(v float64) string {
	if math.Abs(v-1) < 0.01 {
		return fixed(v, 5)
	}
	return significant(v)
}

// leastP is where tails are beyond what a double of an ordinary statistic tells: R prints it so.
const leastP = 2.2e-16

// pValue is a probability as tables print it.
func pValue(p float64) string {
	switch {
	case math.IsNaN(p):
		return dash
	case p < leastP:
		return "<2e-16"
	case p < 0.0001:
		return strconv.FormatFloat(p, 'e', 1, 64)
	}
	return fixed(p, 4)
}

// withP is a probability after its name: "p < 2e-16", "p = 0.0310".
func withP(p float64) string {
	if s, ok := strings.CutPrefix(pValue(p), "<"); ok {
		return "p < " + s
	}
	return "p = " + pValue(p)
}

// kindText is v as its kind is printed.
func kindText(v float64, kind model.Kind) string {
	if math.IsNaN(v) {
		return dash
	}
	switch kind {
	case model.Whole:
		return count(int64(v))
	case model.Ratio:
		return ratioText(v)
	case model.Statistic:
		return statisticText(v)
	case model.Probability:
		return pValue(v)
	case model.Share:
		return fixed(v, 4)
	}
	return significant(v)
}

// spoken is a name of machines as people read it: "pearson_chi_square" without the underscores.
func spoken(name string) string { return printable(strings.ReplaceAll(name, "_", " ")) }
