package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"mainstay/ingest"
	"mainstay/segment"
)

// WriteJSON writes t as an array of objects, one a line, keys in column order: integers and floats
// as numbers, decimals as strings (JSON numbers lose digits), dates as YYYY-MM-DD, undefined as null.
func WriteJSON(w io.Writer, t *Table) error { return writeWhole(&jsonWriter{w: w}, t) }

// Schemas of the answers of mainstay segment: the number rises when a column changes its meaning or goes;
// new columns do not raise it.
const (
	MigrationSchema = "mainstay.migration/1"
	BridgeSchema    = "mainstay.bridge/1"
	CohortsSchema   = "mainstay.cohorts/1"
	SurvivalSchema  = "mainstay.survival/1"
	TrendSchema     = "mainstay.trend/1"
)

// WriteAnswer writes t as an object: its schema, the as-of date, the churn horizon in days, and the rows as
// WriteJSON has them.
func WriteAnswer(w io.Writer, schema string, clock segment.Clock, t *Table) error {
	_, err := fmt.Fprintf(w, "{\"schema\":%q,\"as_of\":%q,\"churn_horizon_days\":%d,\"rows\":", schema, clock.AsOf, clock.Horizon)
	if err == nil {
		err = writeWhole(&jsonWriter{w: w, end: "}"}, t)
	}
	return err
}

// jsonWriter writes the rows of tables of one shape as one array.
type jsonWriter struct {
	w    io.Writer
	buf  []byte
	some bool   // a row has been written
	end  string // behind the array, before the end of the line
}

func (j *jsonWriter) rows(t *Table) error {
	for i := range t.Rows {
		sign := byte('[')
		if j.some {
			sign = ','
		}
		j.some = true
		j.buf = append(j.buf, sign, '\n')
		j.buf = appendObject(j.buf, t, i)
		if len(j.buf) >= csvFlush {
			if err := j.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *jsonWriter) close() error {
	if !j.some {
		j.buf = append(j.buf, '[')
	}
	j.buf = append(append(append(j.buf, "\n]"...), j.end...), '\n')
	return j.flush()
}

func (j *jsonWriter) flush() error {
	_, err := j.w.Write(j.buf)
	j.buf = j.buf[:0]
	return err
}

func appendObject(dst []byte, t *Table, i int) []byte {
	dst = append(dst, '{')
	for k := range t.Columns {
		if k > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, t.Columns[k].Name)
		dst = append(dst, ':')
		dst = appendJSONCell(dst, &t.Columns[k], i)
	}
	return append(dst, '}')
}

func appendJSONCell(dst []byte, c *Column, i int) []byte {
	if c.IsNull(i) {
		return append(dst, "null"...)
	}
	switch c.Type {
	case String:
		return appendQuoted(dst, c.text(i))
	case Float:
		return appendFloat(dst, c.float(i))
	case Decimal:
		dst = appendDecimal(append(dst, '"'), c.Int[i], c.Scale)
		return append(dst, '"')
	case Boolean:
		return strconv.AppendBool(dst, c.Bool[i])
	case Date:
		return appendQuoted(dst, ingest.Day(c.Int[i]).String())
	default:
		return strconv.AppendInt(dst, c.Int[i], 10)
	}
}

// appendQuoted appends a JSON string.
func appendQuoted(dst []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil { // cannot happen: a string always marshals
		panic(err)
	}
	return append(dst, b...)
}

// number is a float that JSON can always hold: undefined is null.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return appendFloat(nil, v+0), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(string(b), 64)
	*n = number(v)
	return err
}

func numbers(v []float64) []number {
	out := make([]number, len(v))
	for i, x := range v {
		out[i] = number(x)
	}
	return out
}

// encodeJSON is v as the JSON documents of a run are written: indented, nothing escaped for HTML, a
// newline at the end.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}
