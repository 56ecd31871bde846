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
		// reasons
		{`(\d+) purchase days? in 12 months, (\d+) in all`, "12 个月内购买 $1 天，共 $2 天"},
		{`(\d+) purchase days? in all`, "共购买 $1 天"},
		{`silent (\d+) d, counted as lapsed from (\d+)`, "已 $1 天未购，满 $2 天计为流失"},
		{`nothing in the half year before the last`, "上一个半年没有购买"},
		{`nothing in the last half year`, "近半年没有购买"},
		{`last half year (\S+(?: %)?) on the one before`, "近半年较上一个半年 $1"},
		{`customer for at least (\S+) d`, "为客户至少 $1 天"},
		{`customer for (\S+) d`, "为客户 $1 天"},
		{`customer for at least (\S+) years`, "为客户至少 $1 年"},
		{`customer for (\S+) years`, "为客户 $1 年"},
		{`returns (\d+) % of sales`, "退货占销售 $1 %"},
		{`a contract is in force`, "有有效合同"},
		{`no contract is in force`, "没有有效合同"},
		{`rhythm not known yet`, "购买节奏未知"},
		{`gaps of (\d+) ± (\d+) d`, "间隔 $1 ± $2 天"},
		{`no purchase yet`, "尚未购买"},
		{`rows, but no day with a positive net amount`, "有记录，但没有净额为正的日子"},
		// tiers
		{`value rank (\d+) of (\d+)`, "价值排名 $1 / $2"},
		{`up one: leave (\d+ %)`, "升一级：流失 $1"},
		{`leave (\d+ %), platinum is for key accounts`, "流失 $1，platinum 仅限大客户"},
		{`key account`, "大客户"},
		{`(\S+) % of value`, "占价值 $1 %"},
		{`has not bought yet`, "尚未购买"},
		{`no purchase day yet`, "尚无购买日"},
		{`no value expected`, "预期没有价值"},
		{`a loss expected: (\S+) in 12 months`, "预期亏损：12 个月 $1"},
		{`lapsed`, "已流失"},
		// models
		{`churn: ([^;]+)`, "流失：$1"},
		{`value: ([^;]+)`, "价值：$1"},
		{`the best, and no simpler candidate within one standard error`, "最优，且一个标准误之内没有更简单的候选"},
		{`the best`, "最优"},
		{`no candidate could be judged`, "没有候选模型可供评判"},
		{`the incumbent, within one standard error of the best`, "沿用原有模型：与最优相差不到一个标准误"},
		{`the simplest within one standard error of the best \((.+)\)`, "与最优（$1）相差不到一个标准误的最简单者"},
		{`the history holds no fold to choose by, so the naive rule scores`, "历史太短，无法回测选择，故用朴素规则评分"},
		// clusters
		{`k-means of (\S+) customers? by (.+), standardised`, "对 $1 个客户按 $2（标准化）做 k-means 聚类"},
		{`Gaussian mixture of (\S+) customers? by (.+), standardised`, "对 $1 个客户按 $2（标准化）拟合高斯混合"},
		{`silhouette under (\S+): no substantial structure, these clusters cut one cloud`, "轮廓系数低于 $1：没有明显的结构，这些群只是把同一群切开"},
		{`a single Gaussian has the least BIC: these clusters cut one cloud`, "单个高斯的 BIC 最小：这些群只是把同一群切开"},
		{`(\d+) are the most that were tried: ask for more with --clusters`, "最多只试到 $1 个：可用 --clusters 指定更多"},
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
