package segment

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mainstay/ingest"

	"gonum.org/v1/gonum/mat"
)

// writer is a document under way.
type writer struct {
	out []byte
	err error
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// line begins a line at a depth.
func (w *writer) line(depth int) {
	w.out = append(w.out, '\n')
	for range depth {
		w.out = append(w.out, "  "...)
	}
}

// value writes v. where is for errors.
func (w *writer) value(v reflect.Value, depth int, may bool, where string) {
	switch v.Type() {
	case dayType:
		w.text(ingest.Day(v.Int()).String())
		return
	case periodType:
		w.text(Period(v.Uint()).String())
		return
	case matrixType:
		w.matrix(v.Interface().(*mat.SymDense), depth, where)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		w.out = strconv.AppendBool(w.out, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.out = strconv.AppendInt(w.out, v.Int(), 10)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		w.out = strconv.AppendUint(w.out, v.Uint(), 10)
	case reflect.Float64:
		w.float(v.Float(), may, where)
	case reflect.String:
		w.text(v.String())
	case reflect.Pointer:
		if v.IsNil() {
			w.out = append(w.out, "null"...)
			return
		}
		w.value(v.Elem(), depth, may, where)
	case reflect.Interface:
		w.union(v, depth, may, where)
	case reflect.Struct:
		w.object(v, "", depth, may, where)
	case reflect.Slice, reflect.Array:
		w.list(v, depth, may, where)
	case reflect.Map:
		w.dictionary(v, depth, may, where)
	default:
		w.fail("%s: a %s cannot be stored", where, v.Type())
	}
}

func (w *writer) float(x float64, may bool, where string) {
	switch {
	case finite(x):
		w.out = strconv.AppendFloat(w.out, x, 'g', -1, 64)
	case !may:
		w.fail("%s is %v", where, x)
	case math.IsNaN(x):
		w.out = append(w.out, "null"...)
	case x > 0:
		w.text("inf")
	default:
		w.text("-inf")
	}
}

func (w *writer) text(s string) {
	if !utf8.ValidString(s) || strings.HasPrefix(s, notText) {
		s = notText + hex.EncodeToString([]byte(s))
	}
	b, err := json.Marshal(s)
	if err != nil {
		w.fail("%q: %w", s, err)
	}
	w.out = append(w.out, b...)
}

func (w *writer) union(v reflect.Value, depth int, may bool, where string) {
	if v.IsNil() {
		w.out = append(w.out, "null"...)
		return
	}
	v = v.Elem()
	kind, ok := storedKind(v.Type())
	if !ok {
		w.fail("%s: a model of type %s has no name to be stored under", where, v.Type())
		return
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	w.object(v, kind, depth, may, where)
}

// object writes a struct, with its kind first where it stands for any model.
func (w *writer) object(v reflect.Value, kind string, depth int, may bool, where string) {
	w.out = append(w.out, '{')
	n := 0
	key := func(name string) {
		if n++; n > 1 {
			w.out = append(w.out, ',')
		}
		w.line(depth + 1)
		w.text(name)
		w.out = append(w.out, ": "...)
	}
	if kind != "" {
		key("kind")
		w.text(kind)
	}
	for _, m := range storedFields(v.Type()) {
		key(m.name)
		w.value(v.Field(m.index), depth+1, may || m.loose, where+"."+m.name)
	}
	if n > 0 {
		w.line(depth)
	}
	w.out = append(w.out, '}')
}

// list writes scalars on one line, all else on lines of its own.
func (w *writer) list(v reflect.Value, depth int, may bool, where string) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		w.out = append(w.out, "null"...)
		return
	}
	scalar := v.Type().Elem().Kind() <= reflect.Float64 || v.Type().Elem().Kind() == reflect.String
	w.out = append(w.out, '[')
	for i := range v.Len() {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		switch {
		case !scalar:
			w.line(depth + 1)
		case i > 0:
			w.out = append(w.out, ' ')
		}
		w.value(v.Index(i), depth+1, may, where+"["+strconv.Itoa(i)+"]")
	}
	if !scalar && v.Len() > 0 {
		w.line(depth)
	}
	w.out = append(w.out, ']')
}

func (w *writer) dictionary(v reflect.Value, depth int, may bool, where string) {
	if v.IsNil() {
		w.out = append(w.out, "null"...)
		return
	}
	keys := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	w.out = append(w.out, '{')
	for i, k := range keys {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.line(depth + 1)
		w.text(k)
		w.out = append(w.out, ": "...)
		w.value(v.MapIndex(reflect.ValueOf(k)), depth+1, may, where+"."+k)
	}
	if len(keys) > 0 {
		w.line(depth)
	}
	w.out = append(w.out, '}')
}

// matrix writes the rows of the lower triangle.
func (w *writer) matrix(m *mat.SymDense, depth int, where string) {
	if m == nil {
		w.out = append(w.out, "null"...)
		return
	}
	rows := make([][]float64, m.SymmetricDim())
	for i := range rows {
		rows[i] = make([]float64, i+1)
		for j := range rows[i] {
			rows[i][j] = m.At(i, j)
		}
	}
	w.list(reflect.ValueOf(rows), depth, false, where)
}

// encode is a value as a document.
func encode(v any) ([]byte, error) {
	w := &writer{}
	w.value(reflect.ValueOf(v), 0, false, "model")
	return append(w.out, '\n'), w.err
}
