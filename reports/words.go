package reports

import (
	"fmt"
	"regexp"
	"strings"
)

// Languages of the summary.
const (
	English = "en"
	Chinese = "zh"
)

// Style is how the summary speaks.
type Style struct {
	Lang   string  // English (default) or Chinese
	Level  float64 // of the run's intervals, for example 0.90
	Colour bool    // labels in bold, by ANSI codes
}

// say is the phrase of that key in the style's language, with its arguments.
func (s Style) say(key string, args ...any) string {
	p, known := phrases[key]
	if !known {
		return key
	}
	text := p[0]
	if s.Lang == Chinese {
		text = p[1]
	}
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	if strings.Contains(p[0], "{") {
		text = numberForms.ReplaceAllStringFunc(text, chooseForm)
	}
	return text
}

// numberForms are a count and the forms of its noun, an adjective between them or not: "1 {row|rows}".
var numberForms = regexp.MustCompile(`\S+ (?:\pL+ )?\{(\w+)\|(\w+)\}`)

func chooseForm(text string) string {
	before, forms, _ := strings.Cut(text, "{")
	one, many, _ := strings.Cut(strings.TrimSuffix(forms, "}"), "|")
	if strings.HasPrefix(before, "1 ") {
		return before + one
	}
	return before + many
}

// phrases are all words of the summary: English, 中文. Terms are those of the project's word list.
var phrases = map[string][2]string{
	"label.input":     {"INPUT", "输入"},
	"label.book":      {"BOOK", "客户"},
	"label.bridge":    {"BRIDGE", "增减"},
	"label.leaving":   {"LEAVING", "流失"},
	"label.models":    {"MODELS", "模型"},
	"label.outlook":   {"OUTLOOK", "展望"},
	"label.segments":  {"SEGMENTS", "细分群体"},
	"label.tiers":     {"TIERS", "服务等级"},
	"label.attention": {"ATTENTION", "关注"},
	"label.warnings":  {"WARNINGS", "提示"},
	"label.files":     {"FILES", "文件"},

	"head": {"mainstay · as of %s · run %s", "mainstay · 截至 %s · 运行 %s"},

	"input.rows":    {"%s {row|rows} in %s: %s used, %s set aside (%s)", "%[2]s，共 %[1]s 条记录：采用 %[3]s，未采用 %[4]s（%[5]s）"},
	"input.outside": {"only days from %[2]s are looked at: %[1]s {row|rows} outside", "只看 %[2]s 的记录：另有 %[1]s 条在范围之外"},
	"window.both":   {"%s to %s", "%s 至 %s"},
	"window.from":   {"%s on", "%s 起"},
	"window.to":     {"the beginning to %s", "截至 %s"},
	"input.file":    {"1 file", "1 个文件"},
	"input.files":   {"%s files", "%s 个文件"},
	"input.ledger":  {"a stored ledger", "已存账本"},

	"label.history":   {"HISTORY", "历史"},
	"history.same":    {"closed months to %s unchanged", "截至 %s 已结月份无变化"},
	"history.changed": {"%s closed {month|months} changed since run %s: %s", "自运行 %[2]s 以来 %[1]s 个已结月份有变化：%[3]s"},
	"history.month":   {"%s (%s rows, sales %s → %s)", "%s（记录 %s，销售 %s → %s）"},
	"history.more":    {"and %s more", "另有 %s 个"},
	"label.drift":     {"DRIFT", "漂移"},
	"drift.feature":   {"%s %s", "%s %s"},
	"drift.features":  {"since the run of %s the customers at risk have changed (stability index): %s", "与 %s 的运行相比，有风险的客户构成发生变化（稳定性指数）：%s"},
	"drift.more":      {"and %s more", "另有 %s 项"},
	"drift.score":     {"churn probabilities are %s (stability index %s)", "流失概率%s（稳定性指数 %s）"},
	"drift.ratio":     {"observed ÷ predicted churn went from %s to %s", "实际与预测流失之比由 %s 变为 %s"},
	"drift.shifted":   {"shifted", "有变化"},
	"drift.large":     {"far from what they were", "变化很大"},
	"drift.new":       {"%s at levels never seen", "%s 属于新出现的类别"},
	"input.money":     {"%s read = %s used + %s set aside, exactly", "读入 %s = 采用 %s + 未采用 %s，分毫不差"},
	"input.rounded":   {"%s {amount|amounts} rounded, by %s in all", "%s 个金额经过舍入，合计 %s"},
	"input.least":     {"less than %s", "不足 %s"},
	"input.columns":   {"columns: %s", "字段：%s"},
	"input.tables":    {"beside them: %s", "其他数据：%s"},
	"input.table":     {"%s, %s of %s {row|rows} used", "%s 采用 %s / %s 条"},

	"input.ends.planned": {", ends planned", "，到期日事先约定"},
	"input.ends.notice":  {", ends known from notice on", "，到期日自通知起可知"},
	"input.ends.actual":  {", ends known when they came", "，到期日事后才知"},

	"input.status": {" (excluded at every date)", "（在所有日期均排除）"},

	"table.contracts":  {"contracts", "合同"},
	"table.activities": {"activities", "客户活动"},
	"table.people":     {"people", "人员"},
	"table.series":     {"series", "外部序列"},

	"reason.bad_time":          {"bad date", "日期无效"},
	"reason.after_as_of":       {"future", "晚于截止日"},
	"reason.no_customer":       {"no customer", "无客户"},
	"reason.bad_customer":      {"bad customer key", "客户编号无效"},
	"reason.excluded_customer": {"excluded customer", "排除的客户"},
	"reason.excluded_status":   {"excluded status", "排除的状态"},
	"reason.other_currency":    {"other currency", "其他币种"},
	"reason.no_currency":       {"no currency", "无币种"},
	"reason.no_rate":           {"no exchange rate", "无汇率"},
	"reason.bad_amount":        {"bad amount", "金额无效"},
	"reason.bad_units":         {"bad units", "数量无效"},
	"reason.bad_cost":          {"bad cost", "成本无效"},
	"reason.bad_discount":      {"bad discount", "折扣无效"},

	"book.customers": {"%s {customer|customers}: %s at risk (bought in the last %d {day|days}), %s lapsed", "%s 个客户：活跃 %s（最近 %d 天内有购买），已流失 %s"},
	"book.contract":  {"%s {customer|customers}: %s at risk (bought in the last %d {day|days}, or under contract), %s lapsed", "%s 个客户：活跃 %s（最近 %d 天内有购买，或合同有效），已流失 %s"},
	"book.never":     {", %s never bought", "，从未购买 %s"},
	"book.prospects": {"; %s {prospect|prospects}", "；潜在客户 %s"},
	"book.revenue":   {"last 12 months: revenue %s (%s on the 12 before)", "近 12 个月：收入 %s（较前 12 个月 %s）"},
	"book.revenue1":  {"last 12 months: revenue %s", "近 12 个月：收入 %s"},
	"book.margin":    {", margin %s", "，毛利 %s"},
	"book.key":       {"%s key {account|accounts} (%s) with %s of revenue", "%s 个大客户（占活跃客户 %s）贡献收入的 %s"},
	"book.keymargin": {", %s of margin", "、毛利的 %s"},
	"book.top":       {"; top %s: %s", "；前 %s 的客户贡献 %s"},
	"book.heads":     {"of the accounts table: %s {group|groups}, %s matched, %s {prospect|prospects}; %s {customer|customers} not in it", "客户表：%s 个集团，匹配 %s，潜在 %s；%s 个客户不在表中"},
	"book.groups":    {"a customer is a buying group (unit: parent): %s {account|accounts} in %s {group|groups}, %s of several", "以集团为单位（unit: parent）：%s 个账户归入 %s 个集团，其中 %s 个含多个账户"},
	"book.accounts":  {"accounts table: %s {account|accounts}, %s matched, %s {prospect|prospects}; %s {customer|customers} not in it", "客户表：%s 个客户，匹配 %s，潜在 %s；%s 个客户不在表中"},

	"leaving.observed": {"of those at risk %d {day|days} ago, %s %s have not bought since", "%d 天前的活跃客户中，%s %s 此后没有购买"},
	"leaving.contract": {"of those at risk %d {day|days} ago, %s %s have neither bought since nor a contract", "%d 天前的活跃客户中，%s %s 此后没有购买，也没有有效合同"},
	"leaving.expected": {"next %d {day|days}: %s of %s expected to leave", "未来 %d 天预计流失：%s / %s"},
	"leaving.and":      {", ", "；预计下滑："},
	"leaving.next":     {"next %d {day|days}: ", "未来 %d 天预计下滑："},
	"leaving.risk":     {"value at risk %s (key %s)", "风险价值 %s（大客户 %s）"},
	"leaving.decline":  {"%s of %s to fall by %s", "%s / %s（比平常少 %s 以上）"},
	"leaving.rung":     {"%s of %s to fall by %s or a rung", "%s / %s（比平常少 %s 以上，或降一级）"},
	"leaving.whatif":   {": 5 %% fewer losses keep %s, 5 points less %s", "：流失减少 5 %% 保住 %s，降 5 个百分点保住 %s"},

	"models.churn":       {"churn: %s", "流失：%s"},
	"models.value":       {"value: %s", "价值：%s"},
	"models.logloss":     {", log loss %s", "，对数损失 %s"},
	"models.rmse":        {", RMSE %s", "，均方根误差 %s"},
	"models.naive":       {" (%s %s)", "（%s %s）"},
	"models.auc":         {", AUC %s", "，AUC %s"},
	"models.corrected":   {", corrected by experience", "，经经验校正"},
	"models.bias":        {"; last fold: bias %s", "，末折偏差 %s"},
	"models.stake":       {"; models as good put %s to %s at risk", "；同样好的模型给出风险价值 %s 至 %s"},
	"models.capture":     {", capture %s", "，命中率 %s"},
	"models.certified":   {"both certified", "均已通过检验"},
	"models.all":         {"all certified", "均已通过检验"},
	"models.decline":     {"decline: %s, AUC %s; ", "下滑：%s，AUC %s；"},
	"models.uncertified": {"NOT certified: %s; such rows say so", "未通过检验：%s；相应记录已注明"},
	"models.stored":      {"learnt by run %s as of %s, %s {day|days} before, and not fitted again: the figures of the backtest are that run's", "模型由 %s 于 %s 学得（%s 天前），本次未重新拟合；回测数据属于该次运行"},
	"models.refit":       {"fitted again: %s", "重新拟合：%s"},
	"models.learnt":      {"learnt from a random sample of %s of the %s customers; all are scored", "由随机抽取的 %s 位客户学得（共 %s 位，全部评分）"},
	"models.whywhere":    {"; why these: manifest.json", "；选择理由见 manifest.json"},
	"models.why":         {"; %s", "；%s"},
	"models.unproven":    {", not backtested", "，未经回测"},
	"models.none":        {"none", "无"},

	"outlook":          {"next 12 months: %s %s", "未来 12 个月：预期%s %s"},
	"outlook.interval": {", %s interval %s", "，%s 区间 %s"},
	"outlook.before":   {"; the last 12: %s", "；近 12 个月 %s"},
	"basis.margin":     {"margin", "毛利"},
	"basis.revenue":    {"revenue", "收入"},

	"column.customers": {"customers", "客户"},
	"column.at_risk":   {"at risk", "活跃"},
	"column.revenue":   {"revenue", "收入"},
	"column.revenue12": {"revenue 12m", "近12月收入"},
	"column.retention": {"retention", "保持率"},
	"column.churn":     {"churn", "流失概率"},
	"column.value":     {"value", "价值"},
	"column.value12":   {"value 12m", "未来12月价值"},
	"column.var":       {"value at risk", "风险价值"},
	"column.tier":      {"tier", "等级"},
	"column.key":       {"key accounts", "大客户"},
	"column.account":   {"account", "客户"},
	"column.stake":     {"at stake", "涉及价值"},
	"column.why":       {"why", "原因"},
	"column.key.short": {"key", "大客户"},
	"column.prospects": {"prospects", "潜在客户"},
	"column.share":     {"share", "占比"},
	"column.tenure":    {"tenure", "关系时长"},
	"segments.words": {"as of %[1]s; at risk = bought in the last %[2]d days; retention = of those at risk %[2]d days ago, bought since, with its 95 %% interval",
		"截至 %[1]s；活跃 = 最近 %[2]d 天内有购买；保持率 = %[2]d 天前的活跃客户中此后有购买的比例，及其 95 %% 区间"},
	"segments.contract": {"as of %[1]s; at risk = bought in the last %[2]d days or under contract; retention = of those at risk %[2]d days ago, bought since or under contract now, with its 95 %% interval",
		"截至 %[1]s；活跃 = 最近 %[2]d 天内有购买或合同有效；保持率 = %[2]d 天前的活跃客户中此后有购买或合同仍有效的比例，及其 95 %% 区间"},
	"segments.retention": {"%s [%s, %s] of %s", "%s [%s, %s]，共 %s"},
	"cuts.group":         {"group", "群体"},
	"cuts.by":            {"by", "依据"},
	"cuts.from":          {"from", "从"},
	"cuts.to":            {"to", "到"},
	"clusters.number":    {"clusters", "群数"},
	"clusters.median":    {"median of", "中位数"},
	"clusters.best":      {"silhouette (highest)", "轮廓系数（最高者）"},
	"clusters.bic":       {"BIC (lowest), diagonal", "BIC（最低者），对角协方差"},
	"clusters.full":      {"full covariances", "完整协方差"},

	"segments.first": {"%s, %d of %d", "%s，%d / %d"},

	"period.month":   {"month", "月"},
	"period.quarter": {"quarter", "季度"},
	"period.year":    {"year", "年"},

	"bridge.rates":          {"NRR %s, GRR %s; %s {customer|customers} before, %s new, %s returned, %s lost", "NRR %s，GRR %s；前期客户 %s，新增 %s，回流 %s，流失 %s"},
	"bridge.title":          {"From the 12 months to %s to the 12 months to %s", "从截至 %s 的 12 个月到截至 %s 的 12 个月"},
	"bridge.prior":          {"12 months before", "前 12 个月"},
	"bridge.new":            {"new", "新增客户"},
	"bridge.returned":       {"returned", "回流客户"},
	"bridge.grown":          {"grown", "增长"},
	"bridge.shrunk":         {"shrunk", "下降"},
	"bridge.lost":           {"lost", "流失"},
	"bridge.now":            {"last 12 months", "近 12 个月"},
	"bridge.prior.short":    {"before", "前期"},
	"bridge.new.short":      {"new", "新增"},
	"bridge.returned.short": {"returned", "回流"},
	"bridge.grown.short":    {"grown", "增长"},
	"bridge.shrunk.short":   {"shrunk", "下降"},
	"bridge.lost.short":     {"lost", "流失"},
	"bridge.now.short":      {"now", "本期"},
	"bridge.retention":      {"net revenue retention (NRR) %s, gross (GRR) %s", "净收入留存率（NRR）%s，总收入留存率（GRR）%s"},
	"bridge.note": {"new = first purchase in the last 12 months; lost = bought in the 12 before and not since; returned = bought only earlier, and again. NRR = what those with revenue then bring now ÷ then; GRR counts none of them for more than then. Segments are those of 12 months ago, of new customers today's.",
		"新增 = 近 12 个月首次购买；流失 = 前 12 个月有购买而此后没有；回流 = 更早有过购买、近 12 个月再次购买。NRR = 前期有收入的客户本期收入 ÷ 前期收入；GRR 对每个客户不计超过前期的部分。细分群体按 12 个月前划分，新增客户按当前划分。"},
	"bridge.partial": {"The export begins on %s, within the 12 months before: they are incomplete, so no retention is given and growth is overstated.", "数据始于 %s，前 12 个月不完整：不给出留存率，增长被高估。"},

	"trend.title":  {"Concentration of the trailing-12-month net revenue", "近 12 个月净收入的集中度"},
	"trend.to":     {"12 months to", "截至"},
	"trend.gini":   {"Gini", "基尼系数"},
	"trend.top":    {"top %d %%", "前 %d%%"},
	"trend.half":   {"make half", "贡献一半"},
	"trend.course": {"Gini", "走势"},
	"trend.note": {"Over the customers who bought or returned in the 12 months, negatives as zero; make half = the fewest customers with half of the revenue. Segments are those of each day.",
		"统计 12 个月内有购买或退货的客户，负值计为零；贡献一半 = 收入合计过半所需的最少客户数。细分群体按各日划分。"},

	"cohort.title":   {"Customers by the %s of their first purchase, and how many buy how long after, in %%", "按首次购买所在%s分组的客户，及此后各期的购买比例（%%）"},
	"cohort.active":  {"active", "活跃客户"},
	"cohort.revenue": {"revenue", "收入"},
	"cohort.none":    {"No %s has closed yet.", "尚无完整的%s。"},
	"cohort.note": {"Columns: periods after the first purchase, closed ones only; revenue in %% of that of the first period. * = begins within %d days of the export's first: its customers may have bought before. Segments are today's and pool all cohorts without *; a class by behaviour knows who stayed.",
		"列为首次购买后的期数，仅含完整的期；收入为首期的百分比。* = 始于数据开始后 %d 天之内，其客户可能更早已购买。细分群体按当前划分，合并所有不带 * 的分组；按行为划分的群体已含留存信息。"},

	"survival.title":  {"How long customers stay: Kaplan–Meier, lost = %d days without a purchase", "客户留存时长：Kaplan–Meier 估计，流失 = %d 天无购买"},
	"survival.sizes":  {"%s {customer|customers}, %s lost so far; %s who may have bought before the export began are left out", "%s 个客户，已流失 %s；另有 %s 个客户可能在数据开始前已购买，未计入"},
	"survival.months": {"%d m", "%d 月"},
	"survival.median": {"half of them stay for %s {day|days}", "半数客户留存 %s 天"},
	"survival.none":   {"no life can be seen from its beginning: give a longer export, or a shorter --churn-horizon", "看不到任何完整的起点：请提供更长的数据，或缩短 --churn-horizon"},
	"survival.open":   {"more than half of them are still customers", "半数以上仍为客户"},
	"survival.days":   {"%s d", "%s 天"},
	"survival.half":   {"half stay", "半数留存"},
	"survival.lost":   {"lost", "流失"},
	"survival.note": {"Months since the first purchase, share still a customer, [95 %% interval]. A life ends when %d days have passed without a purchase, also where the customer came back later. Segments are today's; a class by behaviour knows who stayed.",
		"首次购买后的月数、仍为客户的比例、［95 %% 区间］。连续 %d 天无购买即视为流失，之后回流亦然。细分群体按当前划分；按行为划分的群体已含留存信息。"},

	"move.title":   {"Who moved between %s and %s", "%s 至 %s 的客户迁移"},
	"move.then":    {"then", "当时"},
	"move.now":     {"now", "现在"},
	"move.up":      {"up", "上升"},
	"move.same":    {"same", "不变"},
	"move.down":    {"down", "下降"},
	"move.moved":   {"moved", "变动"},
	"move.entered": {"entered", "新进入"},
	"move.left":    {"left", "已离开"},
	"move.share":   {"of then", "占当时"},
	"move.before":  {"12m then", "当时12月收入"},
	"move.after":   {"12m now", "现在12月收入"},
	"move.lapsed":  {"lapsed since", "此后流失"},
	"move.more":    {"… and %d more moves: --out writes them all", "……其余 %d 种变动：用 --out 写出全部"},
	"move.note": {"Rows: segments then; columns: now; a block is as high as the share of its row. Classes are those of each day, attributes of accounts without valid_from today's. lapsed = could be lost then, and has been. --where at_risk compares active customers only.",
		"行为当时的群体，列为现在的群体；色块高度为占该行的比例。群体按各日划分，无生效日期的客户属性取当前值。此后流失 = 当时活跃、现在已流失。--where at_risk 只比较活跃客户。"},

	"attention.none":  {"nothing stands out", "无特别事项"},
	"target.churn":    {"churn", "流失"},
	"target.value":    {"value", "价值"},
	"warnings.unused": {"candidates that took no part: %s; why: manifest.json", "未参与比较的候选模型：%s；原因见 manifest.json"},
	"warnings.more":   {" (+%d: manifest.json)", "（另有 %d 条：manifest.json）"},

	"files":        {"%s (columns: docs/format.md)", "%s（字段见 docs/format.md）"},
	"files.behind": {"latest.json stays at the later run %s: to go back to this one, remove that folder and run again", "latest.json 仍指向较晚的运行 %s：如需改回本次运行，请删除该文件夹后重新运行"},
	"files.reused": {"%s (the identical run was there already)", "%s（相同的运行已存在，未重新计算）"},
}
