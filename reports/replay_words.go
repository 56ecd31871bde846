package reports

import "maps"

func init() { maps.Copy(phrases, replayPhrases) }

// replayPhrases are the words of a replay: English, 中文.
var replayPhrases = map[string][2]string{
	"replay.label.churn":       {"LEAVERS", "流失客户"},
	"replay.label.decline":     {"DECLINE", "下滑客户"},
	"replay.label.value_label": {"VALUE", "价值"},
	"replay.label.value_12m":   {"YEAR", "全年"},
	"replay.label.keys":        {"KEY", "大客户"},
	"replay.label.calibration": {"RATES", "校准"},
	"replay.label.models":      {"MODELS", "模型"},
	"replay.label.stability":   {"TIERS", "服务等级"},
	"replay.label.files":       {"FILES", "文件"},

	"replay.head":         {"replay · %s to %s %s · %d {run|runs} · what came is known until %s", "回放 · %s 至 %s %s · %d 次运行 · 实际数据截至 %s"},
	"replay.step.week":    {"by week", "按周"},
	"replay.step.month":   {"by month", "按月"},
	"replay.step.quarter": {"by quarter", "按季"},
	"replay.step.year":    {"by year", "按年"},
	"replay.step.days":    {"every %s days", "每 %s 天"},

	"replay.churn.margin":        {"customers at risk without a purchase within %s days", "%s 天内没有购买的活跃客户"},
	"replay.churn.revenue":       {"customers at risk without a purchase within %s days", "%s 天内没有购买的活跃客户"},
	"replay.decline.margin":      {"customers at risk whose margin over %s days falls short of the usual by decline_share, or who fall a rung", "%s 天内毛利低于平常（decline_share）或降一级的活跃客户"},
	"replay.decline.revenue":     {"customers at risk whose revenue over %s days falls short of the usual by decline_share, or who fall a rung", "%s 天内收入低于平常（decline_share）或降一级的活跃客户"},
	"replay.value_label.margin":  {"margin of the customers at risk over %s days, the length that the backtest judges", "活跃客户 %s 天（回测期长）内的毛利"},
	"replay.value_label.revenue": {"revenue of the customers at risk over %s days, the length that the backtest judges", "活跃客户 %s 天（回测期长）内的收入"},
	"replay.value_12m.margin":    {"margin of all customers of the run over %s days", "全部客户 %s 天内的毛利"},
	"replay.value_12m.revenue":   {"revenue of all customers of the run over %s days", "全部客户 %s 天内的收入"},

	"replay.column.date":      {"as of", "截至"},
	"replay.column.n":         {"customers", "客户"},
	"replay.column.forecast":  {"forecast", "预测"},
	"replay.column.came":      {"came", "实际"},
	"replay.column.bias":      {"bias", "偏差"},
	"replay.column.inside":    {"inside", "区间内"},
	"replay.column.auc":       {"AUC", "AUC"},
	"replay.column.logloss":   {"log loss", "对数损失"},
	"replay.column.brier":     {"Brier", "Brier"},
	"replay.column.capture":   {"capture", "命中率"},
	"replay.column.coverage":  {"coverage", "覆盖率"},
	"replay.column.predicted": {"churn predicted", "预测流失率"},
	"replay.column.observed":  {"observed", "实际"},

	"replay.open":         {"open", "未到期"},
	"replay.inside.true":  {"yes", "是"},
	"replay.inside.false": {"NO", "否"},
	"replay.allopen":      {"open: the first forecast ends on %s", "未到期：最早的预测于 %s 结束"},
	"replay.legend":       {"%s forecast %s interval %s came %s both; %s to %s", "%s 预测 %s 区间 %s 实际 %s 重合；%s 至 %s"},
	"replay.held":         {"%d of %d {interval|intervals} (%s) held what came", "%d / %d 个区间（%s）包含实际"},
	"replay.opens":        {"%d open: they end after %s", "%d 个未到期：结束于 %s 之后"},
	"replay.keys":         {"%d key accounts at risk, date by date: %d warned, of whom %d left; %d left, of whom %d had been warned", "逐日累计 %d 个活跃大客户：预警 %d 个，其中流失 %d 个；流失 %d 个，其中曾预警 %d 个"},
	"replay.nokeys":       {"no closed forecast of a key account", "没有到期的大客户预测"},
	"replay.from":         {"%s: %s", "%s：%s"},
	"replay.moved":        {"%s of customers changed tier from one date to the next (most: %s, %s); key accounts: %d in, %d out", "相邻日期间 %s 的客户变更等级（最多 %s，%s）；大客户新增 %d，退出 %d"},
}
