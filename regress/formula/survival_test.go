package formula

import (
	"reflect"
	"strings"
	"testing"
)

func lifeData() *Data {
	return &Data{Rows: 4, Columns: []Column{
		{Name: "start", Number: []float64{0, 1, 0, 2}}, {Name: "stop", Number: []float64{5, 3, 2, 9}},
		{Name: "status", Number: []float64{2, 1, 2, 1}}, {Name: "left", Text: []string{"yes", "no", "yes", "no"}},
		{Name: "sure", Text: []string{"true", "false", "false", "true"}, Logical: true},
		{Name: "sex", Text: []string{"f", "m", "f", "f"}}, {Name: "age", Number: []float64{40, 50, 40, 60}}}}
}

func TestLives(t *testing.T) {
	d := lifeData()
	for text, want := range map[string]Lives{
		"Surv(stop, status) ~ age":             {nil, []float64{5, 3, 2, 9}, []bool{true, false, true, false}, "status = 2"},
		"Surv(stop, status == 1) ~ age":        {nil, []float64{5, 3, 2, 9}, []bool{false, true, false, true}, "status == 1"},
		"Surv(start, stop, left) ~ 1":          {[]float64{0, 1, 0, 2}, []float64{5, 3, 2, 9}, []bool{true, false, true, false}, "left = yes, not no"},
		"Surv(stop/2, sure) ~ strata(sex)":     {nil, []float64{2.5, 1.5, 1, 4.5}, []bool{true, false, false, true}, "sure"},
		"Surv(stop) ~ age + strata(sex, sure)": {nil, []float64{5, 3, 2, 9}, []bool{true, true, true, true}, "the end of every row"},
	} {
		f, err := Parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		fr, err := NewFrame(f, d, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := fr.Lives()
		if err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if f.String() != text || !f.IsSurvival() {
			t.Errorf("%s becomes %s", text, f)
		}
		if _, err := fr.Numbers(); err == nil {
			t.Error("no numbers")
		}
		if _, _, err := fr.Events(); err == nil {
			t.Error("no events")
		}
		if _, _, err := fr.Categories(); err == nil {
			t.Error("no categories")
		}
	}
}

func TestStrataAndGroups(t *testing.T) {
	f, err := Parse("Surv(stop) ~ . + strata(sex, sure)", []string{"stop", "sex", "age"})
	if err != nil {
		t.Fatal(err)
	}
	fr, err := NewFrame(f, lifeData(), nil)
	if err != nil {
		t.Fatal(err)
	}
	numbers, names := fr.Strata()
	if want := []string{"sex=f, sure=FALSE", "sex=f, sure=TRUE", "sex=m, sure=FALSE"}; !reflect.DeepEqual(names, want) || !reflect.DeepEqual(numbers, []int32{1, 2, 0, 1}) {
		t.Errorf("%v %v", numbers, names)
	}
	numbers, names, err = fr.Groups(10)
	if want := []string{"sex=f, age=40", "sex=f, age=60", "sex=m, age=50"}; err != nil || !reflect.DeepEqual(names, want) || !reflect.DeepEqual(numbers, []int32{0, 2, 0, 1}) {
		t.Errorf("%v %v %v", numbers, names, err)
	}
	if _, _, err := fr.Groups(2); err == nil {
		t.Error("three groups are more than two")
	}
}

func TestLivesErrors(t *testing.T) {
	for text, want := range map[string]string{
		"Surv(stop, age) ~ 1":                  "the event is 0 or 1",
		"Surv(sex, status) ~ 1":                "sex is text",
		"Surv(a = stop) ~ 1":                   "write Surv(time, event)",
		"Surv(start, stop, status, 1) ~ age":   "write Surv(time, event)",
		"Surv(stop, log(sex)) ~ 1":             "needs numbers",
		"Surv(stop, status) ~ age:strata(sex)": "it does not interact",
		"Surv(stop, status) ~ - strata(sex)":   "is only added",
		"Surv(stop, status) ~ log(Surv(age))":  "stands alone",
	} {
		f, err := Parse(text, nil)
		if err == nil {
			_, err = NewFrame(f, lifeData(), nil)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
