package reports

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

// fitSentences are what evaluate says in English (names and values of the user's are quoted, {q}) and its Chinese.
var fitSentences = newPhrasebook([][2]string{
	// rows
	{`{n} row{s}: {n} used`, "共 $1 行：采用 $2 行"},
	{`{n} row{s}, {n} chosen by --where: {n} used`, "共 $1 行，--where 选出 $2 行：采用 $3 行"},
	{`{n} row{s}: {n} used, {n} left out for missing values ({q})`, "共 $1 行：采用 $2 行，因缺值略去 $3 行（$4）"},
	{`{n} row{s}, {n} chosen by --where: {n} used, {n} left out for missing values ({q})`, "共 $1 行，--where 选出 $2 行：采用 $3 行，因缺值略去 $4 行（$5）"},
	{`weighted by {q}, 0 in {n} row{s}, which count for nothing`, "按 $1 加权，其中 $2 行权重为 0，不计"},
	{`weighted by {q}`, "按 $1 加权"},
	{`errors by row: where a customer has several, name the column with --cluster`, "误差按行计：若一个客户有多行，请用 --cluster 指定其列"},
	{`errors by {q} ({n} cluster{s})`, "误差按 $1 聚类（$2 组）"},
	{`{n} % interval`, "$1 % 区间"},
	{`interval`, "区间"},
	{`rows`, "行数"},
	{`{q} {q} is left out: all of its rows weigh 0`, "略去 $1 $2：其所有行权重均为 0"},

	// evaluations
	{`{q} as predicted by {q}`, "$1：由 $2 预测"},
	{`the event is {q} = {q} ({n} of {n} row{s}, {n})`, "事件为 $1 = $2（$4 行中 $3 行，$5）"},
	{`RANKING`, "排序"},
	{`ROC AUC`, "ROC AUC"},
	{`chance that an event is above a non-event; 0.5: none`, "事件排在非事件之前的概率；0.5 = 无区分力"},
	{`average precision`, "平均精确率"},
	{`events among those flagged; {n}: ranks nothing`, "所标记者中事件的比例；$1 = 无区分力"},
	{`interpolated`, "插值"},
	{`the same area, interpolated as Davis & Goadrich do`, "同一面积，按 Davis & Goadrich 插值"},
	{`CALIBRATION`, "校准"},
	{`observed ÷ predicted`, "实际 ÷ 预测"},
	{`{n} came, {n} were predicted`, "实际 $1，预测 $2"},
	{`intercept`, "截距"},
	{`on the logit scale; 0 = right in total`, "对数几率尺度；0 = 总量正确"},
	{`slope`, "斜率"},
	{`below 1: too bold, high too high and low too low`, "小于 1：过于极端，高者过高，低者过低"},
	{`above 1: too timid, all too near the mean`, "大于 1：过于保守，均偏向均值"},
	{`1 = neither too bold nor too timid`, "1 = 既不极端也不保守"},
	{`neither too bold nor too timid, as far as can be told`, "就所见而言，既不极端也不保守"},
	{`calibration error`, "校准误差"},
	{`mean distance of bins from what they say; by chance {n}`, "各组与其预测的平均差距；纯属偶然时为 $1"},
	{`BOTH TOGETHER`, "综合"},
	{`log loss`, "对数损失"},
	{`{n} = giving everybody the rate`, "$1 = 对所有人都取平均率"},
	{`Brier score`, "Brier 分数"},
	{`  reliability`, "  可靠性"},
	{`lost by bins not being what they say (less chance: {n})`, "各组偏离其预测的损失（扣除偶然：$1）"},
	{`  resolution`, "  区分度"},
	{`gained by bins that differ (less chance: {n})`, "各组彼此不同的收益（扣除偶然：$1）"},
	{`CALIBRATION BY BINS  of equal weight, lowest first`, "分组校准  各组权重相等，由低到高"},
	{`LIFT  highest first`, "提升度  由高到低"},
	{`predicted`, "预测"},
	{`observed`, "实际"},
	{`actual`, "实际"},
	{`observed ▇ against predicted │`, "实际 ▇ 与预测 │"},
	{`lift`, "提升度"},
	{`events found so far`, "累计找到的事件"},
	{`CONTACTING  at {n} each, keeping {n} of those who would leave, worth the column {q}`, "联系客户  每次成本 $1，可留住将流失者的 $2，价值见列 $3"},
	{`CONTACTING  at {n} each, keeping {n} of those who would leave, worth {n}`, "联系客户  每次成本 $1，可留住将流失者的 $2，每位价值 $3"},
	{`best share: {n}`, "最佳比例：$1"},
	{`scores of {n} and more; shares of {n} to {n} earn as much, as far as can be told`, "分数不低于 $1；就所见而言，$2 至 $3 的比例收益相当"},
	{`break-even: {n}`, "盈亏平衡：$1"},
	{`scores from {n} on, where a contact pays if scores are right`, "分数自 $1 起，若分数准确则联系合算"},
	{`everybody`, "全部联系"},
	{`nobody earns 0; knowing who leaves would earn {n}`, "不联系任何人收益为 0；若已知谁会流失则为 $1"},
	{`COMPARED WITH {q}  differences on the same rows`, "与 $1 比较  相同行上的差"},
	{`no telling which is better`, "无法判断孰优"},
	{`{q} is better`, "$1 更优"},
	{`ERRORS`, "误差"},
	{`root of the mean squared error: models are chosen by it`, "均方根误差：据此选择模型"},
	{`mean absolute error: flatters what predicts the median`, "平均绝对误差：偏袒预测中位数的模型"},
	{`share of the variance predicted; below 0 = worse than the mean`, "预测到的方差比例；小于 0 = 不如均值"},
	{`bias`, "偏差"},
	{`mean of predicted − actual; the mean actual is {n}`, "预测 − 实际的均值；实际均值为 $1"},
	{`total`, "总量"},
	{`predicted beside actual, in total`, "预测与实际相比，总量"},
	{`ORDER`, "次序"},
	{`Spearman`, "Spearman"},
	{`correlation of ranks: 1 = the order is right`, "秩相关：1 = 次序正确"},
	{`Kendall`, "Kendall"},
	{`pairs in the right order less those in the wrong (tau-b)`, "次序正确的对减去错误的对（τ-b）"},
	{`top {n}`, "前 $1"},
	{`of the whole held by those predicted highest; at best {n}`, "预测最高者所占总量；最多 $1"},
	{`MEAN DEVIANCE  a dash: an outcome or a prediction is outside its domain`, "平均偏离度  短横：实际或预测超出其取值范围"},
	{`for counts`, "用于计数"},
	{`for amounts with zeros`, "用于含零的金额"},
	{`for amounts above 0`, "用于大于 0 的金额"},
	{`segment`, "群体"},
	{`BY {q}`, "按 $1"},
})
