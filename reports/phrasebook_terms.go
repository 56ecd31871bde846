package reports

// term is the name of a column of a model, in Chinese in words; English has the name that models.json has, too.
func (s Style) term(name string) string {
	if s.Lang != Chinese {
		return name
	}
	return termNames.tell(name)
}

// termNames are the columns of the models of churn and value. Attributes keep their names and levels.
var termNames = newPhrasebook([][2]string{
	{`{t}_relative`, "$1（相对）"},
	{`log_recency`, "未购天数（对数）"},
	{`overdue`, "未购天数 ÷ 通常间隔"},
	{`log_frequency`, "购买日数（对数）"},
	{`log_frequency_12m`, "近 12 月购买日数（对数）"},
	{`log_frequency_horizon`, "近一流失期购买日数（对数）"},
	{`log_value_12m`, "近 12 月价值（对数）"},
	{`trend`, "半年趋势"},
	{`log_tenure`, "关系时长（对数）"},
	{`left_truncated`, "数据开始前或已是客户"},
	{`returns_share`, "退货比例"},
	{`gap_spread`, "间隔离散程度"},
	{`intercept`, "截距"},
	{`value_last_label`, "上一期价值"},
	{`value_12m`, "近 12 月价值"},
	{`value_pace`, "价值速度"},
	{`alive`, "在续"},
	{`contract_open`, "合同有效"},
	{`contract_ends`, "合同将到期"},
	{`log_contract_days_left`, "合同剩余天数（对数）"},
	{`log_contract_value`, "合同金额（对数）"},
	{`log_contracts`, "合同份数（对数）"},
	{`no_activity`, "无已知活动"},
	{`log_contact_recency`, "距上次联系天数（对数）"},
	{`log_contacts_12m`, "近 12 月联系次数（对数）"},
	{`log_quotes_12m`, "近 12 月报价次数（对数）"},
	{`complaint_90d`, "近 90 天有投诉"},
	{`survey_known`, "有满意度评分"},
	{`survey_score`, "满意度评分"},
	{`manager_changed_180d`, "近 180 天更换客户经理"},
	{`log_rate`, "购买频率（对数）"},
	{`silent {n}`, "沉默 $1 期"},
	{`periods ahead`, "未来期数"},
	{`season {n} of {n}`, "季节 $1 / $2"},
	{`growth of {q}`, "$1 的增长"},
	{`{q} (rate)`, "$1（流失率）"},
	{`{q} = (unknown)`, "$1 = （未知）"},
	{`{q} = (other)`, "$1 = （其他）"},
})
