package segment

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"mainstay/ingest"

	"gonum.org/v1/gonum/mat"
)

func readDay(v reflect.Value, t json.Token, where string) error {
	text, _ := t.(string)
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return unlike(where, "a date such as 2026-03-31", t)
	}
	v.SetInt(int64(ingest.DayOf(day)))
	return nil
}

func readScalar(v reflect.Value, t json.Token, may bool, where string) error {
	number, _ := t.(json.Number)
	switch v.Kind() {
	case reflect.Bool:
		b, ok := t.(bool)
		if !ok {
			return unlike(where, "true or false", t)
		}
		v.SetBool(b)
	case reflect.String:
		s, ok := t.(string)
		if !ok {
			return unlike(where, "text", t)
		}
		v.SetString(original(s))
	case reflect.Float64:
		if text, ok := t.(string); ok && may && (text == "inf" || text == "-inf") {
			v.SetFloat(map[string]float64{"inf": math.Inf(1), "-inf": math.Inf(-1)}[text])
			return nil
		}
		x, err := strconv.ParseFloat(string(number), 64)
		if err != nil || !finite(x) {
			return unlike(where, "a number", t)
		}
		v.SetFloat(x)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(string(number), 10, 64)
		if err != nil || v.OverflowInt(n) {
			return unlike(where, "a whole number", t)
		}
		v.SetInt(n)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(string(number), 10, 64)
		if err != nil || v.OverflowUint(n) {
			return unlike(where, "a whole number", t)
		}
		v.SetUint(n)
	default:
		return fmt.Errorf("%s: a %s cannot be read", where, v.Type())
	}
	return nil
}

// original undoes what text does to bytes that are no UTF-8.
func original(s string) string {
	if digits, ok := strings.CutPrefix(s, notText); ok {
		if b, err := hex.DecodeString(digits); err == nil {
			return string(b)
		}
	}
	return s
}

// matrix reads the rows of a lower triangle.
func (r *reader) matrix(v reflect.Value, t json.Token, where string) error {
	if t == nil {
		return nil
	}
	var rows [][]float64
	if err := r.token(reflect.ValueOf(&rows).Elem(), t, false, where); err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("%s is empty", where)
	}
	for i, row := range rows {
		if len(row) != i+1 {
			return fmt.Errorf("%s[%d] has %d values; expected %d, up to the diagonal", where, i, len(row), i+1)
		}
	}
	m := mat.NewSymDense(len(rows), nil)
	for i, row := range rows {
		for j, x := range row {
			m.SetSym(i, j, x)
		}
	}
	v.Set(reflect.ValueOf(m))
	return nil
}
