package reports

// sentences are what the analysis says in English and their Chinese. What is not among them stays English;
// segment/testdata/sentences.golden has what they must cover.
var sentences = newPhrasebook([][2]string{
	// attention
	{`silent {n} d, usual {n}`, "已 $1 天未购，通常间隔 $2 天"},
	{`silent {n} d, usual in the book {n}`, "已 $1 天未购，全体通常间隔 $2 天"},
	{`12-month margin {n}`, "12 个月毛利 $1"},
	{`12-month revenue {n}`, "12 个月收入 $1"},
	{`leave {n}`, "流失 $1"},
	{`back {n}`, "回流 $1"},
	{`decline {n}`, "下滑 $1"},
	// reasons
	{`{n} purchase day{s} in 12 months, {n} in all`, "12 个月内购买 $1 天，共 $2 天"},
	{`{n} purchase day{s} in all`, "共购买 $1 天"},
	{`silent {n} d, counted as lapsed from {n}`, "已 $1 天未购，满 $2 天计为流失"},
	{`nothing in the half year before the last`, "上一个半年没有购买"},
	{`nothing in the last half year`, "近半年没有购买"},
	{`last half year {n} on the one before`, "近半年较上一个半年 $1"},
	{`customer for at least {n} d`, "为客户至少 $1 天"},
	{`customer for {n} d`, "为客户 $1 天"},
	{`customer for at least {n} years`, "为客户至少 $1 年"},
	{`customer for {n} years`, "为客户 $1 年"},
	{`returns {n} % of sales`, "退货占销售 $1 %"},
	{`a contract is in force`, "有有效合同"},
	{`cannot leave before {n}`, "有合同，$1 之前不会流失"},
	{`the contract ends on {n}`, "合同于 $1 到期"},
	{`no contract is in force`, "没有有效合同"},
	{`rhythm not known yet`, "购买节奏未知"},
	{`gaps of {n} ± {n} d`, "间隔 $1 ± $2 天"},
	{`no purchase yet`, "尚未购买"},
	{`survey score {n}, {t}`, "满意度评分 $1，$2"},
	{`{n} quote{s} in 12 months, {t}`, "12 个月内报价 $1 次，$2"},
	{`last contact {n} d ago, {n} in 12 months`, "最近联系在 $1 天前，12 个月内 $2 次"},
	{`no contact is known`, "没有已知联系"},
	{`no activity is known`, "没有已知活动"},
	{`last complaint {n} d ago`, "最近投诉在 $1 天前"},
	{`no complaint is known`, "没有已知投诉"},
	{`no account manager is known`, "没有已知客户经理"},
	{`no change of the account manager is known`, "客户经理未曾更换"},
	{`the account manager is there for {n} d`, "客户经理任职 $1 天"},
	{`outside figures`, "外部指标"},
	{`outside figures in 12 months: {q}`, "外部指标 12 个月变化：$1"},
	{`the time of the year`, "季节"},
	{`the rate of all customers`, "全体客户的流失率"},
	{`rows, but no day with a positive net amount`, "有记录，但没有净额为正的日子"},
	// states of the chain
	{`new/{t}`, "新客户/$1"},
	{`growing/{t}`, "成长/$1"},
	{`established/{t}`, "稳定/$1"},
	{`active`, "活跃"},
	{`quiet-{n}`, "沉默 $1 期"},
	{`long-lapsed`, "长期流失"},
	// tiers
	{`value rank {n} of {n}`, "价值排名 $1 / $2"},
	{`up one: leave {n}`, "升一级：流失 $1"},
	{`leave {n}, platinum is for key accounts`, "流失 $1，platinum 仅限大客户"},
	{`key account`, "大客户"},
	{`{n} % of value`, "占价值 $1 %"},
	{`has not bought yet`, "尚未购买"},
	{`no purchase day yet`, "尚无购买日"},
	{`no value expected`, "预期没有价值"},
	{`a loss expected: {n} in 12 months`, "预期亏损：12 个月 $1"},
	{`lapsed`, "已流失"},
	{`prospect`, "潜在客户"},
	{`never_bought`, "从未购买"},
	// models
	{`churn: {t}`, "流失：$1"},
	{`value: {t}`, "价值：$1"},
	{`the best, and no simpler candidate within one standard error`, "最优，且一个标准误之内没有更简单的候选"},
	{`the best`, "最优"},
	{`better than {t} by more than one standard error in the {n} folds of both`, "在两者共有的 $2 折中优于 $1 超过一个标准误"},
	{`no candidate could be judged`, "没有候选模型可供评判"},
	{`the incumbent, within one standard error of the best`, "沿用原有模型：与最优相差不到一个标准误"},
	{`the simplest within one standard error of the best ({t})`, "与最优（$1）相差不到一个标准误的最简单者"},
	{`the history holds no fold to choose by, so the naive rule scores`, "历史太短，无法回测选择，故用朴素规则评分"},
	{`no model could be judged, so the naive rule scores`, "没有模型可供评判，故用朴素规则评分"},
	{`no candidate could be judged, so the naive rule scores`, "没有候选模型可供评判，故用朴素规则评分"},
	// clusters
	{`k-means of {n} customer{s} by {t}, standardised`, "对 $1 个客户按 $2（标准化）做 k-means 聚类"},
	{`Gaussian mixture of {n} customer{s} by {t}, standardised`, "对 $1 个客户按 $2（标准化）拟合高斯混合"},
	{`silhouette under {n}: no substantial structure, these clusters cut one cloud`, "轮廓系数低于 $1：没有明显的结构，这些群只是把同一群切开"},
	{`a single Gaussian has the least BIC: these clusters cut one cloud`, "单个高斯的 BIC 最小：这些群只是把同一群切开"},
	{`{n} are the most that were tried: ask for more with --clusters`, "最多只试到 $1 个：可用 --clusters 指定更多"},
	// warnings
	{`{n} days of history are {n} churn horizons of {n} days and a backtest needs {n} ({n} days), so the naive rule scores`,
		"历史共 $1 天，为 $3 天流失期的 $2 倍，回测需要 $4 倍（$5 天），故用朴素规则评分"},
	{`a longer history, or a shorter churn_horizon_days, lets models compete`, "更长的历史或更短的 churn_horizon_days 可让模型参与比较"},
	{`12-month values are extrapolated from a backtest over {n} day{s}; they are tested over 12 months once the history is longer`,
		"12 个月价值由 $1 天的回测外推；历史足够长后才能按 12 个月检验"},
	{`the history is shorter than one churn horizon, so no churn could be observed: set churn_horizon_days, or give a longer history`,
		"历史短于一个流失期，无法观察到流失：请设置 churn_horizon_days，或提供更长的历史"},
	{`nobody bought on two days; rhythm, churn and value are guesses: give a longer history`, "没有客户在两天购买过；节奏、流失与价值均为猜测：请提供更长的历史"},
	{`no customer is in the accounts table: check its key column (--accounts-key) and that both write keys alike; all its rows count as prospects`,
		"客户表中没有任何客户：请检查其编号字段（--accounts-key）及两边编号写法是否一致；其所有行均计为潜在客户"},
	{`{t}: {n} customer is in neither the export nor the accounts: check how the keys are written`, "$1：$2 个客户既不在数据中也不在客户表中：请检查编号写法"},
	{`{t}: {n} customers are in neither the export nor the accounts: check how the keys are written`, "$1：$2 个客户既不在数据中也不在客户表中：请检查编号写法"},
	{`the model of run {q} was not used, this run learnt its own: {t}`, "未使用运行 $1 的模型，本次重新学习：$2"},
	{`the model was learnt {n} days ago ({t}), more than {n}: fit again, and compare`, "模型学于 $1 天前（$2），超过 $3 天：请重新拟合并比较"},
	{`{q}: {n} customer at risk is at levels that the model was not taught ({q}): taken as it takes rare ones`, "$1：$2 位在险客户的取值是模型未见过的（$3）：按罕见取值处理"},
	{`{q}: {n} customers at risk are at levels that the model was not taught ({q}): taken as it takes rare ones`, "$1：$2 位在险客户的取值是模型未见过的（$3）：按罕见取值处理"},
	{`drift: {t} from {q} to {q}, observed ÷ expected {n}, {n} % interval {n} to {n}, leaves out 1`, "漂移：$1（$2 至 $3），实际 ÷ 预期 $4，$5 % 区间 $6 至 $7，不含 1"},
	{`drift: {t}, index {n}, above {n}`, "漂移：$1，指数 $2，高于 $3"},
	{`the history was too short for a backtest on {q}, and is long enough by now`, "$1 时历史太短，无法回测，现已足够"},
	{`monthly: the models of run {q} were learnt in {q}`, "按月：运行 $1 的模型学于 $2"},
	{`the model was learnt with {q}, the data has {q}`, "模型学自 $1，而数据为 $2"},
	{`churn calibration`, "流失校准"},
	{`value calibration`, "价值校准"},
	{`stability of {q}`, "$1 的稳定性"},
	{`contracts`, "合同"},
	{`activities`, "客户活动"},
	{`people`, "人员"},
	{`trailing-12-month net of {n} has no known cost and counts as no margin`, "近 12 个月净额 $1 成本不明，毛利按零计"},
})

// tell is a text of the analysis in the style's language: known sentences, alone or joined by "; ".
func (s Style) tell(text string) string {
	if s.Lang != Chinese {
		return text
	}
	return sentences.tell(text)
}

// tellFit is a text about a fit or an evaluation in the style's language.
func (s Style) tellFit(text string) string {
	if s.Lang != Chinese {
		return text
	}
	return fitSentences.tell(text)
}

// fitRow is a row of a table, its cells in the style's language.
func (s Style) fitRow(cells ...string) []string {
	for k, c := range cells {
		cells[k] = s.tellFit(c)
	}
	return cells
}
