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

// numberForms are a count and the forms of its noun: "1 {row|rows}".
var numberForms = regexp.MustCompile(`\S+ (?:key )?\{(\w+)\|(\w+)\}`)

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
	"input.file":    {"1 file", "1 个文件"},
	"input.files":   {"%s files", "%s 个文件"},
	"input.money":   {"%s read = %s used + %s set aside, exactly", "读入 %s = 采用 %s + 未采用 %s，分毫不差"},
	"input.rounded": {"%s {amount|amounts} rounded, by %s in all", "%s 个金额经过舍入，合计 %s"},
	"input.least":   {"less than %s", "不足 %s"},
	"input.columns": {"columns: %s", "字段：%s"},
	"input.status":  {" (excluded at every date)", "（在所有日期均排除）"},

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
	"leaving.expected": {"next %d {day|days}: %s of %s expected to leave; value at risk %s (key accounts %s)", "未来 %d 天预计流失：%s / %s；风险价值 %s，其中大客户 %s"},
	"leaving.whatif":   {"5 %% fewer losses would keep %s; 5 points less churn %s", "流失减少 5%% 可保住 %s；流失率降低 5 个百分点可保住 %s"},

	"models.churn":       {"churn: %s", "流失：%s"},
	"models.value":       {"value: %s", "价值：%s"},
	"models.logloss":     {", log loss %s", "，对数损失 %s"},
	"models.rmse":        {", RMSE %s", "，均方根误差 %s"},
	"models.naive":       {" (%s %s)", "（%s %s）"},
	"models.auc":         {", AUC %s", "，AUC %s"},
	"models.bias":        {"; last fold: bias %s", "，末折偏差 %s"},
	"models.capture":     {", capture %s", "，命中率 %s"},
	"models.certified":   {"both certified", "均已通过检验"},
	"models.uncertified": {"NOT certified: %s; such rows say so", "未通过检验：%s；相应记录已注明"},
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
	"segments.first":   {"%s, %d of %d", "%s，%d / %d"},

	"attention.none":  {"nothing stands out", "无特别事项"},
	"target.churn":    {"churn", "流失"},
	"target.value":    {"value", "价值"},
	"warnings.unused": {"candidates that took no part: %s; why: manifest.json", "未参与比较的候选模型：%s；原因见 manifest.json"},
	"warnings.more":   {"… and %d more in manifest.json", "……其余 %d 条见 manifest.json"},

	"files":        {"%s (columns: docs/format.md)", "%s（字段见 docs/format.md）"},
	"files.reused": {"%s (the identical run was there already)", "%s（相同的运行已存在，未重新计算）"},
}
