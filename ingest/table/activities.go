package table

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"mainstay/ingest/store"
)

// ActivitiesConfig names the columns of the activities table; empty = find by name, "none" = do
// without (not customer and date).
type ActivitiesConfig struct {
	Customer string `yaml:"customer" json:"customer"`
	Date     string `yaml:"date" json:"date"`
	Kind     string `yaml:"kind" json:"kind"`
	Value    string `yaml:"value" json:"value"`
	Person   string `yaml:"person" json:"person"`
}

// Roles are the roles of an activities table.
func (c *ActivitiesConfig) Roles() []Role {
	return []Role{
		{"customer", &c.Customer, true, nil},
		{"date", &c.Date, true, []string{
			`date activitydate eventdate visitdate 日期 活动日期 拜访日期 事件日期`, `time datetime timestamp eventtime createdat 时间 创建时间`}},
		{"kind", &c.Kind, false, []string{`kind type activity activitytype eventtype 类型 活动类型 事件类型 活动`, `category class 类别`}},
		{"value", &c.Value, false, []string{`value amount score 值 金额 分数 得分`, `result rating 结果 评分`}},
		{"person", &c.Person, false, []string{`person personid by owner 人员 负责人 拜访人`, `contact contactname accountmanager manager salesrep 联系人 客户经理 业务员`}},
	}
}

// Activity is one dated event.
type Activity struct {
	Day          int32
	Kind, Person string
	Value        float64 // NaN where unknown
}

// Complaint reports whether the kind says so.
func (a *Activity) Complaint() bool {
	kind := strings.ToLower(a.Kind)
	return strings.Contains(kind, "complain") || strings.Contains(kind, "投诉")
}

// Activities is the activities table as of a day: later events are not in it.
type Activities struct {
	byKey[Activity] // by day
	Tally           Tally
	Chosen          ActivitiesConfig
}

// Kinds are the kinds of the activities, sorted; those without one are "".
func (a *Activities) Kinds() []string {
	known := map[string]bool{}
	for i := range a.rows {
		known[a.rows[i].Kind] = true
	}
	return slices.Sorted(maps.Keys(known))
}

// ReadActivities reads the activities up to the scope's day, as ReadContracts does contracts. Two equal
// rows are two activities.
func ReadActivities(ctx context.Context, st store.Store, sources []string, cfg ActivitiesConfig, scope Scope) (*Activities, error) {
	t, err := Read(ctx, st, sources, scope.Threads)
	if err != nil {
		return nil, err
	}
	a := &Activities{Chosen: cfg}
	r, err := newReading(t, "activities", a.Chosen.Roles(), scope)
	if err != nil {
		return nil, err
	}
	var rows []keyed[Activity]
	for row := range t.Rows {
		if key, x, ok := r.activity(row); ok {
			r.use(x.Day, x.Kind, 0)
			rows = append(rows, keyed[Activity]{key, x})
		}
	}
	a.byKey = group(rows, func(a, b Activity) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Value, b.Value))
	})
	a.Tally = r.done()
	return a, nil
}

// activity reads one row; false where it was set aside.
func (r *reading) activity(row int) (key string, a Activity, ok bool) {
	if key, ok = r.customer(row); !ok {
		return
	}
	if a.Day, ok = r.day(row, "date"); !ok {
		return
	}
	if a.Value, ok = r.number(row, "value"); !ok {
		return
	}
	a.Kind, a.Person = strings.TrimSpace(r.text(row, "kind")), strings.TrimSpace(r.text(row, "person"))
	switch {
	case a.Day == NoDay:
		r.aside(row, "date", ReasonNoDate, "the activity has no date")
		return key, a, false
	case a.Day > r.scope.AsOf:
		r.aside(row, "date", ReasonAfterAsOf, "the activity is after the as-of date")
		return key, a, false
	}
	key, ok = r.whose(row, key, a.Day)
	return
}
