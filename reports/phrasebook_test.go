package reports

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// english is a word that no Chinese text has, but for names.
var english = regexp.MustCompile(`[A-Za-z]{3,}`)

// said are the names of models, and of settings, that both languages have.
var said = regexp.MustCompile(`（[a-z+-]+）|churn_horizon_days`)

// Whatever the analysis says of a customer has its Chinese, reasons of every code included.
func TestPhrasebookKnowsWhatIsSaid(t *testing.T) {
	golden, err := os.ReadFile("../segment/testdata/sentences.golden")
	if err != nil {
		t.Fatal(err)
	}
	zh := Style{Lang: Chinese}
	n := 0
	for line := range strings.Lines(string(golden)) {
		n++
		what, text, _ := strings.Cut(strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "#", "−7"), "\t")
		got := ""
		switch {
		case what == "term":
			got = zh.term(text)
		case strings.HasPrefix(what, "reason "):
			if got = zh.because(text); !strings.HasSuffix(got, " (+)") {
				t.Errorf("%q became %q", text, got)
			}
		default:
			got = zh.tell(text)
		}
		if word := english.FindString(said.ReplaceAllString(got, "")); word != "" && what != "reason "+reasonAttribute && what != "reason series" {
			t.Errorf("%s: %q of %q is not in the phrasebook: %q", what, word, text, got)
		}
	}
	if n < 40 {
		t.Errorf("%d sentences are all?", n)
	}
}

// Attributes are the customer's own words, whatever they are like.
func TestAttributesAreNotTranslated(t *testing.T) {
	zh := Style{Lang: Chinese}
	for text, want := range map[string]string{
		"attribute: industry lapsed, region unknown (+)": "industry lapsed，region 未知 (+)",
		"silence: silent 118 d, usual 45 (−)":            "已 118 天未购，通常间隔 45 天 (−)",
		"state: established/quiet-2":                     "稳定/沉默 2 期",
		"":                                               "",
	} {
		if got := zh.because(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// A hole takes what it says, and no more.
func TestPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, other, text, want string }{
		{"silent {n} d", "已 $1 天", "silent 12 d", "已 12 天"},
		{"silent {n} d", "已 $1 天", "silent 1 2 d", ""},
		{"silent {n} d", "已 $1 天", "silent  d", ""},
		{"silent {n} d", "已 $1 天", "silent d", ""},
		{"{n} day{s}", "$1 天", "1 day", "1 天"},
		{"{n} day{s}", "$1 天", "2 days", "2 天"},
		{"{n} day{s}", "$1 天", "2 days more", ""},
		{"leave {n}, now", "流失 $1", "leave −3 %, now", "流失 −3 %"},
		{"{t}: {n}", "$2（$1）", "a b: 5", "5（a b）"},
		{"churn: {t}", "流失：$1", "churn: a; b", ""},
		{"the best", "最优", "the best", "最优"},
		{"{q} as {t}", "$2 的 $1", "lapsed; active as lapsed", "已流失 的 lapsed; active"},
	} {
		got := ""
		for _, p := range newPatterns(c.pattern, c.other) {
			if found, ok := p.match(c.text); ok {
				got = string(p.append(nil, &found, &sentences))
			}
		}
		if got != c.want {
			t.Errorf("%q of %q: %q, want %q", c.text, c.pattern, got, c.want)
		}
	}
}

// Every pattern can be met: none stands behind one that takes its sentences too. Its other language has all that its holes hold.
func TestNoPatternIsHidden(t *testing.T) {
	samples := map[hole]string{aNumber: "7", anyText: "词", quoted: "名"}
	for name, book := range map[string]*phrasebook{"sentences": &sentences, "fits": &fitSentences, "terms": &termNames} {
		for k := range book.holes {
			p := &book.holes[k]
			text, used := p.words[0], 0
			var found [mostHoles]string
			for j, h := range p.holes {
				found[j] = samples[h]
				text += found[j] + p.words[j+1]
			}
			for j := range p.holes {
				if slices.ContainsFunc(p.other, func(q piece) bool { return q.hole == j+1 }) {
					used++
				}
			}
			got, known := book.append(nil, text)
			if want := string(p.append(nil, &found, book)); !known || string(got) != want || used != len(p.holes) {
				t.Errorf("%s: %q is %q, want %q; %d of %d holes are used", name, text, got, want, used, len(p.holes))
			}
		}
	}
}
