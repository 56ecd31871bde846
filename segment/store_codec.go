package segment

import (
	"reflect"
	"strings"

	"mainstay/ingest"

	"gonum.org/v1/gonum/mat"
)

// What is learnt is stored as JSON by the exported fields of the structs that hold it, so that what a fit filled in and what a file says cannot differ: a
// model that is stored needs exported fields and a name in storedKinds, nothing else. Fields in the order of the struct, keys of maps sorted, floats in the shortest form that
// reads back to the same bits. What follows from the data at hand is in unexported fields (see bind).

// storedKinds are the models that may stand where a field asks for any, by the name they are stored under.
var storedKinds = map[string]reflect.Type{
	"attrition":           reflect.TypeFor[*latentChurn](),
	"attrition-value":     reflect.TypeFor[*latentValue](),
	"banded":              reflect.TypeFor[*banded](),
	"chain":               reflect.TypeFor[*chainModel](),
	"chain-value":         reflect.TypeFor[*chainSpend](),
	"contracts":           reflect.TypeFor[*underContract](),
	"credibility":         reflect.TypeFor[credibility](),
	"gamma-gamma":         reflect.TypeFor[gammaSpend](),
	"hazard":              reflect.TypeFor[*hazardModel](),
	"last-year":           reflect.TypeFor[*lastYear](),
	"logit":               reflect.TypeFor[*linearModel](),
	"mapped":              reflect.TypeFor[*mappedModel](),
	"pooled":              reflect.TypeFor[*pooled](),
	"rule-of-recency":     reflect.TypeFor[*recencyRule](),
	"rule-of-trend":       reflect.TypeFor[*trendRule](),
	"survival-value":      reflect.TypeFor[*survivalValue](),
	"two-part-regression": reflect.TypeFor[*hurdle](),
}

func storedKind(t reflect.Type) (string, bool) {
	for name, of := range storedKinds {
		if of == t {
			return name, true
		}
	}
	return "", false
}

// Types with a form of their own.
var (
	dayType    = reflect.TypeFor[ingest.Day]()
	periodType = reflect.TypeFor[Period]()
	matrixType = reflect.TypeFor[*mat.SymDense]() // the rows of its lower triangle
)

// loose is the tag of a field below which floats may be undefined (null) or endless ("inf", "-inf"); elsewhere that is an error.
const loose = "loose"

// storedField is a field of a struct as it is stored.
type storedField struct {
	name  string
	index int
	loose bool
}

// storedFields are the exported fields of a struct but those with the JSON tag "-".
func storedFields(t reflect.Type) (out []storedField) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = snake(f.Name)
		}
		out = append(out, storedField{name, i, f.Tag.Get("store") == loose})
	}
	return out
}

// snake is a field's name in a file: AsOf is as_of, SilentSE silent_se.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if upper := r >= 'A' && r <= 'Z'; upper {
			if i > 0 && (name[i-1] < 'A' || name[i-1] > 'Z' || i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z') {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// notText begins a text of bytes that are no UTF-8, in hex.
const notText = "\x00hex:"
