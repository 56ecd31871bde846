package reports

import (
	"regexp"
	"strings"
)

// sentence is something that the analysis says in English, as a pattern, with its Chinese.
type sentence struct {
	english *regexp.Regexp
	chinese string
}

// sentences are those of the analysis that reach the summary. What is not among them stays English.
var sentences = func() (out []sentence) {
	for _, s := range [][2]string{
		// attention
		{`silent (\d+) d, usual (\d+)`, "已 $1 天未购，通常间隔 $2 天"},
		{`silent (\d+) d, usual in the book (\d+)`, "已 $1 天未购，全体通常间隔 $2 天"},
		{`12-month margin (\S+(?: %)?)`, "12 个月毛利 $1"},
		{`12-month revenue (\S+(?: %)?)`, "12 个月收入 $1"},
		{`leave (\d+ %)`, "流失 $1"},
		{`back (\d+ %)`, "回流 $1"},
		// models
		{`churn: ([^;]+)`, "流失：$1"},
		{`value: ([^;]+)`, "价值：$1"},
		{`the best, and no simpler candidate within one standard error`, "最优，且一个标准误之内没有更简单的候选"},
		{`the best`, "最优"},
		{`no candidate could be judged`, "没有候选模型可供评判"},
		{`the incumbent, within one standard error of the best`, "沿用原有模型：与最优相差不到一个标准误"},
		{`the simplest within one standard error of the best \((.+)\)`, "与最优（$1）相差不到一个标准误的最简单者"},
		{`the history holds no fold to choose by, so the naive rule scores`, "历史太短，无法回测选择，故用朴素规则评分"},
		// warnings
		{`(\d+) days of history are (\S+) churn horizons of (\d+) days and a backtest needs (\S+) \((\d+) days\), so the naive rule scores`,
			"历史共 $1 天，为 $3 天流失期的 $2 倍，回测需要 $4 倍（$5 天），故用朴素规则评分"},
		{`a longer history, or a shorter churn_horizon_days, lets models compete`, "更长的历史或更短的 churn_horizon_days 可让模型参与比较"},
		{`12-month values are extrapolated from a backtest over (\d+) days?; they are tested over 12 months once the history is longer`,
			"12 个月价值由 $1 天的回测外推；历史足够长后才能按 12 个月检验"},
		{`trailing-12-month net of (\S+) has no known cost and counts as no margin`, "近 12 个月净额 $1 成本不明，毛利按零计"},
	} {
		out = append(out, sentence{regexp.MustCompile(`^` + s[0] + `$`), s[1]})
	}
	return out
}()

// tell is a text of the analysis in the style's language: known sentences, alone or joined by "; ".
func (s Style) tell(text string) string {
	if s.Lang != Chinese {
		return text
	}
	if whole, known := translate(text); known {
		return whole
	}
	parts := strings.Split(text, "; ")
	for i, part := range parts {
		parts[i], _ = translate(part)
	}
	return strings.Join(parts, "；")
}

// translate finds the sentence that text is; what it quotes is translated too.
func translate(text string) (string, bool) {
	for _, s := range sentences {
		m := s.english.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		out := s.chinese
		for i, part := range m[1:] {
			part, _ = translate(part)
			out = strings.ReplaceAll(out, "$"+string(rune('1'+i)), part)
		}
		return out, true
	}
	return text, false
}
